package convlstm4j.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.layer.Initializers.Distribution;
import convlstm4j.layer.Initializers.Fan;
import convlstm4j.option.Initializer;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class InitializersTest {
  private static final Shape KERNEL = Shape.of(3, 5, 40, 160);
  private static final double FAN_IN = 15 * 40;
  private static final double FAN_OUT = 15 * 160;

  /** An initialiser of {@link #KERNEL} and what Keras says of it. */
  private record Expected(Initializer initializer, double mean, double variance, double limit) {}

  @TestFactory
  Stream<DynamicTest> meanVarianceAndRange() {
    double glorot = 2 / (FAN_IN + FAN_OUT);
    double he = 2 / FAN_IN;
    double cut = 2 / 0.8796256610342398;
    double none = Double.POSITIVE_INFINITY;
    return Stream.of(
            new Expected(Initializers.glorotUniform(), 0, glorot, Math.sqrt(3 * glorot)),
            new Expected(Initializers.glorotNormal(), 0, glorot, cut * Math.sqrt(glorot)),
            new Expected(Initializers.heUniform(), 0, he, Math.sqrt(3 * he)),
            new Expected(Initializers.heNormal(), 0, he, cut * Math.sqrt(he)),
            new Expected(
                new Initializers.VarianceScaling(3, Fan.FAN_OUT, Distribution.UNTRUNCATED_NORMAL),
                0,
                3 / FAN_OUT,
                none),
            new Expected(new Initializers.RandomUniform(-1, 3), 1, 16 / 12.0, 2),
            new Expected(new Initializers.RandomNormal(2, 0.5), 2, 0.25, none),
            new Expected(
                new Initializers.TruncatedNormal(-1, 0.5),
                -1,
                Math.pow(0.5 * 0.8796256610342398, 2),
                1),
            new Expected(new Initializers.Constant(4), 4, 0, 0))
        .map(e -> DynamicTest.dynamicTest(e.initializer().toString(), () -> check(e)));
  }

  private static void check(Expected e) {
    double[] v = e.initializer().values(KERNEL, new Philox(3, 9));
    double mean = Arrays.stream(v).average().orElseThrow();
    double variance = Arrays.stream(v).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    double deviation = Math.sqrt(e.variance());
    assertEquals(KERNEL.elements(), v.length);
    // five standard errors of the mean; of a normal's variance for the variance
    assertEquals(e.mean(), mean, 5 * deviation / Math.sqrt(v.length));
    assertEquals(e.variance(), variance, 5 * e.variance() * Math.sqrt(2.0 / v.length));
    double furthest = Arrays.stream(v).map(x -> Math.abs(x - e.mean())).max().orElseThrow();
    assertTrue(furthest <= e.limit(), furthest + " beyond " + e.limit());
    assertArrayEquals(v, e.initializer().values(KERNEL, new Philox(3, 9)));
  }

  @Property(tries = 50)
  void orthogonal(
      @ForAll @IntRange(min = 1, max = 7) int a,
      @ForAll @IntRange(min = 1, max = 7) int b,
      @ForAll @IntRange(min = 1, max = 40) int cols,
      @ForAll @IntRange(max = 9999) int seed) {
    double gain = 1.5;
    int rows = a * b;
    double[] q =
        new Initializers.Orthogonal(gain).values(Shape.of(a, b, cols), new Philox(seed, 0));
    boolean tall = rows >= cols;
    int n = Math.min(rows, cols);
    for (int j = 0; j < n; j++) {
      for (int k = 0; k <= j; k++) {
        double dot = 0;
        for (int i = 0; i < Math.max(rows, cols); i++) {
          dot += tall ? q[i * cols + j] * q[i * cols + k] : q[j * cols + i] * q[k * cols + i];
        }
        assertEquals(j == k ? gain * gain : 0, dot, 1e-13);
      }
    }
  }

  /** Without the sign of R's diagonal, the first entries would all have one sign. */
  @Test
  void orthogonalMatricesAreEquallyLikely() {
    int positive = 0;
    double sumOfFourth = 0;
    int tries = 2000;
    for (int s = 0; s < tries; s++) {
      double[] q = Initializers.orthogonal().values(Shape.of(2, 2), new Philox(s, 0));
      positive += q[0] > 0 ? 1 : 0;
      sumOfFourth += Math.pow(q[0], 4);
    }
    assertEquals(tries / 2.0, positive, 5 * Math.sqrt(tries / 4.0));
    assertEquals(3 / 8.0, sumOfFourth / tries, 0.04); // mean of cos^4 of an even angle
  }

  @Test
  void orthogonalNeedsTwoAxes() {
    Initializer o = Initializers.orthogonal();
    assertEquals(
        "Orthogonal: shape [3], expected at least 2 axes",
        assertThrows(IllegalArgumentException.class, () -> o.values(Shape.of(3), new Philox(1, 0)))
            .getMessage());
  }

  @Test
  void forgetBiasIsOnes() {
    double[] v =
        new Initializers.UnitForget(new Initializers.RandomUniform(2, 3))
            .values(Shape.of(12), new Philox(1, 0));
    for (int i = 0; i < 12; i++) {
      assertTrue(i / 3 == 1 ? v[i] == 1 : v[i] > 2 && v[i] < 3, Arrays.toString(v));
    }
    assertEquals(10, Arrays.stream(v).distinct().count());
  }

  @Test
  void weightsOfOneLayerDiffer() {
    List<Double> firsts =
        Stream.of(0, 1, 2)
            .map(i -> Initializers.glorotUniform().values(Shape.of(2, 3), new Philox(1, i))[0])
            .toList();
    assertEquals(3, firsts.stream().distinct().count());
  }
}
