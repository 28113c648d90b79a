package convlstm4j.cli;

import convlstm4j.io.file.AtomicFile;
import convlstm4j.io.file.Printable;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.LongFunction;

/**
 * Outputs of a model as a CSV table that spreadsheets and pandas read: a row for each sample, or
 * for each frame of it where every output has frames, and a column for each number. An output of
 * one number has a column of its name, one of more has {@code name_0, name_1_0, ..} by the indices
 * along its axes.
 */
final class PredictionTable implements AutoCloseable {
  private static final double MILLIS = 1000;

  private final Model model;
  private final boolean samples;
  private final AtomicFile file;
  private final BufferedWriter writer;
  private LongFunction<OptionalDouble> second = frame -> OptionalDouble.empty();
  private boolean frames;
  private long sample;

  /**
   * Starts the table.
   *
   * @param samples whether the first column is the sample's number: not for one video alone
   */
  PredictionTable(Model model, Path path, boolean samples) {
    this.model = model;
    this.samples = samples;
    try {
      file = AtomicFile.create(path);
      writer = new BufferedWriter(Channels.newWriter(file.channel(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Whether a file's name asks for a table. */
  static boolean isTable(Path path) {
    return path.toString().endsWith(".csv");
  }

  /** Says when frames are shown, for a column of its own. */
  PredictionTable seconds(LongFunction<OptionalDouble> ofFrame) {
    second = ofFrame;
    return this;
  }

  /**
   * Appends the outputs of some samples.
   *
   * @param feed shape of the first input, {@code [N, T, ..]} for sequences
   * @param outputs {@code [N, ..]} each
   * @return the names of the columns
   */
  List<String> write(Shape feed, List<Tensor> outputs) {
    if (sample == 0) {
      frames = feed.rank() != 4 && outputs.stream().allMatch(t -> hasFrames(feed, t.shape()));
    }
    List<String> columns = columns(outputs);
    try {
      if (sample == 0) {
        writer.write(String.join(",", columns));
        writer.newLine();
      }
      int n = (int) outputs.get(0).shape().dim(0);
      int rows = frames ? (int) feed.dim(1) : 1;
      for (int row = 0; row < n * rows; row++) {
        writer.write(hasSample() ? (sample + row / rows) + (frames ? "," : "") : "");
        writer.write(frames ? Integer.toString(row % rows) : "");
        if (hasSeconds()) {
          // To the millisecond, also after hours.
          double at = second.apply(row % rows).getAsDouble();
          writer.write("," + Math.round(at * MILLIS) / MILLIS);
        }
        for (Tensor t : outputs) {
          int width = t.size() / (n * rows);
          for (int i = row * width; i < (row + 1) * width; i++) {
            writer.write(',');
            writer.write(number(t, i));
          }
        }
        writer.newLine();
      }
      sample += n;
    } catch (IOException e) {
      throw failed(e);
    }
    return columns;
  }

  private boolean hasSample() {
    return samples || !frames;
  }

  private boolean hasSeconds() {
    return frames && second.apply(0).isPresent();
  }

  static String number(Tensor t, int i) {
    return t.dtype() == DType.FLOAT32
        ? Float.toString((float) t.get(i))
        : Double.toString(t.get(i));
  }

  private static boolean hasFrames(Shape feed, Shape output) {
    return feed.rank() > 2 && output.rank() > 2 && output.dim(1) == feed.dim(1);
  }

  private List<String> columns(List<Tensor> outputs) {
    List<String> columns = new ArrayList<>();
    if (hasSample()) {
      columns.add("sample");
    }
    if (frames) {
      columns.add("frame");
    }
    if (hasSeconds()) {
      columns.add("second");
    }
    for (int k = 0; k < outputs.size(); k++) {
      Shape all = outputs.get(k).shape();
      Shape one = all.from(frames ? 2 : 1);
      String name = model.network().outputNames().get(k);
      for (long i = 0; i < one.elements(); i++) {
        columns.add(Printable.csv(one.elements() == 1 ? name : name + indices(one, i)));
      }
    }
    return columns;
  }

  /** Of the i-th number, row-major. */
  private static String indices(Shape shape, long i) {
    StringBuilder all = new StringBuilder();
    long left = i;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      all.insert(0, "_" + left % shape.dim(axis));
      left /= shape.dim(axis);
    }
    return all.toString();
  }

  /** Makes the table appear. */
  void commit() {
    try {
      writer.flush();
      file.commit();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
