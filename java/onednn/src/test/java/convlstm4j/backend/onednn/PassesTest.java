package convlstm4j.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Plan;
import convlstm4j.backend.StandardizePlan;
import convlstm4j.op.Op;
import convlstm4j.op.Pool;
import convlstm4j.op.Resample;
import convlstm4j.op.Standardize;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is computed in Java, or put together from others, where C++ is missing. */
class PassesTest {
  private static final List<Integer> TWO = List.of(2, 2);
  private static final List<Integer> THREE = List.of(3, 3);

  private final NativeMemory memory = new NativeMemory();
  private final List<NativeBuffer> open = new ArrayList<>();
  private final Philox random = new Philox(6, 6);
  private Dnnl dnnl;

  @BeforeEach
  void load() {
    dnnl = Dnnl.start();
    Built.kernels(dnnl);
  }

  @AfterEach
  void close() {
    open.forEach(NativeBuffer::close);
    dnnl.close();
    assertEquals(0, memory.liveBytes());
  }

  @Test
  void normalisationInJavaAndInCppAgree() {
    Shape shape = Shape.of(3, 4, 5, 7, 6);
    for (List<Integer> kept :
        List.of(List.of(4), List.of(2), List.of(1, 4), List.of(0, 3), List.<Integer>of())) {
      Groups groups = new Groups(shape, kept);
      NativeNorm compiled = new NativeNorm(dnnl.kernels(), groups);
      JavaNorm plain = new JavaNorm(groups);
      At scratch = filled(1, compiled.scratchFloats(), 0);
      NativeBuffer x = filled(2, shape.elements(), 3).buffer();
      NativeBuffer dy = filled(3, shape.elements(), 1).buffer();
      double[] mean = doubles(4, groups.count());
      double[] scale = doubles(5, groups.count());
      double[] shift = doubles(6, groups.count());
      for (boolean squared : new boolean[] {false, true}) {
        same(plain.moments(x, mean, squared, null), compiled.moments(x, mean, squared, scratch));
      }
      double[][] expected = plain.gradientSums(x, dy, mean, scale, null);
      double[][] got = compiled.gradientSums(x, dy, mean, scale, scratch);
      same(expected[0], got[0]);
      same(expected[1], got[1]);
      NativeBuffer y = filled(7, shape.elements(), 0).buffer();
      NativeBuffer z = filled(8, shape.elements(), 0).buffer();
      plain.normalize(x, y, mean, scale, shift, null);
      compiled.normalize(x, z, mean, scale, shift, scratch);
      same(y, z);
      for (boolean write : new boolean[] {false, true}) {
        plain.inputGradient(x, dy, y, write, mean, scale, shift, mean, null);
        compiled.inputGradient(x, dy, z, write, mean, scale, shift, mean, scratch);
        same(y, z);
      }
    }
  }

  @Test
  void poolingInJavaAndInCppAgree() {
    for (DataFormat format : DataFormat.values()) {
      for (Pool.Mode mode : Pool.Mode.values()) {
        for (Padding padding : Padding.values()) {
          pool(new Pool(mode, new Window(TWO, TWO, List.of(1, 1), padding, format)));
          pool(new Pool(mode, new Window(THREE, List.of(2, 1), List.of(1, 1), padding, format)));
        }
      }
    }
  }

  private void pool(Pool op) {
    List<Shape> in = List.of(Shape.of(3, 9, 11, 9));
    Shape out = op.outputShapes(in).get(0);
    NativeBuffer x = filled(9, in.get(0).elements(), 1).buffer();
    for (int k = 0; k < x.size(); k++) {
      Floats.set(x, k, Math.round(Floats.get(x, k))); // so that maxima come twice
    }
    NativeBuffer dy = filled(10, out.elements(), 1).buffer();
    List<NativeBuffer> y = new ArrayList<>();
    List<NativeBuffer> dx = new ArrayList<>();
    for (PoolPlan plan :
        List.of(new JavaPoolPlan(op, in), new NativePoolPlan(dnnl.kernels(), op, in))) {
      try (plan) {
        NativeBuffer work = filled(11, Math.max(1, plan.workspaceBytes() / 4), 0).buffer();
        y.add(filled(12, out.elements(), 0).buffer());
        dx.add(filled(13, in.get(0).elements(), 1).buffer());
        NativeBuffer last = y.get(y.size() - 1);
        plan.forward(new Plan.Forward(List.of(x), List.of(last), work, null, random));
        List<NativeBuffer> gradient = List.of(dx.get(dx.size() - 1));
        plan.backward(
            new Plan.Backward(
                List.of(x), List.of(last), List.of(dy), gradient, work, null, random));
      }
    }
    same(y.get(0), y.get(1));
    same(dx.get(0), dx.get(1));
  }

