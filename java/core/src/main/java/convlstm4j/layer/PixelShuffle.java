package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * PyTorch's {@code PixelShuffle}: of each r*r channels, blocks of r rows and columns. Input {@code
 * [.., H, W, C*r*r]}, output {@code [.., H*r, W*r, C]}; or channels first, as PyTorch has them.
 */
public final class PixelShuffle extends Shuffling<PixelShuffle> {
  private static final String OPTION = "upscale_factor";

  /**
   * A layer.
   *
   * @param upscaleFactor r, at least 1
   * @throws IllegalArgumentException if it is below 1
   */
  public PixelShuffle(int upscaleFactor) {
    super(OPTION, upscaleFactor);
  }

  @Override
  void check(Shape x, long channels, long height, long width) {
    multiple(x, "channels", channels, (long) factor * factor);
  }

  @Override
  Value moved(Lowering g, Value images, boolean last, long c, long h, long w) {
    long n = images.shape().dim(0);
    long r = factor;
    long out = over(c, r * r);
    long rows = Shape.times(h, r);
    long columns = Shape.times(w, r);
    return last
        ? rearranged(
            g,
            images,
            Shape.of(n, h, w, out, r, r),
            List.of(0, 1, 4, 2, 5, 3),
            Shape.of(n, rows, columns, out))
        : rearranged(
            g,
            images,
            Shape.of(n, out, r, r, h, w),
            List.of(0, 1, 4, 2, 5, 3),
            Shape.of(n, out, rows, columns));
  }

  static PixelShuffle fromConfig(Config c) {
    return new PixelShuffle(c.integer(OPTION)).readFormat(c);
  }
}
