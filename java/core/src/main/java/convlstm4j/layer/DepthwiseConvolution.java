package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Conv;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What {@link DepthwiseConv1D} and {@link DepthwiseConv2D} share: each channel is convolved by
 * itself, with M kernels of its own. Output channel {@code c M + m} is input channel c with its
 * kernel m.
 *
 * @param <S> the layer's own type
 */
public abstract class DepthwiseConvolution<S extends DepthwiseConvolution<S>>
    extends Convolution<S> {
  private int depthMultiplier = 1;

  /** For the layers of this package. */
  DepthwiseConvolution(int... kernelSize) {
    super(kernelSize);
  }

  /**
   * Sets how many kernels each channel has.
   *
   * @param value M, at least 1, default 1
   * @return this layer
   * @throws IllegalArgumentException if it is below 1
   */
  public final S depthMultiplier(int value) {
    positive("depth_multiplier", value);
    return set(() -> depthMultiplier = value);
  }

  @Override
  final Value convolve(Lowering g, Value images, long channels) {
    Value kernel = kernel(g, channels, depthMultiplier);
    List<Value> inputs = new ArrayList<>(List.of(images, eachAlone(g, kernel)));
    if (useBias) {
      inputs.add(bias(g, channels * depthMultiplier));
    }
    return g.ops(depthwise(this, channels, depthMultiplier, useBias), inputs).get(0);
  }

  /** The op of a depthwise convolution. */
  static Conv depthwise(Convolution<?> layer, long channels, int multiplier, boolean useBias) {
    int filters = Math.toIntExact(channels * multiplier);
    return new Conv(filters, layer.window(layer.padding()), useBias, Math.toIntExact(channels));
  }

  /** A kernel {@code [K.., C, M]} as that of a convolution of C groups, {@code [K.., 1, C M]}. */
  static Value eachAlone(Lowering g, Value kernel) {
    Shape s = kernel.shape();
    int last = s.rank() - 1;
    return g.reshape(kernel, s.with(last, s.dim(last) * s.dim(last - 1)).with(last - 1, 1));
  }

  @Override
  final String kernelName() {
    return "depthwise_kernel";
  }

  @Override
  final void putOwn(Map<String, Object> config) {
    config.put("depth_multiplier", depthMultiplier);
  }

  final S readDepthwise(Config c) {
    return read(c).depthMultiplier(c.integer("depth_multiplier", 1));
  }
}
