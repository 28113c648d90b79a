package convlstm4j.backend.reference.f32;

import convlstm4j.option.Activation;
import convlstm4j.option.Activation.Kind;

/** The element-wise activation functions and their derivatives, safe where exp overflows. */
final class Activations {
  private Activations() {}

  /** The function's value. */
  static float value(Activation f, float x) {
    return switch (f.kind()) {
      case LINEAR -> x;
      case RELU -> Math.max(x, 0);
      case TANH -> (float) Math.tanh(x);
      case SIGMOID -> sigmoid(x);
      case HARD_SIGMOID_KERAS2 -> Math.max(0, Math.min(1, 0.2f * x + 0.5f));
      case HARD_SIGMOID_KERAS3 -> Math.max(0, Math.min(6, x + 3)) / 6;
      case ELU -> x > 0 ? x : (float) (f.alpha() * Math.expm1(x));
      case LEAKY_RELU -> x > 0 ? x : (float) f.alpha() * x;
      case SOFTPLUS -> (float) (Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
      case SWISH -> x * sigmoid(x);
      case SOFTMAX -> throw new IllegalStateException("softmax is not element-wise");
    };
  }

  /** The derivative at x, where the value is y; x is looked at only if {@link #needsInput}. */
  static float derivative(Activation f, float x, float y) {
    return switch (f.kind()) {
      case LINEAR -> 1;
      case RELU -> y > 0 ? 1 : 0;
      case TANH -> 1 - y * y;
      case SIGMOID -> y * (1 - y);
      case HARD_SIGMOID_KERAS2 -> y > 0 && y < 1 ? 0.2f : 0;
      case HARD_SIGMOID_KERAS3 -> y > 0 && y < 1 ? 1 / 6.0f : 0;
      case ELU -> x > 0 ? 1 : (float) (f.alpha() * Math.exp(x));
      case LEAKY_RELU -> x > 0 ? 1 : (float) f.alpha();
      case SOFTPLUS -> sigmoid(x);
      case SWISH -> {
        float s = sigmoid(x);
        yield s + x * s * (1 - s);
      }
      case SOFTMAX -> throw new IllegalStateException("softmax is not element-wise");
    };
  }

  /** Whether the derivative cannot be had from the value alone. */
  static boolean needsInput(Activation f) {
    Kind k = f.kind();
    return k == Kind.ELU || k == Kind.LEAKY_RELU || k == Kind.SOFTPLUS || k == Kind.SWISH;
  }

  private static float sigmoid(float x) {
    return (float) (1 / (1 + Math.exp(-x)));
  }
}
