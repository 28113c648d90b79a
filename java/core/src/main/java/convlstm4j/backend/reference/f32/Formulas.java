package convlstm4j.backend.reference.f32;

import convlstm4j.formula.Code;
import convlstm4j.formula.Code.Step;
import java.util.List;

/** Runs the {@link Code} of formulas for one element. */
final class Formulas {
  private Formulas() {}

  /**
   * Runs all steps.
   *
   * @param code what is computed
   * @param inputs one number per input
   * @param values takes what each step yields
   */
  static void run(Code code, float[] inputs, float[] values) {
    List<Step> steps = code.steps();
    for (int i = 0; i < steps.size(); i++) {
      values[i] = value(steps.get(i), inputs, values);
    }
  }

  private static float value(Step s, float[] inputs, float[] values) {
    List<Integer> of = s.arguments();
    float a = of.isEmpty() ? 0 : values[of.get(0)];
    float b = of.size() < 2 ? 0 : values[of.get(1)];
    return switch (s.function()) {
      case INPUT -> inputs[(int) s.value()];
      case CONSTANT -> (float) s.value();
      case NEGATE -> -a;
      case ABS -> Math.abs(a);
      case SIGN -> Math.signum(a);
      case EXP -> (float) Math.exp(a);
      case LOG -> (float) Math.log(a);
      case LOG1P -> (float) Math.log1p(a);
      case EXPM1 -> (float) Math.expm1(a);
      case SQRT -> (float) Math.sqrt(a);
      case TANH -> (float) Math.tanh(a);
      case SIGMOID -> (float) (1 / (1 + Math.exp(-a)));
      case FLOOR -> (float) Math.floor(a);
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
      case POWER -> (float) Math.pow(a, b);
      case MINIMUM -> Math.min(a, b);
      case MAXIMUM -> Math.max(a, b);
      case LESS -> a < b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
      case WHERE -> a != 0 ? b : values[of.get(2)];
    };
  }
}
