package convlstm4j.cli;

import convlstm4j.io.npy.NpyFile;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Weights of samples in a file, checked whole before the work starts. */
final class SampleWeights {
  /** Numbers that are looked at in one go. */
  private static final long CHUNK = 1 << 22;

  private SampleWeights() {}

  /**
   * Opens and checks a file.
   *
   * @param output whose name messages say
   * @param prediction shape of the output, of which the last axis has no weights of its own
   * @param samples how many there are
   */
  static NpyFile open(String option, Path path, String output, Shape prediction, long samples) {
    NpyFile file = NpyFile.open(path);
    Shape s = file.shape();
    boolean fits = s.rank() >= 1 && s.rank() < prediction.rank() && s.dim(0) == samples;
    for (int axis = 1; fits && axis < s.rank(); axis++) {
      fits = prediction.dim(axis) == Shape.UNKNOWN || prediction.dim(axis) == s.dim(axis);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          option
              + " "
              + path
              + ": has shape "
              + s
              + ", expected "
              + expected(prediction, samples)
              + " for the output \""
              + output
              + "\" of shape "
              + prediction);
    }
    checkValues(option, file);
    return file;
  }

  /** One weight a sample, one a frame, and so on. */
  private static String expected(Shape prediction, long samples) {
    List<String> all = new ArrayList<>();
    StringBuilder axes = new StringBuilder("[" + samples);
    for (int axis = 1; axis < prediction.rank(); axis++) {
      all.add(axes + "]");
      long d = prediction.dim(axis);
      axes.append(", ").append(d == Shape.UNKNOWN ? "None" : d);
    }
    return String.join(" or ", all);
  }

  private static void checkValues(String option, NpyFile file) {
    long rows = file.shape().dim(0);
    long row = Math.max(1, file.shape().elements() / Math.max(1, rows));
    long step = Math.max(1, CHUNK / row);
    for (long from = 0; from < rows; from += step) {
      Tensor some = file.readFrames(from, Math.min(rows, from + step), DType.FLOAT64);
      for (int i = 0; i < some.size(); i++) {
        double w = some.get(i);
        if (!(w >= 0 && Double.isFinite(w))) {
          throw new IllegalArgumentException(
              option
                  + " "
                  + file.name()
                  + ": holds "
                  + w
                  + " for sample "
                  + (from + i / row)
                  + ", expected finite weights of at least 0");
        }
      }
    }
  }
}
