package convlstm4j.contract;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Plan;
import convlstm4j.op.BatchNorm;
import convlstm4j.op.ConvLstm2d;
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

/**
 * The program that {@link SanitizerTest} runs in a process of its own: every case of the ops that
 * have C++ kernels, and random ConvLSTMs, on {@code onednn}.
 */
final class SanitizedCases {
  static final String WINOGRAD = "convlstm4j.onednn.winograd";
  static final String DONE = "cases done: ";

  /** Argument that makes the C++ code write past the end of its memory, to be caught. */
  static final String OVERRUN = "overrun";

  /** docs/adr/0018. */
  private static final double SLACK = 16;

  /** Beside ConvLSTMs, and the same however those convolve. */
  private static final List<Class<? extends Op>> OTHERS =
      List.of(Pool.class, BatchNorm.class, Standardize.class, Resample.class);

  private static final int RANDOM_CASES = Boolean.getBoolean("full") ? 25 : 4;

  private SanitizedCases() {}

  public static void main(String[] args) {
    if (args[0].equals(OVERRUN)) {
      overrun();
      return;
    }
    Philox random = new Philox(Long.parseLong(args[0]), 11);
    int done = 0;
    try (Backend backend = Backends.named("onednn")) {
      System.out.println(backend.description());
      for (String winograd : List.of("never", "always")) {
        System.setProperty(WINOGRAD, winograd);
        List<OpCase> cases = new ArrayList<>(SomeCases.of(ConvLstm2d.class, random));
        if (winograd.equals("never")) {
          OTHERS.forEach(kind -> cases.addAll(SomeCases.of(kind, random)));
        }
        for (int i = 0; i < RANDOM_CASES; i++) {
          cases.add(ConvLstm2dCases.random("random " + i, random.stream(1, i)));
          cases.add(ConvLstm2dCases.threeByThree("random 3x3 " + i, random.stream(2, i)));
        }
        if (winograd.equals("always") && !Sweep.FULL) { // others convolve as they did
          cases.removeIf(c -> !OneDnnConvLstm2dTest.algorithm(backend, c).startsWith("Winograd"));
        }
        for (OpCase c : cases) {
          if (winograd.equals("always") && c.op() instanceof ConvLstm2d) {
            ContractChecks.agreesInNorm(backend, c, random, SLACK);
          } else {
            ContractChecks.agrees(backend, c, random);
          }
          done++;
        }
      }
    }
    System.out.println(DONE + done);
  }

  /**
   * Pools with less workspace than the plan asks for. One thread does it, and no more than a little
   * behind what a buffer guards itself: what lies far behind may be anybody's memory, or nobody's.
   */
  private static void overrun() {
    Window two =
        new Window(
            List.of(2, 2), List.of(2, 2), List.of(1, 1), Padding.VALID, DataFormat.CHANNELS_LAST);
    Pool op = new Pool(Pool.Mode.MAX, two);
    Shape in = Shape.of(1, 2, 2, 128);
    try (Backend backend = Backends.named("onednn");
        Plan plan = backend.plan(op, List.of(in), DType.FLOAT32, Backend.Mode.INFERENCE);
        Buffer x = backend.memory().allocate(DType.FLOAT32, in);
        Buffer y = backend.memory().allocate(DType.FLOAT32, op.outputShapes(List.of(in)).get(0));
        Buffer workspace = backend.memory().allocate(DType.FLOAT32, Shape.of(1))) {
      plan.forward(new Plan.Forward(List.of(x), List.of(y), workspace, null, new Philox(0, 0)));
    }
  }
}
