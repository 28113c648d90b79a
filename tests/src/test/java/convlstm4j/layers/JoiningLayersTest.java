package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.AlphaDropout;
import convlstm4j.layer.Dot;
import convlstm4j.layer.Input;
import convlstm4j.layer.Maximum;
import convlstm4j.layer.Minimum;
import convlstm4j.layer.RepeatVector;
import convlstm4j.layer.Rescaling;
import convlstm4j.layer.Subtract;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Layers that join inputs or change their scale, by what Keras's documentation says of them. */
class JoiningLayersTest {
  private final Tensor x = Apply.tensor(Shape.of(2, 3, 4, 5), 1);
  private final Tensor map = Apply.tensor(Shape.of(2, 3, 4, 1), 2);
  private final Tensor row = Apply.tensor(Shape.of(2, 5), 3);

  private static Tensor out(Layer layer, Tensor... inputs) {
    Tensor y = Apply.random(layer, false, 1, inputs).first();
    return y;
  }

  private double row(int i) {
    return row.get(i / 60 * 5 + i % 5);
  }

  @Test
  void differenceLargestAndSmallestBroadcast() {
    Tensor difference = out(new Subtract(), row, x);
    Tensor largest = out(new Maximum(), map, x, row);
    Tensor smallest = out(new Minimum(), row, map, x);
    for (int i = 0; i < x.size(); i++) {
      double m = map.get(i / 5);
      assertEquals(row(i) - x.get(i), difference.get(i), 1e-12);
      assertEquals(Math.max(Math.max(m, x.get(i)), row(i)), largest.get(i), 1e-12);
      assertEquals(Math.min(Math.min(m, x.get(i)), row(i)), smallest.get(i), 1e-12);
    }
    LayerGradients.check(new Subtract(), true, row, x);
    LayerGradients.check(new Maximum(), true, map, x, row);
    LayerGradients.check(new Minimum(), true, row, map, x);
  }

  /** More inputs than a formula takes are joined in turn. */
  @Test
  void manyInputsAreJoined() {
    Tensor[] many = new Tensor[20];
    Arrays.setAll(many, i -> Apply.tensor(Shape.of(2, 3), i));
    Tensor y = out(new Maximum(), many);
    for (int i = 0; i < y.size(); i++) {
      int k = i;
      assertEquals(Arrays.stream(many).mapToDouble(t -> t.get(k)).max().orElseThrow(), y.get(i), 0);
    }
    LayerGradients.check(new Maximum(), true, many);
  }

