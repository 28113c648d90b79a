package convlstm4j.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.data.Frames;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Concatenate;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Cropping3D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.option.Padding;
import convlstm4j.program.Parameter;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.program.time.Phases;
import convlstm4j.program.time.TimePass;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * The order of a training run in stretches: its memory is counted exactly, all of it is given back,
 * and its gradients are those of the program at once.
 */
class TrainingRunTest {
  private static final long STEPS = 13;
  private static final Shape INPUT = Shape.of(2, STEPS, 6, 5, 3);

  private static ConvLSTM2D memory(int filters) {
    return new ConvLSTM2D(filters, 3).padding(Padding.SAME).returnSequences(true);
  }

  /** Phases of all kinds, the normalised with and without a tail, states that two layers share. */
  private static List<Model> models() {
    Symbol v = Input.named("x", Input.ANY, 6, 5, 3);
    Symbol h = memory(3).apply(v);
    Symbol x = new BatchNormalization().apply(h);
    x = new BatchNormalization().apply(new MaxPooling3D(1, 2, 2).apply(x));
    Symbol y = new Dropout(0.3).apply(memory(2).apply(x));
    y = new Bidirectional(memory(2)).apply(y);
    y = new BatchNormalization().apply(memory(2).apply(y));
    y = new LSTM(3).apply(new TimeDistributed(new Flatten()).apply(y));
    Symbol z = new Dense(2).apply(new TimeDistributed(new Flatten()).apply(h));
    return List.of(
        Model.of(List.of(v), List.of(new Dense(2).apply(y), z)),
        Model.of(List.of(v), List.of(new TimeDistributed(new Flatten()).apply(memory(1).apply(x)))),
        windows());
  }

  /** Windows over time before, between and behind normalisations, what draws and what waits. */
  private static Model windows() {
    Symbol v = Input.named("x", Input.ANY, 6, 5, 3);
    Symbol a = new BatchNormalization().apply(conv(3, 3).apply(v));
    Symbol b = new BatchNormalization().apply(memory(3).apply(new Dropout(0.3).apply(a)));
    Symbol c =
        conv(2, 2).apply(new MaxPooling3D(2, 1, 1).strides(1).padding(Padding.SAME).apply(b));
    Symbol d = new Concatenate().apply(c, new Dropout(0.2).apply(conv(1, 3).apply(v)), a, v);
    return Model.of(v, new TimeDistributed(new Flatten()).apply(conv(1, 3).apply(d)));
  }

  private static Conv3D conv(int filters, int depth) {
    return new Conv3D(filters, depth, 3, 3).padding(Padding.SAME);
  }

  /** A program with its losses. */
  private record Trained(Program program, List<Value> terms, Phases phases) {
    static Trained of(Model model) {
      return of(model, Long.MAX_VALUE);
    }

    static Trained of(Model model, long frames) {
      Program.Builder g = new Program.Builder(true);
      Value feed = g.feed(INPUT);
      Set<Value> videos = new LinkedHashSet<>(Set.of(feed));
      List<Value> terms = new ArrayList<>();
      for (Value y : model.network().lower(g, List.of(feed))) {
        g.expose(y);
        Value target = g.feed(y.shape());
        Value weights = g.feed(y.shape().without(-1));
        if (y.shape().rank() > 2) {
          videos.add(target);
          videos.add(weights);
        }
        terms.add(Loss.meanSquaredError().lower(g, y, target, Optional.of(weights)));
      }
      Program p = g.build();
      return new Trained(p, terms, TimePass.forTraining(p, terms, videos, frames));
    }

    Tensor feed(int number, long from, long to) {
      Shape all = program.feeds().get(number).shape();
      Tensor t = Tensor.zeros(DType.FLOAT32, all);
      for (int i = 0; i < t.size(); i++) {
        t.set(i, all.rank() == 5 ? Math.sin(i) : 0.5 + 0.1 * (i % 7));
      }
      return all.rank() > 1 && all.dim(1) == STEPS ? Frames.of(t).read(from, to) : t;
    }
  }