  @Test
  void resamplingInJavaAndInCppAgree() {
    Resample.Table wide = Resample.Table.repeated(5, 3);
    List<Integer> places = List.of(0, 3, 1, 2, 2, 0);
    List<Double> weights = List.of(0.5, 0.25, -1.0, 2.0, 1.5, 0.75);
    Resample.Table mixed = new Resample.Table(4, List.of(2, 2, 5, 6), places, weights);
    for (long inner : new long[] {1, 3, 17}) {
      Shape x = Shape.of(3, 5, 4, 5, inner);
      for (List<Resample.Table> tables :
          List.of(List.of(wide), List.of(wide, mixed), List.of(wide, mixed, wide))) {
        Resample op = new Resample(1, tables);
        List<Shape> in = List.of(x);
        same(
            op,
            in,
            List.of(new ResamplePlan(op, in), new NativeResamplePlan(dnnl.kernels(), op, in)));
      }
    }
  }

  @Test
  void standardizingFromPartsAndInCppAgree() {
    Shape x = Shape.of(3, 7, 4, 5);
    for (boolean center : new boolean[] {true, false}) {
      for (boolean scale : new boolean[] {true, false}) {
        standardize(x, new Standardize(List.of(3), List.of(3), 1e-3, center, scale));
        standardize(x, new Standardize(List.of(1), List.of(1), 1e-3, center, scale));
        standardize(x, new Standardize(List.of(1, 2), List.of(3), 1e-3, center, scale));
        standardize(x, new Standardize(List.of(2, 3), List.of(1), 1e-3, center, scale));
        standardize(x, new Standardize(List.of(1, 3), List.of(2, 3), 1e-3, center, scale));
      }
    }
    for (List<Integer> weighted : List.of(List.of(3), List.of(2), List.of(0), List.of(1, 3))) {
      Standardize alternating = new Standardize(List.of(1, 3), weighted, 1e-3, true, true);
      assertEquals(Optional.empty(), NativeStandardizePlan.slices(alternating, x));
    }
  }

  private void standardize(Shape x, Standardize op) {
    List<Shape> in = new ArrayList<>(List.of(x));
    for (int k = 1; k < op.inputNames().size(); k++) {
      in.add(op.parameterShape(x));
    }
    NativeParts parts = new NativeParts((o, s, m) -> Kernels.plan(dnnl, o, s, m));
    NativeStandardizePlan.Slices slices = NativeStandardizePlan.slices(op, x).orElseThrow();
    same(
        op,
        in,
        List.of(
            new StandardizePlan(parts, op, in, Mode.TRAINING),
            new NativeStandardizePlan(dnnl.kernels(), slices, op, in, Mode.TRAINING)));
  }

  /** Runs plans forward and backward on the same numbers. */
  private void same(Op op, List<Shape> in, List<Plan> plans) {
    Shape out = op.outputShapes(in).get(0);
    List<NativeBuffer> inputs = new ArrayList<>();
    for (Shape s : in) {
      inputs.add(filled(20 + inputs.size(), s.elements(), 1).buffer());
    }
    NativeBuffer dy = filled(30, out.elements(), 1).buffer();
    List<List<NativeBuffer>> results = new ArrayList<>();
    for (Plan plan : plans) {
      try (plan) {
        List<NativeBuffer> all = new ArrayList<>();
        all.add(filled(31, out.elements(), 0).buffer());
        in.forEach(s -> all.add(filled(40 + all.size(), s.elements(), 1).buffer()));
        NativeBuffer work = filled(32, Math.max(1, plan.workspaceBytes() / 4), 0).buffer();
        NativeBuffer kept = filled(33, Math.max(1, plan.reserveBytes() / 4), 0).buffer();
        List<NativeBuffer> y = all.subList(0, 1);
        List<NativeBuffer> gradients = all.subList(1, all.size());
        plan.forward(new Plan.Forward(inputs, y, work, kept, random));
        plan.backward(new Plan.Backward(inputs, y, List.of(dy), gradients, work, kept, random));
        results.add(all);
      }
    }
    for (int k = 0; k <= in.size(); k++) {
      same(results.get(0).get(k), results.get(1).get(k));
    }
  }

  private At filled(int stream, long n, float scale) {
    NativeBuffer b = memory.allocate(DType.FLOAT32, Shape.of(n));
    open.add(b);
    Philox r = random.stream(1, stream);
    for (int k = 0; k < n; k++) {
      Floats.set(b, k, (float) (scale * r.normal(k)));
    }
    return new At(b, 0);
  }

  private double[] doubles(int stream, int n) {
    double[] d = new double[n];
    for (int k = 0; k < n; k++) {
      d[k] = random.stream(2, stream).normal(k);
    }
    return d;
  }

  private static void same(double[] expected, double[] got) {
    for (int k = 0; k < expected.length; k++) {
      assertEquals(
          expected[k], got[k], 1e-12 * Math.max(1000, Math.abs(expected[k])), "group " + k);
    }
  }

  private static void same(NativeBuffer expected, NativeBuffer got) {
    for (int k = 0; k < expected.size(); k++) {
      float e = Floats.get(expected, k);
      assertEquals(e, Floats.get(got, k), 3e-6 * Math.max(1, Math.abs(e)), "element " + k);
    }
  }
}
