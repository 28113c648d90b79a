package convlstm4j.layer;

import convlstm4j.graph.Arguments;
import convlstm4j.op.Drop;
import convlstm4j.op.ShapeException;
import convlstm4j.option.DataFormat;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the layers that drop whole channels share (Tompson et al. 2015, arXiv:1411.4280): in
 * training, one decision for a sample's channel, at inference the input itself.
 *
 * @param <S> the layer's own type
 */
public abstract class SpatialDropout<S extends SpatialDropout<S>> extends KerasLayer<S> {
  private final int spatialAxes;
  private final double rate;
  DataFormat dataFormat = DataFormat.CHANNELS_LAST;

  /** For the layers of this package. */
  SpatialDropout(int spatialAxes, double rate) {
    this.spatialAxes = spatialAxes;
    this.rate = rate("rate", rate);
  }

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    int rank = spatialAxes + 2;
    if (x.shape().rank() != rank) {
      throw new ShapeException(
          "input has shape "
              + x.shape()
              + ", expected rank "
              + rank
              + ": batch, channels and "
              + spatialAxes
              + (spatialAxes == 1 ? " axis" : " axes")
              + " between or after them");
    }
    if (!g.training() || rate == 0) {
      return List.of(x);
    }
    List<Long> shared = new ArrayList<>(Collections.nCopies(rank, 1L));
    shared.set(0, Input.ANY);
    shared.set(dataFormat == DataFormat.CHANNELS_LAST ? rank - 1 : 1, Input.ANY);
    return List.of(g.op(new Drop(rate, shared), x));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("rate", rate);
    return c;
  }
}
