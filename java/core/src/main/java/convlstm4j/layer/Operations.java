package convlstm4j.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Operations on tensors, for instance {@code Operations.index(1, -1).apply(x)}, the last step of a
 * sequence; {@code x.index(1, -1)} is the same. Axes count with the batch, which is 0 and stays as
 * it is; negative ones count from the end.
 */
public final class Operations {
  private static final String AXIS = "axis";

  private Operations() {}

  /**
   * An operation without options: {@code Exp} of one tensor, {@code TrueDivide} of two.
   *
   * @param kind Keras's class
   * @return the operation
   * @throws IllegalArgumentException if there is none, or it needs options
   */
  public static Operation of(String kind) {
    return new Operation(kind, Map.of());
  }

  /**
   * An operation of a tensor and a number, {@code x - 2}.
   *
   * @param kind Keras's class of one that takes {@code x1} and {@code x2}, such as {@code Add},
   *     {@code Subtract}, {@code Multiply}, {@code TrueDivide}, {@code Power}, {@code Maximum}
   * @param number x2
   * @return the operation
   * @throws IllegalArgumentException if there is none
   */
  public static Operation with(String kind, double number) {
    return new Operation(kind, Map.of("x2", number));
  }

  /**
   * An operation of a number and a tensor, {@code 2 - x}.
   *
   * @param number x1
   * @param kind Keras's class of one that takes {@code x1} and {@code x2}
   * @return the operation
   * @throws IllegalArgumentException if there is none
   */
  public static Operation with(double number, String kind) {
    return new Operation(kind, Map.of("x1", number));
  }

  /**
   * The largest of x and a number, and the smallest of that and another.
   *
   * @param least the first number
   * @param most the second
   * @return Keras's {@code clip}
   */
  public static Operation clip(double least, double most) {
    return new Operation("Clip", Map.of("x_min", least, "x_max", most));
  }

  /**
   * One place along an axis, which the output has not.
   *
   * @param axis along which
   * @param place negative from the end
   * @return the operation
   */
  public static Operation index(int axis, int place) {
    return getItem(axis, place);
  }

  /**
   * Places in a row along an axis, as Python's {@code from:to}.
   *
   * @param axis along which
   * @param from the first place; negative from the end
   * @param to behind the last place; negative from the end
   * @return the operation
   */
  public static Operation slice(int axis, int from, int to) {
    return getItem(axis, Slicing.slice(from, to));
  }

  /**
   * All places along an axis from one on, as Python's {@code from:}.
   *
   * @param axis along which
   * @param from the first place; negative from the end
   * @return the operation
   */
  public static Operation slice(int axis, int from) {
    return getItem(axis, Slicing.slice(from, null));
  }

  private static Operation getItem(int axis, Object entry) {
    Object all = Slicing.slice(null, null);
    List<Object> key = new ArrayList<>();
    if (axis < 0) {
      key.add(Slicing.ellipsis());
      key.add(entry);
      key.addAll(Collections.nCopies(-1 - axis, all));
    } else {
      key.addAll(Collections.nCopies(axis, all));
      key.add(entry);
    }
    return new Operation("GetItem", Map.of("key", key));
  }

  /**
   * An array with more at its edges, as NumPy's {@code pad}: {@code pad("reflect", 1, 1, 1, 1, 0,
   * 0)} of images {@code [N, H, W, C]} is PyTorch's {@code ReflectionPad2d(1)}.
   *
   * @param mode {@code reflect} (d c b | a b c d, PyTorch's reflection), {@code symmetric} (b a | a
   *     b), {@code edge} (a a | a b, PyTorch's replication) or {@code constant}, zeros
   * @param places before and after, for each axis but the batch
   * @return the operation
   * @throws IllegalArgumentException if there is no such mode, or the places are no pairs of
   *     numbers of at least 0
   */
  public static Operation pad(String mode, int... places) {
    if (places.length % 2 != 0) {
      throw new IllegalArgumentException(
          "pad: places=" + Arrays.toString(places) + ", expected two for each axis but the batch");
    }
    List<List<Integer>> widths = new ArrayList<>(List.of(List.of(0, 0)));
    for (int i = 0; i < places.length; i += 2) {
      widths.add(List.of(places[i], places[i + 1]));
    }
    return new Operation("Pad", Map.of("pad_width", widths, "mode", mode));
  }