  private static Map<String, Tensor> atOnce(Trained t, Variables variables, TrackingBackend b) {
    List<Buffer> buffers = new ArrayList<>();
    Map<String, Tensor> all = new LinkedHashMap<>();
    try (Executor x = new Executor(t.program, variables, Mode.TRAINING, t.terms, List.of())) {
      for (int k = 0; k < t.program.feeds().size(); k++) {
        Shape s = t.program.feeds().get(k).shape();
        Buffer f = b.memory().allocate(DType.FLOAT32, s);
        buffers.add(f);
        b.memory().upload(t.feed(k, 0, STEPS), f);
      }
      x.forward(buffers, Streams.step(7, 3));
      List<Buffer> weights = weights(t, b);
      x.backward(t.terms, weights);
      buffers.addAll(weights);
      for (Parameter p : t.program.parameters().keySet()) {
        if (p.isTrainable()) {
          all.put(all.size() + " " + p.name(), b.memory().download(x.gradient(p)));
        }
      }
    }
    buffers.forEach(Buffer::close);
    return all;
  }

  private static List<Buffer> weights(Trained t, TrackingBackend b) {
    List<Buffer> all = new ArrayList<>();
    for (int k = 0; k < t.terms.size(); k++) {
      Buffer w = b.memory().allocate(DType.FLOAT32, Shape.of(1));
      b.memory().fill(w, 1 + k);
      all.add(w);
    }
    return all;
  }

  @Test
  void memoryIsCountedExactlyAndGradientsAreTheSame() {
    for (Model model : models()) {
      try (TrackingBackend backend = new TrackingBackend();
          Variables variables =
              new Variables(model.network().parameters(), backend, DType.FLOAT32, 1)) {
        Trained t = Trained.of(model);
        long before = backend.liveBytes();
        Map<String, Tensor> expected = atOnce(t, variables, backend);
        for (long k : new long[] {1, 4, 5, 7, STEPS}) {
          Trained some = Trained.of(model, k);
          for (boolean again : new boolean[] {false, true}) {
            check(some, variables, backend, k, again, expected);
          }
        }
        assertEquals(before, backend.liveBytes());
      }
    }
  }

  /**
   * Maxima tell the sums of a normalisation's gradients, unless a factor hides what they are of:
   * those of each channel, of neighbouring columns, of columns in windows that overlap and reach
   * over the edge.
   */
  @Test
  void maximaTellSums() {
    tellsSums(x -> new Cropping3D(0, 1, 0).apply(new MaxPooling3D(1, 2, 2).apply(x)), 4);
    tellsSums(x -> new MaxPooling3D(1, 2, 2).apply(new Cropping3D(0, 1, 0).apply(x)), 3);
    tellsSums(x -> new MaxPooling3D(1, 2, 3).strides(1, 1, 2).padding(Padding.SAME).apply(x), 3);
  }

  private static void tellsSums(UnaryOperator<Symbol> selected, int axis) {
    Symbol v = Input.named("x", Input.ANY, 6, 5, 3);
    Symbol x = selected.apply(new BatchNormalization().axis(axis).apply(memory(3).apply(v)));
    Model model =
        Model.of(List.of(v), List.of(new TimeDistributed(new Flatten()).apply(memory(1).apply(x))));
    double[] beta = {0.2, 0.4, -1, 0.5, 0, 0.1};
    double[][] factors = {
      {1, 1, 1, 1, 1, 1},
      {-0.7, 2, 0.3, -1, 1, 3},
      {1, 0, 1, 1, 1, 1},
      {1, -0.001, 1, 1, 1, 1}
    };
    int channels = (int) INPUT.dim(axis);
    List<Long> passes = new ArrayList<>();
    for (double[] gamma : factors) {
      try (TrackingBackend backend = new TrackingBackend();
          Variables variables =
              new Variables(model.network().parameters(), backend, DType.FLOAT32, 1)) {
        for (Parameter p : model.network().parameters()) {
          if (p.name().endsWith("/gamma")) {
            variables.set(p, first(gamma, channels));
          } else if (p.name().endsWith("/beta")) {
            variables.set(p, first(beta, channels));
          }
        }
        Trained t = Trained.of(model);
        passes.add(check(t, variables, backend, 4, true, atOnce(t, variables, backend)));
      }
    }
    assertEquals(passes.get(0), passes.get(1));
    assertEquals(passes.get(2), passes.get(3));
    assertTrue(passes.get(2) > passes.get(0), passes.toString());
  }

