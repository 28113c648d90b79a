package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keras's {@code Reshape}: the same elements, row-major, as {@code [N, targetShape]}. */
public final class Reshape extends KerasLayer<Reshape> {
  private final long[] targetShape;

  /**
   * A layer.
   *
   * @param targetShape sizes of the axes after the batch, each at least 1; one may be -1: what is
   *     left over
   * @throws IllegalArgumentException if a size is out of range or several are -1
   */
  public Reshape(long... targetShape) {
    boolean inRange = Arrays.stream(targetShape).allMatch(d -> d >= 1 || d == -1);
    if (!inRange || Arrays.stream(targetShape).filter(d -> d == -1).count() > 1) {
      throw new IllegalArgumentException(
          "Reshape: target_shape="
              + Arrays.toString(targetShape)
              + ", expected sizes >= 1, of which one may be -1");
    }
    this.targetShape = targetShape.clone();
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    Shape sample = x.shape().from(1);
    long known = Arrays.stream(targetShape).filter(d -> d != -1).reduce(1, Math::multiplyExact);
    boolean open = Arrays.stream(targetShape).anyMatch(d -> d == -1);
    long[] target = targetShape.clone();
    if (sample.isKnown()) {
      long size = sample.elements();
      if (open ? size % known != 0 : size != known) {
        throw new ShapeException(
            "cannot reshape "
                + sample
                + " of "
                + size
                + " elements to target_shape="
                + Arrays.toString(targetShape));
      }
      for (int i = 0; i < target.length; i++) {
        target[i] = target[i] == -1 ? size / known : target[i];
      }
    }
    return List.of(g.reshape(x, Shape.of(target).prepend(x.shape().dim(0))));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("target_shape", Arrays.stream(targetShape).boxed().toList());
    return c;
  }

  static Reshape fromConfig(Config c) {
    return new Reshape(c.ints("target_shape", 0).stream().mapToLong(v -> v).toArray());
  }
}
