/**
 * The other end of a measurement: a process that holds one library and answers requests on its
 * standard input, see {@link convlstm4j.bench.worker.WorkerLoop}.
 */
package convlstm4j.bench.worker;
