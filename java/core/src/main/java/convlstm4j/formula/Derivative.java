package convlstm4j.formula;

import static convlstm4j.formula.Formula.constant;

import java.util.IdentityHashMap;
import java.util.List;

/** Derivatives of formulas, by the chain rule. */
final class Derivative {
  private static final Formula ZERO = constant(0);

  private final int input;
  private final IdentityHashMap<Formula, Formula> known = new IdentityHashMap<>();

  private Derivative(int input) {
    this.input = input;
  }

  static Formula derive(Formula f, int input) {
    return new Derivative(input).by(f);
  }

  private Formula by(Formula f) {
    Formula before = known.get(f);
    if (before == null) {
      before = chain(f);
      known.put(f, before);
    }
    return before;
  }

  private Formula chain(Formula y) {
    List<Formula> arguments = y.arguments();
    if (y.function() == Function.INPUT) {
      return constant(y.value() == input ? 1 : 0);
    }
    if (y.function() == Function.CONSTANT) {
      return ZERO;
    }
    if (y.function() == Function.WHERE) {
      return arguments.get(0).where(by(arguments.get(1)), by(arguments.get(2)));
    }
    Formula da = by(arguments.get(0));
    return arguments.size() == 1
        ? one(y, arguments.get(0), da)
        : two(y, arguments.get(0), arguments.get(1), da, by(arguments.get(1)));
  }

  private static Formula one(Formula y, Formula a, Formula da) {
    return switch (y.function()) {
      case NEGATE -> Formula.of(Function.NEGATE, da);
      case ABS -> da.times(a.sign());
      case EXP -> da.times(y);
      case LOG -> da.over(a);
      case LOG1P -> da.over(a.plus(1));
      case EXPM1 -> da.times(a.exp());
      case SQRT -> da.times(constant(0.5).over(y));
      case TANH -> da.times(constant(1).minus(y.square()));
      case SIGMOID -> da.times(y.times(constant(1).minus(y)));
      case SIGN, FLOOR -> ZERO;
      default -> throw new IllegalStateException(y.function() + " has no derivative here");
    };
  }

  private static Formula two(Formula y, Formula a, Formula b, Formula da, Formula db) {
    return switch (y.function()) {
      case ADD -> da.plus(db);
      case SUBTRACT -> da.minus(db);
      case MULTIPLY -> da.times(b).plus(a.times(db));
      case DIVIDE -> da.over(b).minus(y.over(b).times(db));
      case POWER -> power(y, a, b, da, db);
      case MINIMUM -> b.less(a).where(db, da);
      case MAXIMUM -> a.less(b).where(db, da);
      case LESS, EQUAL -> ZERO;
      default -> throw new IllegalStateException(y.function() + " has no derivative here");
    };
  }

  /**
   * {@code b a^(b-1) da + a^b log(a) db}; without the logarithm where b does not change, and 0 for
   * it where a is not positive, as TensorFlow takes it.
   */
  private static Formula power(Formula y, Formula a, Formula b, Formula da, Formula db) {
    Formula less = b.function() == Function.CONSTANT ? constant(b.value() - 1) : b.minus(1);
    Formula byBase = da.times(b).times(Formula.of(Function.POWER, a, less));
    boolean fixed = db.function() == Function.CONSTANT && db.value() == 0;
    return fixed ? byBase : byBase.plus(ZERO.less(a).where(y.times(a.log()), ZERO).times(db));
  }
}
