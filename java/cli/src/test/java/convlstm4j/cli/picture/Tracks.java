package convlstm4j.cli.picture;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;

/** Tracks to test with. */
final class Tracks {
  private Tracks() {}

  static double[] bounds(int rows, double framesPerSecond) {
    double[] bounds = new double[rows + 1];
    for (int i = 0; i <= rows; i++) {
      bounds[i] = i / framesPerSecond;
    }
    return bounds;
  }

  static Tensor column(double... values) {
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(1, values.length, 1));
    for (int i = 0; i < values.length; i++) {
      t.set(i, values[i]);
    }
    return t;
  }

  /** One label, of so many frames a second. */
  static Track of(double framesPerSecond, String label, double... scores) {
    return new Track(
        "film.mp4",
        true,
        bounds(scores.length, framesPerSecond),
        List.of(label),
        List.of(column(scores)),
        List.of());
  }

  /** Two labels of four frames a second. */
  static Track two(String first, double[] a, String second, double[] b) {
    return new Track(
        "film.mp4",
        true,
        bounds(a.length, 4),
        List.of(first, second),
        List.of(column(a), column(b)),
        List.of());
  }
}
