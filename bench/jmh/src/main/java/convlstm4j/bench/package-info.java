/** JMH benchmarks; start at {@link convlstm4j.bench.ConvLstm2dBenchmark}. */
package convlstm4j.bench;
