package convlstm4j.cli;

import convlstm4j.data.Dataset;
import convlstm4j.data.Prefetch;
import convlstm4j.io.npy.NpyType;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a model on npy files batch by batch; the outputs appear when all are complete. Nothing but
 * the batch at work is in memory.
 */
final class ArrayPrediction implements AutoCloseable {
  private final Model model;
  private final long samples;
  private final List<Path> files = new ArrayList<>();
  private final List<NpyWriter> writers = new ArrayList<>();

  /**
   * Says where the outputs go: into one file, or, if there are several, one file for each in a
   * folder.
   */
  ArrayPrediction(Model model, long samples, Path output) {
    this.model = model;
    this.samples = samples;
    List<String> names = model.network().outputNames();
    if (names.size() == 1) {
      OutputFiles.check("--output", output);
      files.add(output);
      return;
    }
    if (output.toString().endsWith(".npy")) {
      throw new IllegalArgumentException(
          "--output "
              + output
              + ": the model has the outputs "
              + names
              + "; name a folder, which gets NAME.npy for each");
    }
    OutputFiles.checkFolder("--output", output);
    names.forEach(n -> files.add(output.resolve(n + ".npy")));
  }

  /** Predicts and writes. */
  List<Path> run(Dataset data) {
    model.predict(Prefetch.of(data, 2), (batch, outputs) -> write(outputs));
    writers.forEach(NpyWriter::commit);
    return files;
  }

  private void write(List<Tensor> outputs) {
    if (writers.isEmpty()) {
      try {
        Files.createDirectories(files.get(0).toAbsolutePath().getParent());
      } catch (IOException e) {
        throw new UncheckedIOException(files.get(0) + ": cannot be made: " + e.getMessage(), e);
      }
      NpyType type = model.dtype() == DType.FLOAT32 ? NpyType.FLOAT32 : NpyType.FLOAT64;
      for (int k = 0; k < outputs.size(); k++) {
        Shape all = outputs.get(k).shape().with(0, samples);
        writers.add(NpyWriter.create(files.get(k), type, all));
      }
    }
    for (int k = 0; k < outputs.size(); k++) {
      writers.get(k).write(outputs.get(k));
    }
  }

  @Override
  public void close() {
    writers.forEach(NpyWriter::close);
  }
}
