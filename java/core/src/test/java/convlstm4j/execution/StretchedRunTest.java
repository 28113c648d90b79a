package convlstm4j.execution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Frames;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Add;
import convlstm4j.layer.AveragePooling3D;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Concatenate;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.model.Model;
import convlstm4j.model.Sequential;
import convlstm4j.option.Padding;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.program.time.Phases;
import convlstm4j.program.time.TimePass;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The order of a run in stretches: its memory is counted exactly, and all of it is given back. */
class StretchedRunTest {
  private static final long STEPS = 23;
  private static final Shape INPUT = Shape.of(2, STEPS, 6, 5, 3);

  private static final Tensor VIDEO = frames(0, STEPS);

  private static ConvLSTM2D memory(int filters) {
    return new ConvLSTM2D(filters, 3).padding(Padding.SAME).returnSequences(true);
  }

  /** Phases of all kinds: stretched, at once, stretched again. */
  private static Model mixed() {
    return Sequential.of(
        Input.named("x", Input.ANY, 6, 5, 3),
        memory(3),
        new MaxPooling3D(1, 2, 2),
        new Bidirectional(memory(2)),
        memory(2),
        new Dense(2));
  }

  private static Model chain() {
    return Sequential.of(Input.named("x", Input.ANY, 6, 5, 3), memory(4), memory(3), new Dense(2));
  }

  /** Windows over time, also beside what does not look ahead, behind each other and with holes. */
  private static Model windows() {
    Symbol x = Input.named("x", Input.ANY, 6, 5, 3);
    Symbol a = new Conv3D(3, 3).padding(Padding.SAME).apply(x);
    Symbol b = new Add().apply(memory(3).apply(x), memory(3).apply(a));
    Symbol c = new Conv3D(2, 2, 1, 1).padding(Padding.SAME).dilationRate(2, 1, 1).apply(b);
    Symbol d = new AveragePooling3D(3, 1, 1).strides(1).padding(Padding.SAME).apply(c);
    Symbol e = new MaxPooling3D(2, 1, 1).strides(1).padding(Padding.SAME).apply(d);
    return Model.of(
        x, new Concatenate().apply(new Conv3D(3, 3).padding(Padding.SAME).apply(x), e, x));
  }

  private interface Use {
    void with(Program program, List<Value> outputs, Phases phases, Variables variables);
  }

  private static void on(Model model, TrackingBackend backend, Use use) {
    on(model, backend, Long.MAX_VALUE, use);
  }

  private static void on(Model model, TrackingBackend backend, long frames, Use use) {
    Program.Builder g = new Program.Builder(false, false);
    Value feed = g.feed(INPUT);
    List<Value> outputs = model.network().lower(g, List.of(feed));
    outputs.forEach(g::expose);
    Program program = g.build();
    Phases phases = TimePass.apply(program, outputs, Set.of(feed), frames);
    long before = backend.liveBytes();
    try (Variables variables =
        new Variables(model.network().parameters(), backend, DType.FLOAT32, 1)) {
      use.with(program, outputs, phases, variables);
    }
    assertEquals(before, backend.liveBytes());
  }

  private static Tensor frames(long from, long to) {
    Tensor t = Tensor.zeros(DType.FLOAT32, INPUT.with(1, to - from));
    for (int i = 0; i < t.size(); i++) {
      t.set(i, Math.sin((double) i + from));
    }
    return t;
  }

  @Test
  void memoryIsCountedExactly() {
    for (Model model : List.of(mixed(), chain(), windows())) {
      try (TrackingBackend backend = new TrackingBackend()) {
        for (long k : new long[] {1, 4, 5, 7, STEPS}) {
          on(
              model,
              backend,
              k,
              (program, outputs, phases, variables) -> {
                try (StretchedPlan plan =
                    new StretchedPlan(phases, outputs, backend, DType.FLOAT32, STEPS, k)) {
                  long expected = plan.peakBytes();
                  long weights = backend.liveBytes();
                  backend.takePeak();
                  List<Long> given = new ArrayList<>();
                  try (StretchedRun run =
                      new StretchedRun(
                          plan,
                          variables,
                          (feed, from, to) -> frames(from, to),
                          (v, from, to, t) -> given.add(to - from))) {
                    run.run();
                  }
                  assertEquals(expected, backend.takePeak() - weights, "k=" + k);
                  assertEquals(STEPS, given.stream().mapToLong(n -> n).sum());
                }
              });
        }
      }
    }
  }