  private static Tensor first(double[] values, int count) {
    return Tensor.of(Arrays.copyOf(values, count), count).cast(DType.FLOAT32);
  }

  /** Returns how many stretches went backward. */
  private static long check(
      Trained t,
      Variables variables,
      TrackingBackend backend,
      long k,
      boolean again,
      Map<String, Tensor> expected) {
    String what = "k=" + k + (again ? ", made again " : " ");
    List<Buffer> weights = weights(t, backend);
    try (TrainingPlan plan =
        new TrainingPlan(
            t.phases, t.terms, List.of(), backend, DType.FLOAT32, new TrainingPolicy(k, again))) {
      backend.takePlannedLasting();
      long peak = plan.peakBytes();
      long lasting = backend.takePlannedLasting();
      long live = backend.liveBytes();
      backend.takePeak();
      backend.takeLasting();
      List<Boolean> stretches = new ArrayList<>();
      try (TrainingRun run =
          new TrainingRun(
              plan,
              variables,
              null,
              Streams.step(7, 3),
              t::feed,
              (v, from, to, values) -> {},
              (phase, phases, backward, from, to, steps) -> stretches.add(backward))) {
        run.forward();
        run.backward(weights);
        assertEquals(peak, backend.takePeak() - live, what);
        assertEquals(lasting, backend.takeLasting(), what);
        assertTrue(lasting > 0, what);
        int number = 0;
        for (Parameter p : t.program.parameters().keySet()) {
          if (p.isTrainable()) {
            String name = number++ + " " + p.name();
            same(what + name, expected.get(name), backend.memory().download(run.gradient(p)));
          }
        }
      }
      assertTrue(stretches.contains(true) && stretches.contains(false), what);
      assertEquals(live, backend.liveBytes(), what);
      return stretches.stream().filter(b -> b).count();
    } finally {
      weights.forEach(Buffer::close);
    }
  }

  private static void same(String what, Tensor expected, Tensor got) {
    double most = 1e-2;
    for (int i = 0; i < expected.size(); i++) {
      most = Math.max(most, Math.abs(expected.get(i)));
    }
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), got.get(i), 2e-5 * most, what + " [" + i + "]");
    }
  }

  @Test
  void whatIsEndedGivesAllBack() {
    Model model = models().get(0);
    try (TrackingBackend backend = new TrackingBackend();
        Variables variables =
            new Variables(model.network().parameters(), backend, DType.FLOAT32, 1)) {
      Trained t = Trained.of(model);
      long before = backend.liveBytes();
      for (int last : new int[] {0, 3, 17, 40, 60}) {
        int[] count = {0};
        List<Buffer> weights = weights(t, backend);
        try (TrainingPlan plan =
            new TrainingPlan(
                t.phases,
                t.terms,
                List.of(),
                backend,
                DType.FLOAT32,
                new TrainingPolicy(1, true))) {
          assertThrows(
              IllegalStateException.class,
              () -> {
                try (TrainingRun run =
                    new TrainingRun(
                        plan,
                        variables,
                        null,
                        Streams.step(7, 3),
                        t::feed,
                        (v, from, to, values) -> {},
                        (phase, phases, backward, from, to, steps) -> {
                          if (count[0]++ == last) {
                            throw new IllegalStateException("ended");
                          }
                        })) {
                  run.forward();
                  run.backward(weights);
                }
              });
        }
        weights.forEach(Buffer::close);
        assertEquals(before, backend.liveBytes(), "ended at " + last);
      }
    }
  }
}
