/** The library: layers, models, data, training, and the backend in plain Java. */
module convlstm4j {
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.jr.ob;
  requires de.siegmar.fastcsv;
  requires jdk.management;
  requires static org.jspecify;
  requires org.slf4j;

  exports convlstm4j.backend;
  exports convlstm4j.config;
  exports convlstm4j.data;
  exports convlstm4j.data.folder;
  exports convlstm4j.execution;
  exports convlstm4j.graph;
  exports convlstm4j.io.checkpoint;
  exports convlstm4j.io.npy;
  exports convlstm4j.layer;
  exports convlstm4j.model;
  exports convlstm4j.objective;
  exports convlstm4j.op;
  exports convlstm4j.optim;
  exports convlstm4j.option;
  exports convlstm4j.program;
  exports convlstm4j.tensor;
  exports convlstm4j.formula to
      convlstm4j.backend.cuda,
      convlstm4j.backend.onednn,
      convlstm4j.cli,
      convlstm4j.io.keras;
  exports convlstm4j.io.architecture to
      convlstm4j.cli,
      convlstm4j.io.keras;
  exports convlstm4j.io.file to
      convlstm4j.cli,
      convlstm4j.io.keras,
      convlstm4j.video;
  exports convlstm4j.spi to
      convlstm4j.video;

  uses convlstm4j.backend.BackendProvider;
  uses convlstm4j.data.folder.FrameFormat;
  uses convlstm4j.graph.TensorOperations;
  uses convlstm4j.model.ModelFormat;

  provides convlstm4j.backend.BackendProvider with
      convlstm4j.backend.reference.ReferenceProvider;
  provides convlstm4j.graph.TensorOperations with
      convlstm4j.layer.SymbolOperations;
  provides convlstm4j.model.ModelFormat with
      convlstm4j.io.checkpoint.CheckpointFormat;
}
