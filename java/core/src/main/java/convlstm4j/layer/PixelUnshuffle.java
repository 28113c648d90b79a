package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * PyTorch's {@code PixelUnshuffle}, the way back of {@link PixelShuffle}: of each block of r rows
 * and columns, r*r channels. Input {@code [.., H*r, W*r, C]}, output {@code [.., H, W, C*r*r]}; or
 * channels first, as PyTorch has them.
 */
public final class PixelUnshuffle extends Shuffling<PixelUnshuffle> {
  private static final String OPTION = "downscale_factor";

  /**
   * A layer.
   *
   * @param downscaleFactor r, at least 1
   * @throws IllegalArgumentException if it is below 1
   */
  public PixelUnshuffle(int downscaleFactor) {
    super(OPTION, downscaleFactor);
  }

  @Override
  void check(Shape x, long channels, long height, long width) {
    multiple(x, "rows", height, factor);
    multiple(x, "columns", width, factor);
  }

  @Override
  Value moved(Lowering g, Value images, boolean last, long c, long h, long w) {
    long n = images.shape().dim(0);
    long r = factor;
    long rows = over(h, r);
    long columns = over(w, r);
    long out = Shape.times(c, r * r);
    return last
        ? rearranged(
            g,
            images,
            Shape.of(n, rows, r, columns, r, c),
            List.of(0, 1, 3, 5, 2, 4),
            Shape.of(n, rows, columns, out))
        : rearranged(
            g,
            images,
            Shape.of(n, c, rows, r, columns, r),
            List.of(0, 1, 3, 5, 2, 4),
            Shape.of(n, out, rows, columns));
  }

  static PixelUnshuffle fromConfig(Config c) {
    return new PixelUnshuffle(c.integer(OPTION)).readFormat(c);
  }
}
