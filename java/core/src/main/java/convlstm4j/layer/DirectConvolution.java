package convlstm4j.layer;

import convlstm4j.op.Conv;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What {@link Conv1D}, {@link Conv2D} and {@link Conv3D} share.
 *
 * @param <S> the layer's own type
 */
public abstract class DirectConvolution<S extends DirectConvolution<S>> extends Convolution<S> {
  private final int filters;
  private int groups = 1;

  /** For the layers of this package. */
  DirectConvolution(int filters, int... kernelSize) {
    super(kernelSize);
    this.filters = positive("filters", filters);
  }

  /**
   * Sets into how many groups channels and filters are cut, in order; each group of filters sees
   * its own group of channels only.
   *
   * @param value a divisor of both, default 1
   * @return this layer
   * @throws IllegalArgumentException if it is below 1 or no divisor of the filters
   */
  public final S groups(int value) {
    if (value < 1 || filters % value != 0) {
      throw new IllegalArgumentException(
          label() + ": groups=" + value + ", expected a divisor of filters=" + filters);
    }
    return set(() -> groups = value);
  }

  @Override
  Value convolve(Lowering g, Value images, long channels) {
    if (channels % groups != 0) {
      throw new ShapeException(
          "input has " + channels + " channels, expected a multiple of groups=" + groups);
    }
    Value kernel = kernel(g, channels / groups, filters);
    List<Value> inputs = new ArrayList<>(List.of(images, kernel));
    if (useBias) {
      inputs.add(bias(g, filters));
    }
    return g.ops(new Conv(filters, window(padding()), useBias, groups), inputs).get(0);
  }

  @Override
  final void putOwn(Map<String, Object> config) {
    config.put("filters", filters);
    config.put("groups", groups);
  }
}
