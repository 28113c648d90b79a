/** BigDL's {@code ConvLSTMPeephole} under measurement, without its peepholes. */
package convlstm4j.bench.worker.bigdl;
