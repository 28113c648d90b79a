/**
 * What is measured, said so that every library can read it: {@link convlstm4j.bench.task.Task} and
 * its data in files.
 */
package convlstm4j.bench.task;
