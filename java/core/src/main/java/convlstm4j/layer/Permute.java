package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Transpose;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keras's {@code Permute}: reorders the axes after the batch, counted from 1. */
public final class Permute extends KerasLayer<Permute> {
  private final List<Integer> dims;

  /**
   * A layer.
   *
   * @param dims which axis of the input stands at 1, 2, ..; a permutation of 1 to their number
   * @throws IllegalArgumentException if it is none
   */
  public Permute(int... dims) {
    int[] sorted = dims.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      if (sorted[i] != i + 1) {
        throw new IllegalArgumentException(
            "Permute: dims="
                + Arrays.toString(dims)
                + ", expected each of 1 to "
                + dims.length
                + " once; the batch axis stays and is not counted");
      }
    }
    this.dims = Arrays.stream(dims).boxed().toList();
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    if (x.shape().rank() != dims.size() + 1) {
      throw new ShapeException(
          "input has shape "
              + x.shape()
              + ", expected rank "
              + (dims.size() + 1)
              + ": [N, ..] with"
              + " one axis per entry of dims="
              + dims);
    }
    List<Integer> order = new ArrayList<>(List.of(0));
    order.addAll(dims);
    return List.of(g.op(new Transpose(order), x));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("dims", dims);
    return c;
  }

  static Permute fromConfig(Config c) {
    return new Permute(Config.array(c.ints("dims", 0)));
  }
}
