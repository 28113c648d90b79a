package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;

/** Keras's {@code Minimum}: the smallest of two or more inputs, broadcast to one shape. */
public final class Minimum extends Merging<Minimum> {
  private static final int MOST = 8;

  /** A layer. */
  public Minimum() {
    super(count -> new Pointwise(of(count), count), MOST);
  }

  private static Formula of(int count) {
    Formula all = Formula.input(0);
    for (int i = 1; i < count; i++) {
      all = all.min(Formula.input(i));
    }
    return all;
  }

  static Minimum fromConfig(Config c) {
    return new Minimum();
  }
}
