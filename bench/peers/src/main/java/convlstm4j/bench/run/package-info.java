/**
 * Runs a benchmark: {@link convlstm4j.bench.run.Main}. Contenders live in processes of their own;
 * one works while all others wait.
 */
package convlstm4j.bench.run;