  /** Each frame is what it is where all run at once, bit for bit, for any number at a time. */
  @Test
  void windowsSeeWhatIsAround() {
    Model model = windows();
    try (TrackingBackend backend = new TrackingBackend()) {
      Tensor[] whole = {null};
      on(model, backend, 1, (program, outputs, phases, v) -> whole[0] = run(phases, outputs, v, 1));
      on(
          model,
          backend,
          (program, outputs, phases, variables) -> {
            assertEquals(List.of(), phases.whole());
            assertEquals(5, phases.least());
            for (long k = phases.least(); k <= STEPS; k++) {
              Tensor got = run(phases, outputs, variables, k);
              assertArrayEquals(whole[0].floats(), got.floats(), "k=" + k);
            }
          });
    }
  }

  private static Tensor run(Phases phases, List<Value> outputs, Variables variables, long k) {
    Shape shape = outputs.get(0).shape();
    Tensor all = Tensor.zeros(DType.FLOAT32, shape);
    try (StretchedPlan plan =
            new StretchedPlan(phases, outputs, variables.backend(), DType.FLOAT32, STEPS, k);
        StretchedRun run =
            new StretchedRun(
                plan,
                variables,
                (feed, from, to) -> Frames.of(VIDEO).read(from, to),
                (v, from, to, t) -> put(all, t, from, to))) {
      run.run();
    }
    return all;
  }

  private static void put(Tensor all, Tensor some, long from, long to) {
    int frame = (int) all.shape().from(2).elements();
    int length = (int) (to - from) * frame;
    for (int n = 0; n < all.shape().dim(0); n++) {
      int at = (int) (n * STEPS + from) * frame;
      System.arraycopy(some.floats(), n * length, all.floats(), at, length);
    }
  }

  @Test
  void memoryDoesNotGrowWithTime() {
    try (TrackingBackend backend = new TrackingBackend()) {
      on(
          chain(),
          backend,
          (program, outputs, phases, variables) -> {
            try (StretchedPlan plan =
                    new StretchedPlan(phases, outputs, backend, DType.FLOAT32, STEPS, 2);
                StretchedPlan longer =
                    new StretchedPlan(phases, outputs, backend, DType.FLOAT32, 1000 * STEPS, 2)) {
              assertEquals(plan.peakBytes(), longer.peakBytes());
            }
          });
    }
  }

  @Test
  void aFailureInTheMiddleGivesAllBack() {
    try (TrackingBackend backend = new TrackingBackend()) {
      for (int phase = 0; phase < 2; phase++) {
        long failing = phase == 0 ? 8 : 0;
        on(
            mixed(),
            backend,
            (program, outputs, phases, variables) -> {
              long weights = backend.liveBytes();
              try (StretchedPlan plan =
                      new StretchedPlan(phases, outputs, backend, DType.FLOAT32, STEPS, 4);
                  StretchedRun run =
                      new StretchedRun(
                          plan,
                          variables,
                          (feed, from, to) -> {
                            if (failing > 0 && from == failing) {
                              throw new IllegalStateException("unreadable");
                            }
                            return frames(from, to);
                          },
                          (v, from, to, t) -> {
                            throw new IllegalStateException("unreadable");
                          })) {
                assertEquals(
                    "unreadable", assertThrows(IllegalStateException.class, run::run).getMessage());
              }
              assertEquals(weights, backend.liveBytes());
            });
      }
    }
  }

  @Test
  void whatWantsAllFramesIsToldWithItsReason() {
    try (TrackingBackend backend = new TrackingBackend()) {
      on(
          mixed(),
          backend,
          (program, outputs, phases, variables) -> {
            assertEquals(2, phases.whole().size(), phases.whole().toString());
            assertTrue(
                phases.whole().get(0).contains("ConvLstm2d) goes backwards"),
                phases.whole().toString());
          });
    }
  }
}
