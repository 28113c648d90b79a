package convlstm4j.cli;

import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyStream;
import convlstm4j.model.Model;
import convlstm4j.model.Stream;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Scores of one video whose frames come one by one: a row a frame, as soon as it is known. */
final class StreamedScores {
  /** The word for standard input or output. */
  static final String STANDARD = "-";

  private final Model model;
  private final PrintWriter out;
  private long frame;

  StreamedScores(Model model, PrintWriter out) {
    this.model = model;
    this.out = out;
  }

  /** Whether inputs are asked for as they come. */
  static boolean isAsked(List<String> inputs) {
    return inputs.contains(STANDARD);
  }

  /**
   * Reads to the end.
   *
   * @param frames how many at a time
   */
  void run(InputStream in, int frames, Bytes bytes, Conversions conversions) {
    if (model.network().inputs().size() != 1) {
      throw new IllegalArgumentException(
          "--input -: the model has the inputs "
              + model.network().inputNames()
              + ", expected one: frames");
    }
    NpyStream stream = NpyStream.open("standard input", in);
    Optional<NpyFile> next = stream.next(frames);
    if (next.isEmpty()) {
      throw new IllegalArgumentException("standard input: has no frames");
    }
    NpyFile first = bytes.read(conversions.of(next.get(), model.dtype()), 0);
    try (Stream scores = model.stream()) {
      while (next.isPresent()) {
        NpyFile file = first.byteScale().map(next.get()::scaled).orElse(next.get());
        Tensor x = file.read(model.dtype());
        if (!x.isFinite()) {
          throw new IllegalArgumentException(
              "standard input: a NaN or an infinity from frame "
                  + frame
                  + " on, expected finite numbers");
        }
        Shape shape = x.shape().prepend(1);
        print((int) shape.dim(1), scores.next(x.reshape(shape)));
        next = stream.next(frames);
      }
    }
  }

  /** A row a frame; one for all where an output says what is after them. */
  private void print(int frames, List<Tensor> outputs) {
    boolean each =
        outputs.stream().allMatch(t -> t.shape().rank() > 2 && t.shape().dim(1) == frames);
    int rows = each ? frames : 1;
    if (frame == 0) {
      out.println("frame," + String.join(",", columns(outputs, rows)));
    }
    for (int row = 0; row < rows; row++) {
      StringBuilder line = new StringBuilder();
      line.append(each ? frame + row : frame + frames - 1);
      for (Tensor t : outputs) {
        int width = t.size() / rows;
        for (int i = row * width; i < (row + 1) * width; i++) {
          line.append(',').append(PredictionTable.number(t, i));
        }
      }
      out.println(line);
    }
    if (out.checkError()) { // which flushes
      throw new UncheckedIOException(
          new IOException("standard output: cannot be written to: it was closed, or is full"));
    }
    frame += frames;
  }

  private List<String> columns(List<Tensor> outputs, int rows) {
    List<String> names = new ArrayList<>();
    for (int k = 0; k < outputs.size(); k++) {
      int width = outputs.get(k).size() / rows;
      for (int i = 0; i < width; i++) {
        String name = model.network().outputNames().get(k);
        names.add(width == 1 ? name : name + "_" + i);
      }
    }
    return names;
  }
}
