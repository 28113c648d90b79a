package convlstm4j.layer;

import convlstm4j.graph.Arguments;
import convlstm4j.op.Merge;
import convlstm4j.op.Op;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * What Keras's layers that join two or more inputs element by element share. Along an axis the
 * inputs have one size, or 1, which counts for all of the others'. One of fewer axes counts for all
 * of the axes that it lacks, which are those after the batch: {@code [N, W, C]} joins {@code [N, H,
 * W, C]} as {@code [N, 1, W, C]}.
 *
 * @param <S> the layer's own type
 */
public abstract class Merging<S extends Merging<S>> extends KerasLayer<S> {
  private final IntFunction<Op> op;
  private final int most;

  /** For the layers of this package that an op joins. */
  Merging(Merge.Mode mode) {
    this(count -> new Merge(mode, count), Integer.MAX_VALUE);
  }

  /**
   * For the layers of this package.
   *
   * @param op joins so many inputs
   * @param most how many it takes; more are joined in turn
   */
  Merging(IntFunction<Op> op, int most) {
    this.op = op;
    this.most = most;
  }

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    List<Value> inputs = many(arguments);
    checkOneBatch(inputs);
    int rank = inputs.stream().mapToInt(x -> x.shape().rank()).max().orElseThrow();
    checkCount(inputs.size());
    List<Value> left = new ArrayList<>(inputs.stream().map(x -> aligned(g, x, rank)).toList());
    while (left.size() > 1) {
      List<Value> some = left.subList(0, Math.min(most, left.size()));
      Value joined = g.ops(op.apply(some.size()), List.copyOf(some)).get(0);
      some.clear();
      left.add(0, joined);
    }
    return left;
  }

  @Override
  protected final Optional<Value> mask(Lowering g, Arguments<Value> arguments) {
    return Masks.ofAny(g, arguments.carried());
  }

  /** Fails if the layer takes another number of inputs. */
  void checkCount(int count) {}

  private static void checkOneBatch(List<Value> inputs) {
    List<Shape> shapes = inputs.stream().map(Value::shape).toList();
    long sizes =
        shapes.stream().map(s -> s.dim(0)).filter(n -> n != Shape.UNKNOWN).distinct().count();
    if (sizes > 1) {
      throw new ShapeException("inputs of shapes " + shapes + " differ in the size of the batch");
    }
  }

  private static Value aligned(Lowering g, Value x, int rank) {
    Shape s = x.shape();
    if (s.rank() == rank) {
      return x;
    }
    long[] ones = new long[rank - s.rank()];
    Arrays.fill(ones, 1);
    return g.reshape(x, s.from(1).prepend(ones).prepend(s.dim(0)));
  }

  @Override
  public final boolean keepsAxes() {
    return true;
  }

  @Override
  public final Map<String, Object> config() {
    return new LinkedHashMap<>();
  }
}
