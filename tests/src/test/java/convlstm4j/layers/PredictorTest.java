package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.BackendProvider;
import convlstm4j.contract.TestBackends;
import convlstm4j.data.Frames;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.GlobalMaxPooling3D;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.model.NonFiniteException;
import convlstm4j.model.Predictor;
import convlstm4j.op.ShapeException;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** One model's weights used by many threads against the model used by one. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PredictorTest {
  private static final int THREADS = 16;
  private static final int CALLS = Integer.getInteger("predictor.calls", 2000);
  private static final int SLOW = 10;
  private static final int VIDEOS = 12;

  private static Tensor video(int samples, int frames, int seed) {
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(samples, frames, 8, 8, 3));
    Random random = new Random(seed);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, random.nextDouble());
    }
    return t;
  }

  private static List<Tensor> videos() {
    List<Tensor> all = new ArrayList<>();
    for (int i = 0; i < VIDEOS; i++) {
      all.add(video(1 + i % 2, 3 + i % 3, i));
    }
    return all;
  }

  private static Symbol input() {
    return Input.named("video", Input.ANY, 8, 8, 3);
  }

  private static Symbol body(Symbol video) {
    Symbol x = new MaxPooling3D(1, 2, 2).apply(memory(4, false).apply(video));
    return memory(2, false).apply(x);
  }

  private static Model model(String backend) {
    Symbol v = input();
    Symbol x = body(v);
    return Model.of(v, scores(x), new GlobalMaxPooling3D().apply(x)).backend(backend).seed(7);
  }

  private static Model framewise(String backend) {
    Symbol v = input();
    return Model.of(v, scores(body(v))).backend(backend).seed(7);
  }

  private static ConvLSTM2D memory(int filters, boolean stateful) {
    return new ConvLSTM2D(filters, 3)
        .padding(Padding.SAME)
        .returnSequences(true)
        .stateful(stateful);
  }

  private static Symbol scores(Symbol x) {
    return new TimeDistributed(new Dense(2)).apply(new TimeDistributed(new Flatten()).apply(x));
  }

  private static int workers(String backend, int wanted) {
    return backend.equals("cuda") ? 1 : wanted;
  }

  private static void same(List<Tensor> expected, List<Tensor> got) {
    assertEquals(expected.size(), got.size());
    for (int k = 0; k < expected.size(); k++) {
      assertEquals(expected.get(k).shape(), got.get(k).shape());
      assertArrayEquals(expected.get(k).floats(), got.get(k).floats());
    }
  }

  private static void all(int threads, List<Callable<Void>> work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (Future<Void> f : pool.invokeAll(work)) {
        f.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static Stream<DynamicTest> onEach(String what, Check check) {
    return TestBackends.providers().stream()
        .map(BackendProvider::name)
        .map(name -> DynamicTest.dynamicTest(name + ": " + what, () -> check.of(name)));
  }

  private interface Check {
    void of(String backend) throws Exception;
  }

  @TestFactory
  Stream<DynamicTest> manyThreadsGetToTheBitWhatOneGets() {
    return onEach(
        "calls",
        backend -> {
          List<Tensor> videos = videos();
          List<List<Tensor>> expected = new ArrayList<>();
          Predictor predictor;
          try (Model model = model(backend)) {
            videos.forEach(v -> expected.add(model.predict(v)));
            predictor = Predictor.of(model, workers(backend, 3), 1);
          }
          int calls = backend.equals("onednn") ? CALLS : CALLS / SLOW;
          List<Callable<Void>> work = new ArrayList<>();
          for (int i = 0; i < calls; i++) {
            int k = i * 7 % VIDEOS;
            boolean read = i % 5 == 0;
            work.add(
                () -> {
                  Tensor v = videos.get(k);
                  same(
                      expected.get(k),
                      read ? predictor.predict(List.of(Frames.of(v))) : predictor.predict(v));
                  return null;
                });
          }
          try (predictor) {
            all(THREADS, work);
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> streamsOfKeysAreThoseOfAModel() {
    return onEach(
        "streams",
        backend -> {
          int keys = 5;
          int frames = 4;
          try (Model model = framewise(backend);
              Predictor predictor = Predictor.of(model, workers(backend, 2), 1)) {
            List<Callable<Void>> work = new ArrayList<>();
            List<List<Tensor>> expected = new ArrayList<>();
            for (int key = 0; key < keys; key++) {
              try (convlstm4j.model.Stream alone = model.stream()) {
                List<Tensor> last = List.of();
                for (int t = 0; t < frames; t++) {
                  last = alone.next(frame(key, t));
                }
                expected.add(last);
              }
            }
            for (int key = 0; key < keys; key++) {
              String name = "camera " + key;
              int k = key;
              work.add(
                  () -> {
                    List<Tensor> last = List.of();
                    for (int t = 0; t < frames; t++) {
                      last = predictor.stream(name).next(frame(k, t));
                    }
                    same(expected.get(k), last);
                    return null;
                  });
            }
            all(keys, work);
            assertEquals(keys, predictor.openStreams());
            Map<String, Tensor> states = predictor.stream("camera 1").states();
            predictor.stream("camera 1").close();
            assertEquals(keys - 1, predictor.openStreams());
            predictor.stream("camera 1").states(states);
            same(predictor.stream("camera 1").next(frame(1, frames)), after(model, 1, frames));
          }
        });
  }

  private static List<Tensor> after(Model model, int key, int frames) {
    List<Tensor> last = List.of();
    try (convlstm4j.model.Stream alone = model.stream()) {
      for (int t = 0; t <= frames; t++) {
        last = alone.next(frame(key, t));
      }
    }
    return last;
  }

  private static Tensor frame(int key, int t) {
    return video(1, 1, 100 * key + t);
  }

  @TestFactory
  Stream<DynamicTest> trainingGoesOnBesideIt() {
    return onEach(
        "training",
        backend -> {
          Tensor v = video(2, 3, 1);
          Symbol in = Input.named("video", 3, 8, 8, 3);
          try (Model model = Model.of(in, scores(memory(2, false).apply(in))).backend(backend)) {
            model.compile("sgd", "mse");
            List<Tensor> before = model.predict(v);
            try (Predictor predictor = Predictor.of(model, 1, 1)) {
              Tensor target = Tensor.zeros(DType.FLOAT32, Shape.of(2, 3, 2));
              model.fit(InMemoryDataset.of(List.of(v), List.of(target)).batch(2), 1);
              same(before, predictor.predict(v));
              assertTrue(
                  before.get(0).floats()[0] != model.predict(v).get(0).floats()[0], "not trained");
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> statefulLayersBeginWithZeros() {
    return onEach(
        "stateful",
        backend -> {
          Symbol in = Input.named("video", 3, 8, 8, 3);
          Tensor v = video(2, 3, 1);
          // One worker: of several, each would have its first call.
          try (Model model = Model.of(in, memory(2, true).apply(in)).backend(backend);
              Predictor predictor = Predictor.of(model, 1, 1)) {
            List<Tensor> first = model.predict(v);
            model.predict(v);
            same(first, predictor.predict(v));
            same(first, predictor.predict(v));
          }
        });
  }

  @Test
  void wrongCallsAreRefusedAndTheNextOneWorks() {
    try (Model model = model("reference");
        Predictor predictor = Predictor.of(model, 1, 1)) {
      Tensor v = video(1, 3, 0);
      assertThrows(ShapeException.class, () -> predictor.predict(v, v));
      assertThrows(
          ShapeException.class,
          () -> predictor.predict(Tensor.zeros(DType.FLOAT32, Shape.of(1, 3, 8, 8, 4))));
      Tensor nan = video(1, 3, 0);
      nan.set(5, Double.NaN);
      assertThrows(NonFiniteException.class, () -> predictor.predict(nan));
      same(model.predict(v), predictor.predict(v));
      assertEquals(
          "predictor: workers=0, threads=1, must be at least 1",
          assertThrows(IllegalArgumentException.class, () -> Predictor.of(model, 0, 1))
              .getMessage());
    }
  }

  @Test
  void aHandlerOfWhatIsNotFiniteIsToldAndMayPredict() {
    Symbol in = Input.named("video", 3, 8, 8, 3);
    try (Model model = Model.of(in, scores(in)).backend("reference")) {
      List<Tensor> weights = new ArrayList<>(model.weights().values());
      weights.forEach(w -> w.set(0, Double.NaN));
      model.setWeights(weights);
      Tensor v = video(1, 3, 0);
      List<String> told = new ArrayList<>();
      try (Predictor predictor = Predictor.of(model, 1, 1)) {
        predictor.onNonFinite(
            e -> {
              told.add(e.getMessage());
              if (told.size() == 1) {
                predictor.predict(v);
              }
            });
        predictor.predict(v);
        assertEquals(2, told.size());
        IllegalStateException mine = new IllegalStateException("mine");
        predictor.onNonFinite(
            e -> {
              throw mine;
            });
        assertSame(mine, assertThrows(IllegalStateException.class, () -> predictor.predict(v)));
      }
    }
  }

  @Test
  void closingEndsWhatWaitsAndWhatComes() throws Exception {
    try (Model model = model("reference")) {
      Predictor predictor = Predictor.of(model, 1, 1);
      convlstm4j.model.Stream stream = predictor.stream("camera");
      Tensor v = video(2, 5, 0);
      List<Tensor> expected = model.predict(v);
      CountDownLatch started = new CountDownLatch(THREADS);
      ExecutorService pool = Executors.newFixedThreadPool(THREADS);
      List<Future<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        calls.add(
            pool.submit(
                () -> {
                  started.countDown();
                  int good = 0;
                  while (true) {
                    try {
                      same(expected, predictor.predict(v));
                      good++;
                    } catch (IllegalStateException e) {
                      assertTrue(e.getMessage().contains("the predictor is closed"), e.toString());
                      return good;
                    }
                  }
                }));
      }
      started.await();
      predictor.close();
      predictor.close();
      for (Future<Integer> f : calls) {
        f.get();
      }
      pool.shutdownNow();
      assertThrows(IllegalStateException.class, () -> stream.next(frame(0, 0)));
      assertThrows(IllegalStateException.class, () -> predictor.stream("another"));
      stream.close();
      assertTrue(
          Thread.getAllStackTraces().keySet().stream()
                  .noneMatch(t -> t.getName().startsWith("convlstm4j-predictor") && t.isAlive())
              || waited(),
          "a worker's thread is left");
      same(expected, model.predict(v));
    }
  }

  private static boolean waited() throws InterruptedException {
    for (Thread t : Thread.getAllStackTraces().keySet()) {
      if (t.getName().startsWith("convlstm4j-predictor")) {
        t.join(TimeUnit.SECONDS.toMillis(20));
        if (t.isAlive()) {
          return false;
        }
      }
    }
    return true;
  }

  @Test
  void whatAllWorkersTakeTogetherIsCounted() {
    Tensor large = video(256, 10, 0);
    try (Model model = model("reference")) {
      long enough = model.plan(false, large.shape()).total();
      model.memory(enough);
      try (Predictor alone = Predictor.of(model, 1, 1);
          Predictor many = Predictor.of(model, 64, 1)) {
        alone.predict(large);
        String message =
            assertThrows(BackendException.class, () -> many.predict(large)).getMessage();
        assertTrue(message.contains("64 times at once"), message);
      }
    }
  }
}
