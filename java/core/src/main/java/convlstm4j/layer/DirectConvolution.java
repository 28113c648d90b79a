package convlstm4j.layer;

import convlstm4j.op.Conv;
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
  /** For the layers of this package. */
  DirectConvolution(int filters, int... kernelSize) {
    super(filters, kernelSize);
  }

  @Override
  Value convolve(Lowering g, Value images, long channels) {
    List<Value> inputs = new ArrayList<>(List.of(images, kernel(g, channels, filters())));
    if (useBias) {
      inputs.add(bias(g));
    }
    return g.ops(new Conv(filters(), window(padding()), useBias), inputs).get(0);
  }

  @Override
  final void putOwn(Map<String, Object> config) {
    config.put("groups", 1);
  }
}
