package convlstm4j.cli.demo;

import convlstm4j.io.npy.NpyFile;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;

/** Real handwritten digits, half their size; see {@code SOURCE.md} beside the file. */
final class Digits {
  /** Pixels along a side. */
  static final int SIDE = 14;

  private static final String FILE = "digits.npy.gz";
  private static final int FULL = 2 * SIDE;

  private final Tensor pixels;
  private final int perClass;

  private Digits(Tensor pixels) {
    this.pixels = pixels;
    this.perClass = (int) pixels.shape().dim(1);
  }

  /** Reads the digits that come with the program. */
  static Digits load() {
    try (InputStream in = new GZIPInputStream(Digits.class.getResourceAsStream(FILE))) {
      NpyFile npy = NpyFile.of(FILE, ByteBuffer.wrap(in.readAllBytes())).unitRange();
      return new Digits(npy.read(DType.FLOAT32));
    } catch (IOException e) {
      throw new UncheckedIOException("the program's own file " + FILE + " cannot be read", e);
    }
  }

  /** Examples of each class. */
  int perClass() {
    return perClass;
  }

  /** Ink at a pixel of the digit, 0 to 1: the mean of four of the original. */
  float ink(int digitClass, int example, int y, int x) {
    int at = ((digitClass * perClass + example) * FULL + 2 * y) * FULL + 2 * x;
    float[] p = pixels.floats();
    return (p[at] + p[at + 1] + p[at + FULL] + p[at + FULL + 1]) / 4;
  }
}
