package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/** The one place that words what is wrong with an op's input. */
final class Checks {
  private Checks() {}

  /** Fails unless there is one shape for every input name. */
  static void count(Op op, List<Shape> inputs) {
    if (inputs.size() != op.inputNames().size()) {
      throw new ShapeException(
          op.opName()
              + ": got "
              + inputs.size()
              + " inputs, expected "
              + op.inputNames().size()
              + ": "
              + op.inputNames());
    }
  }

  /**
   * Fails unless a shape fits the expected one; {@code axes} words the expected shape, such as
   * {@code [N, T, C]}.
   */
  static void fits(Op op, String name, Shape actual, Shape expected, String axes) {
    if (!actual.fits(expected)) {
      throw new ShapeException(
          op.opName()
              + ": "
              + name
              + " has shape "
              + actual
              + ", expected "
              + axes
              + " = "
              + expected);
    }
  }

  /** Fails unless a shape has the rank. */
  static void rank(Op op, String name, Shape actual, int rank, String axes) {
    if (actual.rank() != rank) {
      throw new ShapeException(
          op.opName()
              + ": "
              + name
              + " has shape "
              + actual
              + " of rank "
              + actual.rank()
              + ", expected rank "
              + rank
              + ": "
              + axes);
    }
  }

  /** Fails if a size must be known when a graph is built but is not. */
  static void known(Op op, String name, Shape part, String what) {
    if (!part.isKnown()) {
      throw new ShapeException(
          op.opName()
              + ": "
              + name
              + " has unknown "
              + what
              + " "
              + part
              + "; give fixed sizes in Input");
    }
  }

  /** Fails unless the condition holds. */
  static void that(boolean holds, String message) {
    if (!holds) {
      throw new ShapeException(message);
    }
  }

  /** Fails unless a dropout rate or the like lies in [0, 1). */
  static void rate(String name, double rate) {
    that(rate >= 0 && rate < 1, name + "=" + rate + ", must be at least 0 and below 1");
  }
}
