package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.ForwardingBackend;
import convlstm4j.backend.ForwardingPlan;
import convlstm4j.backend.Plan;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.data.Batch;
import convlstm4j.data.Frames;
import convlstm4j.execution.TrackingBackend;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.Reshape;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.objective.Loss;
import convlstm4j.op.Op;
import convlstm4j.op.ShapeException;
import convlstm4j.optim.SGD;
import convlstm4j.option.Activation;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Frames handed in as they come against all of them at once, on the reference bit for bit. */
class StreamTest {
  private static final int SAMPLES = 2;
  private static final int STEPS = 9;
  private static final Tensor VIDEO = video(SAMPLES, 1);

  private static final Tensor FEW = frames(VIDEO, 0, 4);

  private static Tensor video(int samples, int seed) {
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(samples, STEPS, 4, 5, 1));
    for (int i = 0; i < t.size(); i++) {
      t.set(i, Math.sin((double) i * seed));
    }
    return t;
  }

  private static ConvLSTM2D memory() {
    return new ConvLSTM2D(2, 3).padding(Padding.SAME).returnSequences(true);
  }

  private static Symbol input() {
    return Input.named("video", Input.ANY, 4, 5, 1);
  }

  /** A layer of memory, another that is called twice; scores and a last state. */
  private static Model model() {
    Symbol v = input();
    Symbol x = memory().apply(v);
    ConvLSTM2D shared = memory();
    x = shared.apply(new BatchNormalization().apply(shared.apply(x)));
    Symbol scores = new LSTM(3).returnSequences(true).apply(flat(x));
    Symbol last = new Dense(2).apply(new LSTM(2).apply(scores));
    return Model.of(List.of(v), List.of(new Dense(1).apply(scores), last));
  }

  private static Symbol flat(Symbol x) {
    return new TimeDistributed(new Flatten()).apply(x);
  }

  private static Tensor frames(Tensor all, long from, long to) {
    return Frames.of(all).read(from, to);
  }

  /** Scores of {@code from} to {@code to} are those of the whole; others those of all so far. */
  private static void check(Model model, Tensor all, long from, long to, List<Tensor> got) {
    List<Tensor> expected = model.predict(frames(all, 0, to));
    assertArrayEquals(frames(expected.get(0), from, to).floats(), got.get(0).floats());
    assertArrayEquals(expected.get(1).floats(), got.get(1).floats());
  }

  @Test
  void framesAsTheyComeGiveWhatTheWholeVideoGives() {
    try (Backend backend = new ReferenceBackend()) {
      try (Model model = model().backend(backend);
          Stream stream = model.stream()) {
        long from = 0;
        for (int count : new int[] {1, 1, 3, 2, 1, 1}) {
          List<Tensor> got = stream.next(frames(VIDEO, from, from + count));
          check(model, VIDEO, from, from + count, got);
          from += count;
        }
        assertEquals(STEPS, from);
      }
      assertEquals(0, backend.memory().liveBytes());
    }
  }

  @Test
  void severalStreamsOfAModelDoNotDisturbEachOther() {
    Tensor other = video(SAMPLES, 3);
    try (Model model = model().backend("reference");
        Stream one = model.stream();
        Stream two = model.stream()) {
      for (long t = 0; t < STEPS; t += 3) {
        check(model, VIDEO, t, t + 3, one.next(frames(VIDEO, t, t + 3)));
        check(model, other, t, t + 3, two.next(frames(other, t, t + 3)));
      }
    }
  }

  @Test
  void statesAreSavedAndBroughtBack() {
    try (Model model = model().backend("reference");
        Stream stream = model.stream()) {
      stream.next(frames(VIDEO, 0, 4));
      Map<String, Tensor> saved = stream.states();
      assertEquals(2 * 5, saved.size(), saved.keySet().toString());
      List<Tensor> expected = stream.next(frames(VIDEO, 4, STEPS));
      try (Stream other = model.stream()) {
        other.states(saved);
        List<Tensor> got = other.next(frames(VIDEO, 4, STEPS));
        assertArrayEquals(expected.get(0).floats(), got.get(0).floats());
        assertArrayEquals(expected.get(1).floats(), got.get(1).floats());
      }
      try (Stream wrong = model.stream()) {
        wrong.states(Map.of("h", Tensor.of(new float[1], 1)));
        String message =
            assertThrows(IllegalArgumentException.class, () -> wrong.next(VIDEO)).getMessage();
        assertTrue(message.contains("brought back are {h=[1]}"), message);
        wrong.reset();
        check(model, VIDEO, 0, STEPS, wrong.next(VIDEO));
      }
    }
  }

  @Test
  void allOrSomeSamplesBeginAnew() {
    try (Model model = model().backend("reference");
        Stream stream = model.stream()) {
      assertThrows(IllegalArgumentException.class, () -> stream.reset(0));
      stream.next(frames(VIDEO, 0, 4));
      assertThrows(IllegalArgumentException.class, () -> stream.reset(2));
      stream.reset(1);
      List<Tensor> got = stream.next(frames(VIDEO, 4, STEPS));
      float[] anew = model.predict(frames(VIDEO, 4, STEPS)).get(0).floats();
      float[] on = frames(model.predict(VIDEO).get(0), 4, STEPS).floats();
      int half = anew.length / 2;
      for (int i = 0; i < anew.length; i++) {
        assertEquals(i < half ? on[i] : anew[i], got.get(0).get(i));
      }
      stream.reset();
      Tensor one = video(1, 2);
      check(model, one, 0, STEPS, stream.next(one));
      String message = assertThrows(ShapeException.class, () -> stream.next(VIDEO)).getMessage();
      assertTrue(message.contains("expected [1, 9, 4, 5, 1]"), message);
    }
  }

  /** Also where the stream was at work on others. */
  @Test
  void statesOfAnotherNumberOfSamplesAreBroughtBack() {
    Tensor one = video(1, 2);
    try (Backend backend = new ReferenceBackend()) {
      try (Model model = model().backend(backend);
          Stream stream = model.stream()) {
        stream.next(frames(one, 0, 4));
        Map<String, Tensor> saved = stream.states();
        long bytes = backend.memory().liveBytes();
        stream.reset();
        stream.next(frames(VIDEO, 0, 2));
        stream.states(saved);
        assertEquals(bytes, backend.memory().liveBytes());
        check(model, one, 4, STEPS, stream.next(frames(one, 4, STEPS)));
      }
      assertEquals(0, backend.memory().liveBytes());
    }
  }

  @Test
  void samplesWhoseFirstStatesAreAnInputsBeginAnewTogether() {
    Symbol v = input();
    Symbol h = Input.named("h", 3);
    Symbol c = Input.named("c", 3);
    Symbol x = new LSTM(3).returnSequences(true).on(flat(v)).initialState(h, c).outputs().get(0);
    Tensor first = Tensor.zeros(DType.FLOAT32, Shape.of(SAMPLES, 3));
    try (Model model = Model.of(List.of(v, h, c), List.of(x)).backend("reference");
        Stream stream = model.stream()) {
      stream.next(frames(VIDEO, 0, 4), first, first);
      String message =
          assertThrows(IllegalArgumentException.class, () -> stream.reset(1)).getMessage();
      assertTrue(message.contains("begins with what an input gives"), message);
      Tensor expected = frames(model.predict(VIDEO, first, first).get(0), 4, STEPS);
      Tensor got = stream.next(frames(VIDEO, 4, STEPS), first, first).get(0);
      assertArrayEquals(expected.floats(), got.floats());
    }
  }

  /**
   * The least memory that frames are not refused with is what they take, to the byte, where the
   * stream begins and goes on.
   */
  @Test
  void takesWhatItMust() {
    assertEquals(least(FEW, false), least(FEW, true));
  }

  private static long least(Tensor next, boolean goingOn) {
    try (TrackingBackend backend = new TrackingBackend();
        Model model = model().backend(backend);
        Stream stream = model.stream()) {
      if (goingOn) {
        stream.next(next);
      }
      long enough = 1L << 30;
      for (long less = enough / 2; less >= 4; less /= 2) {
        model.memory(enough - less);
        enough -= refuses(stream, next) ? 0 : less;
        if (!goingOn) {
          stream.reset();
        }
      }
      model.memory(enough);
      backend.takePeak();
      assertFalse(refuses(stream, next));
      assertEquals(enough, backend.takePeak());
      return enough;
    }
  }

  private static boolean refuses(Stream stream, Tensor frames) {
    try {
      stream.next(frames);
      return false;
    } catch (BackendException e) {
      return true;
    }
  }

  @Test
  void whatTrainingKeepsForItsNextStepIsGivenBackForAStream() {
    Tensor many = Tensor.zeros(DType.FLOAT32, Shape.of(SAMPLES, 20 * STEPS, 4, 5, 1));
    try (TrackingBackend backend = new TrackingBackend();
        Model model = model().backend(backend).memory(least(many, false));
        Stream stream = model.stream()) {
      Tensor one = frames(VIDEO, 0, 1);
      List<Tensor> targets = model.predict(one);
      model.compile(Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError()));
      long weights = backend.memory().liveBytes();
      model.trainOnBatch(new Batch(List.of(one), targets, List.of(), "one frame"));
      assertTrue(backend.memory().liveBytes() > weights);
      assertFalse(refuses(stream, many));
    }
  }

  /** Plans of {@link StreamState#MOST_PLANS} numbers of frames are kept, not those of all. */
  @Test
  void plansOfManyNumbersOfFramesAreNotKept() {
    AtomicInteger open = new AtomicInteger();
    Backend counting =
        new ForwardingBackend(new ReferenceBackend()) {
          @Override
          public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
            open.incrementAndGet();
            return new ForwardingPlan(super.plan(op, inputs, dtype, mode)) {
              @Override
              public void close() {
                open.decrementAndGet();
                super.close();
              }
            };
          }
        };
    try (counting;
        Model model = model().backend(counting);
        Stream stream = model.stream()) {
      stream.next(frames(VIDEO, 0, 1));
      int each = open.get();
      assertTrue(each > 0);
      for (int n = 2; n <= STEPS; n++) {
        stream.next(frames(VIDEO, 0, n));
      }
      assertEquals(StreamState.MOST_PLANS * each, open.get());
      stream.next(frames(VIDEO, 0, STEPS));
      assertEquals(StreamState.MOST_PLANS * each, open.get());
    }
    assertEquals(0, open.get());
  }

  @Test
  void whatIsWrongChangesNothing() {
    try (Model model = model().backend("reference");
        Stream stream = model.stream()) {
      stream.next(frames(VIDEO, 0, 4));
      Tensor bad = frames(VIDEO, 4, STEPS).copy();
      bad.set(3, Double.NaN);
      assertThrows(NonFiniteException.class, () -> stream.next(bad));
      assertThrows(ShapeException.class, () -> stream.next());
      check(model, VIDEO, 4, STEPS, stream.next(frames(VIDEO, 4, STEPS)));
    }
  }

  @Test
  void aStatefulModelIsNotTouched() {
    Symbol v = Input.batchShape(SAMPLES, Input.ANY, 4, 5, 1);
    try (Model model = Model.of(v, memory().stateful(true).apply(v)).backend("reference")) {
      Tensor expected = model.predict(frames(VIDEO, 0, 4)).get(0);
      Map<String, Tensor> states = model.snapshot().states();
      try (Stream stream = model.stream()) {
        assertArrayEquals(expected.floats(), stream.next(frames(VIDEO, 0, 4)).get(0).floats());
        List<Tensor> on = stream.next(frames(VIDEO, 4, STEPS));
        states.forEach(
            (name, t) ->
                assertArrayEquals(t.floats(), model.snapshot().states().get(name).floats(), name));
        assertArrayEquals(
            model.predict(frames(VIDEO, 4, STEPS)).get(0).floats(), on.get(0).floats());
      }
    }
  }

  @Test
  void aLayerThatBeginsWithAnothersEndIsRefusedWithTheReason() {
    Symbol v = input();
    List<Symbol> all = memory().returnState(true).applyAll(Arguments.of(List.of(v)));
    Symbol y = memory().on(all.get(0)).initialState(all.get(1), all.get(2)).outputs().get(0);
    try (Model model = Model.of(v, y).backend("reference");
        Stream stream = model.stream()) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> stream.next(frames(VIDEO, 0, 4)))
              .getMessage();
      assertTrue(message.contains("such as a final state"), message);
    }
  }

  @Test
  void noFramesAreRefused() {
    Tensor none = Tensor.zeros(DType.FLOAT32, Shape.of(SAMPLES, 0, 4, 5, 1));
    try (Model model = model().backend("reference");
        Stream stream = model.stream()) {
      for (int from : new int[] {0, 4}) {
        String message = assertThrows(ShapeException.class, () -> stream.next(none)).getMessage();
        assertTrue(message.contains("at least 1"), message);
        check(model, VIDEO, from, from + 4, stream.next(frames(VIDEO, from, from + 4)));
      }
    }
  }

  @Test
  void framesThatDoNotFitAreRefusedAndChangeNothing() {
    try (Model model = model().backend("reference");
        Stream stream = model.stream()) {
      check(model, VIDEO, 0, 4, stream.next(frames(VIDEO, 0, 4)));
      model.memory(1);
      String message =
          assertThrows(BackendException.class, () -> stream.next(frames(VIDEO, 4, 8))).getMessage();
      assertTrue(message.contains("next: 4 frames: reference: needs"), message);
      model.memory(1L << 40);
      check(model, VIDEO, 4, 8, stream.next(frames(VIDEO, 4, 8)));
    }
  }

  /** Its only state overflows with the first frame that is not small. */
  private static Model overflowing(Consumer<NonFiniteException> handler) {
    Model model =
        Sequential.of(
                Input.named("x", Input.ANY, 1),
                new LSTM(1).activation(Activation.LINEAR).returnSequences(true).named("memory"))
            .backend("reference")
            .onNonFinite(handler);
    model.setWeights(
        List.of(
            Tensor.of(new float[] {1e30f, 1e30f, 1e30f, 1e30f}, 1, 4),
            Tensor.of(new float[] {1, 1, 1, 1}, 1, 4),
            Tensor.of(new float[] {0, 0, 1, 0}, 4)));
    return model;
  }

  private static final Tensor SMALL = Tensor.of(new float[] {0, 0}, 1, 2, 1);
  private static final Tensor LARGE = Tensor.of(new float[] {1e30f, 0}, 1, 2, 1);

  @Test
  void whatIsNotFiniteIsTold() {
    List<NonFiniteException> told = new ArrayList<>();
    try (Model model = overflowing(told::add);
        Stream stream = model.stream()) {
      stream.next(SMALL);
      assertEquals(List.of(), told);
      stream.next(LARGE);
      assertEquals(1, told.size());
      assertTrue(told.get(0).getMessage().startsWith("batch \"next\": output"), told::toString);
      assertEquals("memory", told.get(0).where());
    }
  }

  @Test
  void aHandlerThatThrowsLeavesTheStreamAsItWas() {
    IllegalArgumentException mine = new IllegalArgumentException("mine");
    Consumer<NonFiniteException> throwing =
        e -> {
          throw mine;
        };
    try (Model model = overflowing(throwing);
        Stream stream = model.stream()) {
      float[] all = model.predict(Tensor.zeros(DType.FLOAT32, Shape.of(1, 4, 1))).get(0).floats();
      assertArrayEquals(new float[] {all[0], all[1]}, stream.next(SMALL).get(0).floats());
      assertSame(mine, assertThrows(IllegalArgumentException.class, () -> stream.next(LARGE)));
      assertArrayEquals(new float[] {all[2], all[3]}, stream.next(SMALL).get(0).floats());
    }
  }

  @Test
  void isClosedWithTheModel() {
    try (Backend backend = new ReferenceBackend()) {
      Stream left;
      try (Model model = model().backend(backend)) {
        left = model.stream();
        left.next(VIDEO);
      }
      assertEquals(0, backend.memory().liveBytes());
      left.close();
    }
  }

  @Test
  void aModelThatWantsTheEndIsRefusedWithTheReason() {
    Symbol v = input();
    try (Model model =
            Model.of(v, flat(new Bidirectional(memory()).apply(v))).backend("reference");
        Stream stream = model.stream()) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> stream.next(VIDEO)).getMessage();
      assertTrue(message.contains("goes backwards"), message);
    }
  }

  @Test
  void anOutputThatCutsTimeIsPredictedInStretchesAndRefusedInAStream() {
    Symbol v = Input.named("video", STEPS, 4, 5, 1);
    Symbol cut = new Reshape(3, STEPS / 3, 40).apply(memory().apply(v));
    try (Model model = Model.of(v, cut).backend("reference")) {
      Tensor atOnce = model.predict(VIDEO).get(0);
      assertArrayEquals(atOnce.floats(), model.stretch(2).predict(VIDEO).get(0).floats());
      try (Stream stream = model.stream()) {
        String message =
            assertThrows(IllegalArgumentException.class, () -> stream.next(VIDEO)).getMessage();
        assertTrue(message.contains("pieces of several axes"), message);
      }
    }
  }

  @Test
  void aModelOfOneFrameIsRefusedWithWhatToUse() {
    Symbol v = Input.named("video", 1, 4, 5, 1);
    try (Model model = Model.of(v, flat(memory().apply(v))).backend("reference");
        Stream stream = model.stream()) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> stream.next(frames(VIDEO, 0, 1)))
              .getMessage();
      assertTrue(message.contains("videos of one frame"), message);
    }
  }
}
