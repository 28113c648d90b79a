package convlstm4j.option;

import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * What a weight is brought back to after each training step (keras.constraints): not below 0, or
 * Euclidean norms along axes within limits, {@code w (rate clip(|w|, least, most) + (1-rate) |w|) /
 * (|w| + 1e-7)}.
 *
 * @param kind which of Keras's
 * @param least the smallest norm; 0 where norms have no lower limit
 * @param most the largest norm
 * @param rate how far a norm goes to its limit in one step, 0 to 1
 * @param axes along which norms are taken, from 0 or, below 0, from the end; 0 takes one per unit
 *     of a dense layer's kernel
 */
public record Constraint(Kind kind, double least, double most, double rate, List<Integer> axes) {
  /** Keras's constraints. */
  public enum Kind {
    /** Norms of at most so much. */
    MAX_NORM,
    /** Norms of 1. */
    UNIT_NORM,
    /** Norms between two limits. */
    MIN_MAX_NORM,
    /** No value below 0. */
    NON_NEG
  }

  public Constraint {
    axes = List.copyOf(axes);
    if (!(least >= 0 && most >= least && Double.isFinite(most))) {
      throw new IllegalArgumentException(
          "min_value=" + least + ", max_value=" + most + ": must be finite, 0 <= min <= max");
    }
    if (!(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException("rate=" + rate + ", must be 0 to 1");
    }
    if (axes.isEmpty() != (kind == Kind.NON_NEG)) {
      throw new IllegalArgumentException("axis=" + axes + ", expected one axis or more");
    }
  }

  /**
   * No value below 0: Keras's {@code NonNeg}.
   *
   * @return the constraint
   */
  public static Constraint nonNeg() {
    return new Constraint(Kind.NON_NEG, 0, 0, 1, List.of());
  }

  /**
   * Norms of at most so much: Keras's {@code MaxNorm}.
   *
   * @param most at least 0; Keras's default is 2
   * @param axes along which norms are taken; none for 0, Keras's default
   * @return the constraint
   * @throws IllegalArgumentException if the limit is out of range
   */
  public static Constraint maxNorm(double most, int... axes) {
    return new Constraint(Kind.MAX_NORM, 0, most, 1, orFirst(axes));
  }

  /**
   * Norms of 1: Keras's {@code UnitNorm}.
   *
   * @param axes along which norms are taken; none for 0, Keras's default
   * @return the constraint
   */
  public static Constraint unitNorm(int... axes) {
    return new Constraint(Kind.UNIT_NORM, 1, 1, 1, orFirst(axes));
  }

  /**
   * Norms between two limits: Keras's {@code MinMaxNorm}.
   *
   * @param least at least 0; Keras's default is 0
   * @param most at least that; Keras's default is 1
   * @param rate how far a norm goes to its limit in one step, 0 to 1; Keras's default is 1
   * @param axes along which norms are taken; none for 0, Keras's default
   * @return the constraint
   * @throws IllegalArgumentException if a value is out of range
   */
  public static Constraint minMaxNorm(double least, double most, double rate, int... axes) {
    return new Constraint(Kind.MIN_MAX_NORM, least, most, rate, orFirst(axes));
  }

  private static List<Integer> orFirst(int... axes) {
    return axes.length == 0 ? List.of(0) : Arrays.stream(axes).boxed().toList();
  }

  /**
   * The axes of a weight along which norms are taken.
   *
   * @param weight its shape
   * @return from 0, ascending; empty for {@link Kind#NON_NEG}
   * @throws IllegalArgumentException if one is not there, or twice
   */
  public List<Integer> axesOf(Shape weight) {
    int rank = weight.rank();
    TreeSet<Integer> all = new TreeSet<>();
    for (int axis : axes) {
      if (axis >= rank || axis < -rank || !all.add(axis < 0 ? axis + rank : axis)) {
        throw new IllegalArgumentException(
            "axis=" + axes + " of a weight of shape " + weight + ": not there, or twice");
      }
    }
    return List.copyOf(all);
  }
}
