package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;
import convlstm4j.op.ShapeException;

/** Keras's {@code Subtract}: the first of two inputs less the second, broadcast to one shape. */
public final class Subtract extends Merging<Subtract> {
  private static final Formula DIFFERENCE = Formula.input(0).minus(Formula.input(1));

  /** A layer. */
  public Subtract() {
    super(count -> new Pointwise(DIFFERENCE, count), 2);
  }

  @Override
  void checkCount(int count) {
    if (count != 2) {
      throw new ShapeException("got " + count + " inputs, expected 2");
    }
  }

  static Subtract fromConfig(Config c) {
    return new Subtract();
  }
}
