/** Reads and writes Keras's files. */
module convlstm4j.io.keras {
  requires transitive convlstm4j;
  requires io.jhdf;
  requires org.apache.commons.lang3; // of jhdf, which has no descriptor to say so
  requires org.slf4j;
  requires static org.jspecify;

  exports convlstm4j.io.keras;

  provides convlstm4j.model.ModelFormat with
      convlstm4j.io.keras.KerasFormat;
}
