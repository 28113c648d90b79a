package convlstm4j.cli;

import convlstm4j.data.Frames;
import convlstm4j.data.IndexedDataset;
import convlstm4j.data.Prefetch;
import convlstm4j.io.npy.NpyType;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs a model on npy files batch by batch; the outputs appear when all are complete. Nothing but
 * the batch at work is in memory.
 */
final class ArrayPrediction implements AutoCloseable {
  private final Model model;
  private final long samples;
  private final List<Path> files = new ArrayList<>();
  private final List<NpyWriter> writers = new ArrayList<>();
  private @Nullable PredictionTable table;
  private @Nullable MadeFolder made;

  /**
   * Says where the outputs go: into one file, or, if there are several, one file for each in a
   * folder; a table takes all.
   */
  ArrayPrediction(Model model, long samples, Path output) {
    this.model = model;
    this.samples = samples;
    List<String> names = model.network().outputNames();
    if (PredictionTable.isTable(output)) {
      files.add(output);
    } else if (names.size() == 1) {
      checkEnding(output);
      files.add(output);
    } else {
      if (Files.exists(output) ? !Files.isDirectory(output) : hasEnding(output)) {
        throw new IllegalArgumentException(
            "--output "
                + output
                + ": the model has the outputs "
                + names
                + "; name a folder, which gets NAME.npy for each, or a .csv file");
      }
      OutputFiles.checkFolder("--output", output);
      made = MadeFolder.of(output);
      names.forEach(n -> files.add(output.resolve(n + ".npy")));
    }
  }

  /** What will be written. */
  List<Path> files() {
    return files;
  }

  /** Checks that an array has the name of one. */
  static void checkEnding(Path output) {
    OutputFiles.check("--output", output);
    if (!output.toString().endsWith(".npy")) {
      throw new IllegalArgumentException(
          "--output "
              + output
              + ": its ending says what is written, expected .npy (an array) or"
              + " .csv (a table)");
    }
  }

  private static boolean hasEnding(Path output) {
    return output.getFileName().toString().matches(".+\\.[A-Za-z0-9]{1,8}");
  }

  /**
   * Predicts and writes.
   *
   * @param limited whether memory or frames at a time are, so that no batch is read ahead
   */
  List<Path> run(ArrayData data, @Nullable Integer batchSize, boolean limited) {
    for (Path file : files) {
      if (PredictionTable.isTable(file)) {
        OutputFiles.checkTable("--output", file);
        table = new PredictionTable(model, file, true);
      } else {
        OutputFiles.checkArray("--output", file);
      }
    }
    IndexedDataset batches = data.dataset(batchSize);
    int size = batches.batchSizes().get(0);
    if (limited || data.isLong(size)) {
      for (long from = 0; from < samples; from += size) {
        List<Frames> frames = data.frames(from, Math.min(samples, from + size));
        write(frames.get(0).shape(), model.predict(frames));
      }
    } else {
      model.predict(
          Prefetch.of(batches, 2),
          (batch, outputs) -> write(batch.inputs().get(0).shape(), outputs));
    }
    if (table != null) {
      table.commit();
    }
    writers.forEach(NpyWriter::commit);
    return files;
  }

  private void write(Shape feed, List<Tensor> outputs) {
    if (table != null) {
      table.write(feed, outputs);
      return;
    }
    if (writers.isEmpty()) {
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
    if (table != null) {
      table.close();
    }
    if (made != null) {
      made.close();
    }
  }
}
