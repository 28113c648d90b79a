package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;

/** Keras's {@code Maximum}: the largest of two or more inputs, broadcast to one shape. */
public final class Maximum extends Merging<Maximum> {
  private static final int MOST = 8;

  /** A layer. */
  public Maximum() {
    super(count -> new Pointwise(of(count), count), MOST);
  }

  private static Formula of(int count) {
    Formula all = Formula.input(0);
    for (int i = 1; i < count; i++) {
      all = all.max(Formula.input(i));
    }
    return all;
  }

  static Maximum fromConfig(Config c) {
    return new Maximum();
  }
}
