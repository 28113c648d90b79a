package convlstm4j.bench.algorithm;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.bench.BenchShape;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Times 3x3 ConvLSTMs on {@code onednn} by Winograd's algorithm and by direct convolution, taking
 * turns, and prints a CSV table.
 */
public final class WinogradTable {
  private static final String PROPERTY = "convlstm4j.onednn.winograd";
  private static final Philox RANDOM = new Philox(8, 8);
  private static final int SAMPLES = 2;
  private static final int STEPS = 6;
  private static final int TURNS = 9;
  private static final double TURN_NANOS = 4e7;
  private static final int WARM_UP = 4;

  /** Height, width, channels, filters. */
  private static final int[][] SHAPES = {
    {8, 8, 4, 4},
    {8, 8, 64, 64},
    {16, 16, 1, 4},
    {16, 16, 8, 8},
    {16, 16, 16, 16},
    {16, 16, 64, 32},
    {17, 19, 24, 24},
    {32, 32, 1, 8},
    {32, 32, 3, 16},
    {32, 32, 8, 4},
    {32, 32, 16, 16},
    {32, 32, 32, 32},
    {32, 32, 128, 16},
    {50, 50, 8, 4},
    {50, 50, 8, 12},
    {64, 64, 1, 1},
    {64, 64, 3, 8},
    {64, 64, 8, 8},
    {64, 64, 16, 40},
    {64, 64, 64, 64},
    {100, 100, 3, 20},
    {100, 100, 8, 8},
    {200, 200, 3, 8},
  };

  private WinogradTable() {}

  /**
   * Prints the table.
   *
   * @param args none
   */
  public static void main(String[] args) {
    try (Backend backend = Backends.named("onednn")) {
      System.err.println(backend.description());
      System.out.println(
          "samples,steps,height,width,channels,filters,mode,direct_ms,winograd_ms,chosen");
      for (Backend.Mode mode : Backend.Mode.values()) { // the JVM compiles what all rows run
        for (int k = 0; k < WARM_UP; k++) {
          row(backend, SHAPES[k], mode);
        }
      }
      for (int[] s : SHAPES) {
        for (Backend.Mode mode : Backend.Mode.values()) {
          System.out.println(row(backend, s, mode));
        }
      }
    }
  }

  private static String row(Backend backend, int[] s, Backend.Mode mode) {
    System.clearProperty(PROPERTY);
    String chosen;
    try (Layer layer = new Layer(backend, s, mode)) {
      chosen = layer.plan.algorithm().startsWith("Winograd") ? "winograd" : "direct";
    }
    System.setProperty(PROPERTY, "never");
    try (Layer direct = new Layer(backend, s, mode)) {
      System.setProperty(PROPERTY, "always");
      try (Layer winograd = new Layer(backend, s, mode)) {
        double[] a = new double[TURNS];
        double[] b = new double[TURNS];
        direct.turn();
        winograd.turn();
        for (int k = 0; k < TURNS; k++) {
          a[k] = direct.turn();
          b[k] = winograd.turn();
        }
        return String.format(
            Locale.ROOT,
            "%d,%d,%d,%d,%d,%d,%s,%.3f,%.3f,%s",
            SAMPLES,
            STEPS,
            s[0],
            s[1],
            s[2],
            s[3],
            mode.name().toLowerCase(Locale.ROOT),
            median(a) / 1e6,
            median(b) / 1e6,
            chosen);
      }
    }
  }

  private static double median(double[] x) {
    Arrays.sort(x);
    return x[x.length / 2];
  }

  /** A layer with its data. */
  private static final class Layer implements AutoCloseable {
    private final Memory memory;
    private final Plan plan;
    private final Backend.Mode mode;
    private final List<Buffer> open = new ArrayList<>();
    private final Plan.Forward forward;
    private final Plan.Backward backward;

    Layer(Backend backend, int[] s, Backend.Mode mode) {
      this.memory = backend.memory();
      this.mode = mode;
      long filters = s[3];
      ConvLstm2d op = BenchShape.op((int) filters);
      Shape state = Shape.of(SAMPLES, s[0], s[1], filters);
      List<Shape> in =
          List.of(
              Shape.of(SAMPLES, STEPS, s[0], s[1], s[2]),
              state,
              state,
              Shape.of(3, 3, s[2], 4 * filters),
              Shape.of(3, 3, filters, 4 * filters),
              Shape.of(4 * filters));
      this.plan = backend.plan(op, in, DType.FLOAT32, mode);
      List<Buffer> inputs = random(in);
      List<Buffer> outputs = random(op.outputShapes(in));
      Buffer workspace = one(Shape.of(plan.workspaceBytes() / Float.BYTES + 1));
      Buffer reserve = one(Shape.of(plan.reserveBytes() / Float.BYTES + 1));
      this.forward = new Plan.Forward(inputs, outputs, workspace, reserve, RANDOM);
      List<Buffer> dy = random(List.of(outputs.get(0).shape()));
      List<Buffer> gradients = in.stream().map(this::one).toList();
      this.backward =
          new Plan.Backward(
              inputs,
              outputs,
              Arrays.asList(dy.get(0), null, null),
              Arrays.asList(
                  gradients.get(0),
                  null,
                  null,
                  gradients.get(3),
                  gradients.get(4),
                  gradients.get(5)),
              workspace,
              reserve,
              RANDOM);
    }

    private Buffer one(Shape shape) {
      Buffer b = memory.allocate(DType.FLOAT32, shape);
      open.add(b);
      return b;
    }

    private List<Buffer> random(List<Shape> shapes) {
      List<Buffer> all = new ArrayList<>();
      for (Shape shape : shapes) {
        Tensor t = Tensor.zeros(DType.FLOAT32, shape);
        for (int k = 0; k < t.size(); k++) {
          t.set(k, 0.1 * RANDOM.normal(k));
        }
        Buffer b = one(shape);
        memory.upload(t, b);
        all.add(b);
      }
      return all;
    }

    /** Runs for a while; nanoseconds of one run. */
    double turn() {
      long start = System.nanoTime();
      int runs = 0;
      do {
        plan.forward(forward);
        if (mode == Backend.Mode.TRAINING) {
          plan.backward(backward);
        }
        runs++;
      } while (System.nanoTime() - start < TURN_NANOS);
      return (System.nanoTime() - start) / (double) runs;
    }

    @Override
    public void close() {
      plan.close();
      open.forEach(Buffer::close);
    }
  }
}
