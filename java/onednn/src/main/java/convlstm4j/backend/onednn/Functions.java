package convlstm4j.backend.onednn;

import convlstm4j.option.Activation;

/** Activation functions of arrays, as exact as {@link Math} is. Softmax is not among them. */
final class Functions {
  private Functions() {}

  /** Replaces the first n elements by their function values. */
  static void apply(Activation f, float[] x, int n) {
    float alpha = (float) f.alpha();
    switch (f.kind()) {
      case LINEAR -> {}
      case RELU -> {
        for (int k = 0; k < n; k++) {
          x[k] = Math.max(x[k], 0);
        }
      }
      case TANH -> {
        for (int k = 0; k < n; k++) {
          x[k] = (float) Math.tanh(x[k]);
        }
      }
      case SIGMOID -> {
        for (int k = 0; k < n; k++) {
          x[k] = sigmoid(x[k]);
        }
      }
      case HARD_SIGMOID_KERAS2 -> {
        for (int k = 0; k < n; k++) {
          x[k] = Math.max(0, Math.min(1, 0.2f * x[k] + 0.5f));
        }
      }
      case HARD_SIGMOID_KERAS3 -> {
        for (int k = 0; k < n; k++) {
          x[k] = Math.max(0, Math.min(6, x[k] + 3)) / 6;
        }
      }
      case ELU -> {
        for (int k = 0; k < n; k++) {
          x[k] = x[k] > 0 ? x[k] : (float) (f.alpha() * Math.expm1(x[k]));
        }
      }
      case LEAKY_RELU -> {
        for (int k = 0; k < n; k++) {
          x[k] = x[k] > 0 ? x[k] : alpha * x[k];
        }
      }
      case SOFTPLUS -> {
        for (int k = 0; k < n; k++) {
          x[k] = (float) (Math.max(x[k], 0) + Math.log1p(Math.exp(-Math.abs(x[k]))));
        }
      }
      case SWISH -> {
        for (int k = 0; k < n; k++) {
          x[k] *= sigmoid(x[k]);
        }
      }
      case SOFTMAX -> throw new IllegalStateException("softmax is not element-wise");
    }
  }

  /** Writes the derivatives at the first n elements of x to d, which may be x. */
  static void derivative(Activation f, float[] x, float[] d, int n) {
    float alpha = (float) f.alpha();
    switch (f.kind()) {
      case LINEAR -> {
        for (int k = 0; k < n; k++) {
          d[k] = 1;
        }
      }
      case RELU -> {
        for (int k = 0; k < n; k++) {
          d[k] = x[k] > 0 ? 1 : 0;
        }
      }
      case TANH -> {
        for (int k = 0; k < n; k++) {
          float y = (float) Math.tanh(x[k]);
          d[k] = 1 - y * y;
        }
      }
      case SIGMOID -> {
        for (int k = 0; k < n; k++) {
          float s = sigmoid(x[k]);
          d[k] = s * (1 - s);
        }
      }
      case HARD_SIGMOID_KERAS2 -> {
        for (int k = 0; k < n; k++) {
          d[k] = x[k] > -2.5f && x[k] < 2.5f ? 0.2f : 0;
        }
      }
      case HARD_SIGMOID_KERAS3 -> {
        for (int k = 0; k < n; k++) {
          d[k] = x[k] > -3 && x[k] < 3 ? 1 / 6f : 0;
        }
      }
      case ELU -> {
        for (int k = 0; k < n; k++) {
          d[k] = x[k] > 0 ? 1 : (float) (f.alpha() * Math.exp(x[k]));
        }
      }
      case LEAKY_RELU -> {
        for (int k = 0; k < n; k++) {
          d[k] = x[k] > 0 ? 1 : alpha;
        }
      }
      case SOFTPLUS -> {
        for (int k = 0; k < n; k++) {
          d[k] = sigmoid(x[k]);
        }
      }
      case SWISH -> {
        for (int k = 0; k < n; k++) {
          float s = sigmoid(x[k]);
          d[k] = s + x[k] * s * (1 - s);
        }
      }
      case SOFTMAX -> throw new IllegalStateException("softmax is not element-wise");
    }
  }

  /** Whether {@link #derivativeFromValue} works; {@code cpu/kernels/vector.h} says the same. */
  static boolean fromValue(Activation f) {
    return switch (f.kind()) {
      case LINEAR, RELU, TANH, SIGMOID, HARD_SIGMOID_KERAS2, HARD_SIGMOID_KERAS3 -> true;
      // Values of leaky ReLU and swish may have two arguments, ELU's and softplus's lose digits of
      // theirs.
      case ELU, LEAKY_RELU, SOFTPLUS, SWISH, SOFTMAX -> false;
    };
  }

  /** Writes the derivatives where the function has the first n elements of y as values. */
  static void derivativeFromValue(Activation f, float[] y, float[] d, int n) {
    switch (f.kind()) {
      case LINEAR -> {
        for (int k = 0; k < n; k++) {
          d[k] = 1;
        }
      }
      case RELU -> {
        for (int k = 0; k < n; k++) {
          d[k] = y[k] > 0 ? 1 : 0;
        }
      }
      case TANH -> {
        for (int k = 0; k < n; k++) {
          d[k] = 1 - y[k] * y[k];
        }
      }
      case SIGMOID -> {
        for (int k = 0; k < n; k++) {
          d[k] = y[k] * (1 - y[k]);
        }
      }
      case HARD_SIGMOID_KERAS2 -> {
        for (int k = 0; k < n; k++) {
          d[k] = y[k] > 0 && y[k] < 1 ? 0.2f : 0;
        }
      }
      case HARD_SIGMOID_KERAS3 -> {
        for (int k = 0; k < n; k++) {
          d[k] = y[k] > 0 && y[k] < 1 ? 1 / 6f : 0;
        }
      }
      case ELU, LEAKY_RELU, SOFTPLUS, SWISH, SOFTMAX ->
          throw new IllegalStateException(f.kind() + ": a derivative needs the argument");
    }
  }

  private static float sigmoid(float x) {
    return (float) (1 / (1 + Math.exp(-x)));
  }
}
