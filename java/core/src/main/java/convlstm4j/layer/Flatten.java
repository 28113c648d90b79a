package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Transpose;
import convlstm4j.option.DataFormat;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code Flatten}: {@code [N, ..]} to {@code [N, C]}. With channels first the channels are
 * moved last before, so that the result does not depend on the format.
 */
public final class Flatten extends KerasLayer<Flatten> implements DataFormatted<Flatten> {
  private DataFormat dataFormat = DataFormat.CHANNELS_LAST;

  /** A layer. */
  public Flatten() {}

  /**
   * Sets where the channels stand.
   *
   * @param value default {@link DataFormat#CHANNELS_LAST}, which keeps the order of elements
   * @return this layer
   */
  @Override
  public Flatten dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    int rank = x.shape().rank();
    if (dataFormat == DataFormat.CHANNELS_FIRST && rank > 2) {
      List<Integer> order = new ArrayList<>(List.of(0));
      for (int i = 2; i < rank; i++) {
        order.add(i);
      }
      order.add(1);
      x = g.op(new Transpose(order), x);
    }
    long size = 1;
    for (int i = 1; i < rank; i++) {
      size = Shape.times(size, x.shape().dim(i));
    }
    return List.of(g.reshape(x, Shape.of(x.shape().dim(0), size)));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("data_format", dataFormat.kerasName());
    return c;
  }

  static Flatten fromConfig(Config c) {
    return new Flatten().dataFormat(c.dataFormat("data_format"));
  }
}