  @Test
  void dotSumsProductsAlongAnAxisOfEach() {
    Tensor a = Apply.tensor(Shape.of(2, 3, 4), 1);
    Tensor b = Apply.tensor(Shape.of(2, 5, 3), 2);
    Tensor y = out(new Dot(1, 2), a, b);
    assertEquals(Shape.of(2, 4, 5), y.shape());
    for (int n = 0; n < 2; n++) {
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 5; j++) {
          double sum = 0;
          for (int k = 0; k < 3; k++) {
            sum += a.get(n * 12 + k * 4 + i) * b.get(n * 15 + j * 3 + k);
          }
          assertEquals(sum, y.get(n * 20 + i * 5 + j), 1e-12);
        }
      }
    }
    LayerGradients.check(new Dot(1, 2), true, a, b);
    LayerGradients.check(new Dot(1, -1).normalize(true), true, a, b);
  }

  @Test
  void dotOfVectorsIsTheirCosine() {
    Tensor a = Apply.tensor(Shape.of(2, 3), 1);
    Tensor b = Apply.tensor(Shape.of(2, 3), 2);
    Tensor y = out(new Dot(-1).normalize(true), a, b);
    assertEquals(Shape.of(2, 1), y.shape());
    for (int n = 0; n < 2; n++) {
      double ab = 0;
      double aa = 0;
      double bb = 0;
      for (int k = 3 * n; k < 3 * n + 3; k++) {
        ab += a.get(k) * b.get(k);
        aa += a.get(k) * a.get(k);
        bb += b.get(k) * b.get(k);
      }
      assertEquals(ab / Math.sqrt(aa * bb), y.get(n), 1e-12);
    }
  }

  @Test
  void repeatVectorIsTheSameAtEveryStep() {
    Tensor y = out(new RepeatVector(3), row);
    assertEquals(Shape.of(2, 3, 5), y.shape());
    for (int i = 0; i < y.size(); i++) {
      assertEquals(row.get(i / 15 * 5 + i % 5), y.get(i), 0);
    }
    LayerGradients.check(new RepeatVector(3), true, row);
    assertEquals(Shape.of(Input.ANY, 1, 5), new RepeatVector(1).apply(Input.shape(5)).shape());
  }

  @Test
  void rescalingTakesOneNumberOrOneForEachPlace() {
    Tensor one = out(new Rescaling(0.5).offset(-1), x);
    double[] scale = {1, 2, 3, 4, 5};
    Tensor each = out(new Rescaling(scale).offset(0.25), x);
    Tensor offsets = out(new Rescaling(2).offset(scale), x);
    for (int i = 0; i < x.size(); i++) {
      assertEquals(0.5 * x.get(i) - 1, one.get(i), 1e-12);
      assertEquals(scale[i % 5] * x.get(i) + 0.25, each.get(i), 1e-12);
      assertEquals(2 * x.get(i) + scale[i % 5], offsets.get(i), 1e-12);
    }
    LayerGradients.check(new Rescaling(scale).offset(scale), true, x);
  }

  /** Keras's formula of keras/src/layers/regularization/alpha_dropout.py. */
  @Test
  void alphaDropoutKeepsMeanAndVariance() {
    Tensor normal = Apply.tensor(Shape.of(100, 1000), 1);
    Tensor y = Apply.random(new AlphaDropout(0.25), true, 1, normal).first();
    double p = -1.7580993408473766;
    double a = 1 / Math.sqrt(0.75 * (1 + 0.25 * p * p));
    double dropped = a * p - a * p * 0.25;
    int count = 0;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < y.size(); i++) {
      boolean isDropped = Math.abs(y.get(i) - dropped) < 1e-9;
      count += isDropped ? 1 : 0;
      if (!isDropped) {
        assertEquals(a * normal.get(i) - a * p * 0.25, y.get(i), 1e-9);
      }
      sum += y.get(i);
      squares += y.get(i) * y.get(i);
    }
    assertEquals(0.25, count / 1e5, 0.01);
    assertEquals(0, sum / 1e5, 0.02);
    assertEquals(1, squares / 1e5, 0.02);
    Tensor same = Apply.random(new AlphaDropout(0.25), false, 1, normal).first();
    assertEquals(normal.get(7), same.get(7), 0);
    LayerGradients.check(new AlphaDropout(0.5).noiseShape(Input.ANY, 1), true, row);
  }

  @Test
  void wrongUseIsRefused() {
    Symbol a = Input.shape(3, 4);
    refused("got 3 inputs, expected 2", () -> new Subtract().apply(a, a, a));
    refused("expected 2 or more", () -> new Maximum().apply(a));
    refused("differ in size along axes [1, 2]", () -> new Dot(1, 2).apply(a, a));
    refused("expected different axes from 1 to 2", () -> new Dot(3).apply(a, a));
    refused("expected [N, F] of rank 2", () -> new RepeatVector(2).apply(a));
    refused("expected 2 places along the last axis", () -> new Rescaling(1, 2).apply(a));
    refused("n=0, must be >= 1", () -> new RepeatVector(0));
    refused("expected finite numbers", () -> new Rescaling(Double.NaN));
    refused("expected others than the batch", () -> new Dot(0));
    refused("rate=1.0", () -> new AlphaDropout(1));
  }

  static void refused(String message, Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
