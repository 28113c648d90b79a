/** This project's backends under measurement. */
package convlstm4j.bench.worker.ours;
