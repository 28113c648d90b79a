package convlstm4j.cli;

import convlstm4j.data.ByteScale;
import convlstm4j.data.Frames;
import convlstm4j.data.InputForm;
import convlstm4j.graph.Network;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongFunction;

/** Scores of one video, without the batch axis: a column for each score, one row a frame. */
final class VideoScores {
  private VideoScores() {}

  /** Whether a file is one sample of a model of videos, without the batch axis. */
  static boolean isVideo(Model model, NpyFile file) {
    return model.network().inputs().size() == 1
        && file.shape().rank() == 4
        && model.network().inputs().get(0).shape().rank() == 5;
  }

  /**
   * Predicts and writes; gives the names of the columns.
   *
   * @param video {@code [1, T, ..]}
   * @param second when a frame is shown; empty where that is not known
   */
  static List<String> write(
      Model model, Frames video, LongFunction<OptionalDouble> second, Path output) {
    if (PredictionTable.isTable(output)) {
      OutputFiles.checkTable("--output", output);
    } else {
      ArrayPrediction.checkEnding(output);
      OutputFiles.checkArray("--output", output);
    }
    checkFits(model, video);
    List<Tensor> outputs = model.predict(List.of(new FiniteFrames(video)));
    if (PredictionTable.isTable(output)) {
      try (PredictionTable table = new PredictionTable(model, output, false)) {
        List<String> names = table.seconds(second).write(video.shape(), outputs);
        table.commit();
        return names;
      }
    }
    NpyWriter.write(output, columns(model.network(), outputs, video.shape().dim(1)));
    return columnNames(model, outputs);
  }

  /** Frames that must be finite. */
  private record FiniteFrames(Frames frames) implements Frames {
    private Tensor checked(Tensor t) {
      if (!t.isFinite()) {
        throw new IllegalArgumentException(
            description() + ": holds a NaN or an infinity, expected finite numbers");
      }
      return t;
    }

    @Override
    public Shape shape() {
      return frames.shape();
    }

    @Override
    public Tensor read(long from, long to) {
      return checked(frames.read(from, to));
    }

    @Override
    public Tensor all() {
      return checked(frames.all());
    }

    @Override
    public Optional<ByteScale> byteScale() {
      return frames.byteScale();
    }

    @Override
    public InputForm form() {
      return frames.form();
    }

    @Override
    public String description() {
      return frames.description();
    }
  }

  private static void checkFits(Model model, Frames video) {
    try {
      model.network().checkSample(0, video.shape().from(1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(video.description() + ": " + e.getMessage(), e);
    }
  }

  /** Puts {@code [1, T, K]} outputs side by side. */
  private static Tensor columns(Network network, List<Tensor> outputs, long frames) {
    int width = 0;
    for (int k = 0; k < outputs.size(); k++) {
      Shape s = outputs.get(k).shape();
      if (s.rank() != 3 || s.dim(1) != frames) {
        throw new IllegalArgumentException(
            "output \""
                + network.outputNames().get(k)
                + "\" has shape "
                + s
                + ", expected scores per frame [1, "
                + frames
                + ", K]; of other models give samples "
                + network.axes(0).map(Object::toString).orElse("[N, ..]"));
      }
      width += (int) s.dim(2);
    }
    Tensor all = Tensor.zeros(DType.FLOAT32, Shape.of(frames, width));
    int column = 0;
    for (Tensor t : outputs) {
      int k = (int) t.shape().dim(2);
      for (int i = 0; i < t.size(); i++) {
        all.set(i / k * width + column + i % k, t.get(i));
      }
      column += k;
    }
    return all;
  }

  private static List<String> columnNames(Model model, List<Tensor> outputs) {
    List<String> names = new ArrayList<>();
    for (int k = 0; k < outputs.size(); k++) {
      long width = outputs.get(k).shape().dim(2);
      for (int i = 0; i < width; i++) {
        String name = model.network().outputNames().get(k);
        names.add(width == 1 ? name : name + "_" + i);
      }
    }
    return names;
  }
}