  /**
   * Parts of equal size along an axis, each an output; see {@link convlstm4j.graph.Layer#applyAll}.
   *
   * @param axis along which
   * @param parts how many
   * @return the operation
   * @throws IllegalArgumentException if there are none
   */
  public static Operation split(int axis, int parts) {
    return new Operation("Split", Map.of("indices_or_sections", parts, AXIS, axis));
  }

  /**
   * Tensors of one shape beside each other along a new axis.
   *
   * @param axis its place in the output
   * @return the operation
   */
  public static Operation stack(int axis) {
    return new Operation("Stack", Map.of(AXIS, axis));
  }

  /**
   * New axes of size 1.
   *
   * @param axes their places in the output
   * @return the operation
   */
  public static Operation expandDims(int... axes) {
    return new Operation("ExpandDims", Map.of(AXIS, written(axes)));
  }

  /**
   * Without axes of size 1.
   *
   * @param axes which
   * @return the operation
   */
  public static Operation squeeze(int... axes) {
    return new Operation("Squeeze", Map.of(AXIS, written(axes)));
  }

  /**
   * Sums of products of two arrays, Keras's {@code einsum}.
   *
   * @param equation labels of the axes of both and of the result, as {@code "btc,bsc->bts"}, the
   *     batch first in the first and in the result
   * @return the operation
   * @throws IllegalArgumentException if the equation is of another form
   */
  public static Operation einsum(String equation) {
    return new Operation("Einsum", Map.of("subscripts", equation));
  }

  /**
   * Another order of axes.
   *
   * @param axes the input's axis for each of the output's, the batch, 0, first
   * @return the operation
   */
  public static Operation transpose(int... axes) {
    return new Operation("Transpose", Map.of("axes", Arrays.stream(axes).boxed().toList()));
  }

  /**
   * The mean along axes.
   *
   * @param keepDims whether these axes stay, with size 1
   * @param axes along which
   * @return the operation
   */
  public static Operation mean(boolean keepDims, int... axes) {
    return reduced("Mean", keepDims, axes);
  }

  /**
   * The sum along axes.
   *
   * @param keepDims whether these axes stay, with size 1
   * @param axes along which
   * @return the operation
   */
  public static Operation sum(boolean keepDims, int... axes) {
    return reduced("Sum", keepDims, axes);
  }

  /**
   * The largest along axes.
   *
   * @param keepDims whether these axes stay, with size 1
   * @param axes along which
   * @return the operation
   */
  public static Operation max(boolean keepDims, int... axes) {
    return reduced("Max", keepDims, axes);
  }

  /**
   * The smallest along axes.
   *
   * @param keepDims whether these axes stay, with size 1
   * @param axes along which
   * @return the operation
   */
  public static Operation min(boolean keepDims, int... axes) {
    return reduced("Min", keepDims, axes);
  }

  /**
   * The mean square distance from the mean along axes.
   *
   * @param keepDims whether these axes stay, with size 1
   * @param axes along which
   * @return the operation
   */
  public static Operation variance(boolean keepDims, int... axes) {
    return reduced("Var", keepDims, axes);
  }

  static Operation reduced(String kind, boolean keepDims, int... axes) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put(AXIS, written(axes));
    options.put("keepdims", keepDims);
    return new Operation(kind, options);
  }

  /** One number alone, which is what Keras's operations of one axis take. */
  private static Object written(int... axes) {
    return axes.length == 1 ? (Object) axes[0] : Arrays.stream(axes).boxed().toList();
  }
}
