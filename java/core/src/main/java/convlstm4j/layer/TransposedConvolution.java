package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.ConvTranspose;
import convlstm4j.op.Merge;
import convlstm4j.op.Window;
import convlstm4j.option.Padding;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What the transposed convolutions share: {@link Conv1DTranspose}, {@link Conv2DTranspose}, {@link
 * Conv3DTranspose}. They spread each pixel over the kernel's taps, a stride apart. Of n pixels
 * along an axis, with a stride s and a (dilated) kernel of k pixels, come
 *
 * <ul>
 *   <li>{@code (n - 1) * s + max(k, s)} with padding "valid", {@code n * s} with "same";
 *   <li>with an output padding p, {@code (n - 1) * s + k + p} or {@code (n - 1) * s + k % 2 + p}.
 * </ul>
 *
 * @param <S> the layer's own type
 */
public abstract class TransposedConvolution<S extends TransposedConvolution<S>>
    extends Convolution<S> {
  private final int filters;

  /** Empty for Keras's own choice. */
  private List<Integer> outputPadding = List.of();

  /** For the layers of this package. */
  TransposedConvolution(int filters, int... kernelSize) {
    super(kernelSize);
    this.filters = positive("filters", filters);
  }

  /**
   * Sets by how much the output is longer than it must be.
   *
   * @param values pixels, one per spatial axis, each at least 0 and less than the stride; none for
   *     Keras's own choice, the default
   * @return this layer
   * @throws IllegalArgumentException if the number of values is wrong or one is below 0
   */
  public final S outputPadding(int... values) {
    if (values.length > 0
        && (values.length != rank() || Arrays.stream(values).anyMatch(v -> v < 0))) {
      throw new IllegalArgumentException(
          label()
              + ": output_padding="
              + Arrays.toString(values)
              + ", expected "
              + rank()
              + " values, each >= 0, or none");
    }
    return set(() -> outputPadding = Arrays.stream(values).boxed().toList());
  }

  @Override
  final Value convolve(Lowering g, Value images, long channels) {
    Window window = window(Padding.VALID);
    checkOutputPadding(window);
    Value y = g.op(new ConvTranspose(filters, window), images, kernel(g, filters, channels));
    int[] before = new int[rank()];
    int[] after = new int[rank()];
    for (int a = 0; a < before.length; a++) {
      int excess = excess(window, a);
      before[a] = -Math.max(excess, 0) / 2;
      after[a] = -excess - before[a];
    }
    y = padded(g, y, before, after);
    if (!useBias) {
      return y;
    }
    long[] ones = new long[window.rank()];
    Arrays.fill(ones, 1);
    Shape everywhere = dataFormat().image(filters, Shape.of(ones)).prepend(1);
    return g.op(new Merge(Merge.Mode.SUM, 2), y, g.reshape(bias(g, filters), everywhere));
  }

  private void checkOutputPadding(Window window) {
    for (int a = 0; a < outputPadding.size(); a++) {
      if (outputPadding.get(a) >= window.strides().get(a)) {
        throw new IllegalArgumentException(
            "output_padding="
                + outputPadding
                + ", expected less than strides="
                + window.strides().subList(0, rank())
                + " along every axis");
      }
    }
  }

  /** Pixels that y has more than Keras wants; negative if it has fewer. */
  private int excess(Window window, int axis) {
    int extent = (int) window.extent(axis);
    int stride = window.strides().get(axis);
    if (padding() == Padding.SAME) {
      return outputPadding.isEmpty()
          ? extent - stride
          : extent - extent % 2 - outputPadding.get(axis);
    }
    return outputPadding.isEmpty() ? Math.min(extent - stride, 0) : -outputPadding.get(axis);
  }

  @Override
  final void putOwn(Map<String, Object> config) {
    config.put("filters", filters);
    config.put("output_padding", outputPadding.isEmpty() ? null : outputPadding);
  }

  final S readTransposed(Config c) {
    return read(c).outputPadding(Config.array(c.ints("output_padding", rank(), List.of())));
  }
}
