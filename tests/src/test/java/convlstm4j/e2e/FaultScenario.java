package convlstm4j.e2e;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.data.Batch;
import convlstm4j.data.Dataset;
import convlstm4j.data.Datasets;
import convlstm4j.gpusim.Simulator;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling2D;
import convlstm4j.model.Callback;
import convlstm4j.model.Compile;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.Run;
import convlstm4j.model.Snapshot;
import convlstm4j.objective.BinaryAccuracy;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What {@link CudaFaultsTest} disturbs: a backend is opened, a small model of several kinds of
 * layers is trained for one epoch, evaluated and predicts, both are closed. The first step is
 * plain, the second is recorded, the third is replayed; the next batch is on its way during the
 * first two. Run once without a fault, it tells where each call of the driver and of cuDNN belongs.
 */
final class FaultScenario {
  static final int STEPS = 3;
  private static final Set<String> CALLED_BY_CUDNN =
      Set.of("cuDeviceGetCount", "cuDeviceGetAttribute", "cuCtxSynchronize");
  private static final int SAMPLES = 2;

  /** The calls of the run without a fault. */
  final List<String> trace;

  /** Calls until the backend was open, the epoch over, and the model to be closed. */
  final int opened;

  private final int fitted;
  final int used;

  /** By step: the call that starts the update. */
  private final int[] updated = new int[STEPS];

  /** By step: the call that starts to store statistics; the same one, unless the step is plain. */
  private final int[] stored = new int[STEPS];

  /** By step: the calls that were made when it had been counted. */
  private final int[] counted = new int[STEPS];

  /** By batch: the calls that were made when it was asked for, and when it was on its way. */
  private final int[] asked = new int[STEPS];

  private final int[] sent = new int[STEPS];

  /** State before the first step, after each, and after the epoch. */
  private final List<Snapshot> snapshots = new ArrayList<>();

  /** What the model holds in the end. */
  final long bytes;

  private final Map<Standing, Ending> endings = new HashMap<>();

  /**
   * Where training stands after a fault.
   *
   * @param over whether the epoch is over
   * @param counted steps that progress counts
   * @param updated steps that have changed the weights
   * @param stored steps that have changed the statistics
   */
  record Standing(boolean over, int counted, int updated, int stored) {}

  /**
   * What comes out in the end.
   *
   * @param logs of the epoch, if it was not over before
   * @param predictions of the trained model
   * @param state of the model
   */
  record Ending(Map<String, List<Double>> logs, List<List<Double>> predictions, Snapshot state) {}

  FaultScenario() {
    int[] over = new int[1];
    Simulator.clearTrace();
    try (Backend backend = Backends.named("cuda")) {
      opened = calls();
      try (Model m = model().backend(backend)) {
        m.fit(
            batches(b -> asked[b] = calls()),
            options().callbacks(at(s -> counted[s] = calls(), () -> over[0] = calls())));
        fitted = over[0];
        predict(m, Map.of());
        used = calls();
        bytes = backend.memory().liveBytes();
      }
    }
    trace = Simulator.trace();
    for (int s = 0; s < STEPS; s++) {
      String update = s == 0 ? "cuLaunchKernel adam_update" : "cuGraphLaunch";
      updated[s] = find(update, asked[s]);
      if (s == 0) { // after the one that only tries the update out
        updated[s] = find(update, updated[s] + 1);
      }
      stored[s] = s == 0 ? find("cuLaunchKernel assign", asked[s]) : updated[s];
      sent[s] = asked[s];
      if (s > 0) { // the loss is waited for by the event before
        sent[s] =
            find(
                trace.get(asked[s] - 1).replace("Record", "Synchronize").split(" stream")[0],
                asked[s]);
      }
    }
    try (Model m = model().backend("cuda")) {
      snapshots.add(m.snapshot());
      m.fit(batches(b -> {}), options().callbacks(at(s -> snapshots.add(m.snapshot()), () -> {})));
      snapshots.add(m.snapshot());
    }
  }

  private static int calls() {
    return Simulator.trace().size();
  }

  private int find(String start, int from) {
    for (int i = from; i < trace.size(); i++) {
      if (trace.get(i).startsWith(start)) {
        return i;
      }
    }
    throw new AssertionError("no " + start + " after call " + from);
  }

  /** The function of a call. */
  String function(int call) {
    return trace.get(call).split(" ")[0];
  }

  /** Calls of a function, in order. */
  List<Integer> calls(String function) {
    return IntStream.range(0, trace.size())
        .filter(i -> function(i).equals(function))
        .boxed()
        .toList();
  }

  /** Whether a call belongs to a step that is recorded or replayed. */
  boolean isAfterThePlainStep(int call) {
    return call >= counted[0] && call < counted[STEPS - 1];
  }

  /** Which call of its function a call is, from 1. */
  int nth(int call) {
    String f = function(call);
    return (int) trace.subList(0, call + 1).stream().filter(l -> l.split(" ")[0].equals(f)).count();
  }

  /** Whether a call brings the batch of the next step up while a step is under way. */
  private boolean isAhead(int call, int step) {
    return step + 1 < STEPS && call >= asked[step + 1] && call < sent[step + 1];
  }

  /** Where training stands if a call fails. */
  Standing after(int call) {
    int c = 0;
    int u = 0;
    int s = 0;
    for (int i = 0; i < STEPS; i++) {
      c += counted[i] <= call || isAhead(call, i) ? 1 : 0;
      u += updated[i] < call ? 1 : 0;
      s += stored[i] < call ? 1 : 0;
    }
    return new Standing(call >= fitted, c, u, s);
  }

  /** The state at a standing. */
  Snapshot state(Standing at) {
    Snapshot counted = snapshots.get(at.over ? STEPS + 1 : at.counted);
    Map<String, Tensor> weights = new LinkedHashMap<>(snapshots.get(at.updated).weights());
    Map<String, Tensor> statistics = snapshots.get(at.stored).weights();
    weights.replaceAll((name, t) -> name.contains("moving_") ? statistics.get(name) : t);
    return new Snapshot(
        counted.seed(),
        counted.progress(),
        counted.learningRate(),
        weights,
        at.updated == 0 ? zeros(snapshots.get(1).slots()) : snapshots.get(at.updated).slots(),
        snapshots.get(at.stored).states(),
        counted.sums(),
        counted.callbacks());
  }

  static Map<String, Tensor> zeros(Map<String, Tensor> like) {
    Map<String, Tensor> zeros = new LinkedHashMap<>(like);
    zeros.replaceAll((name, t) -> Tensor.zeros(t.dtype(), t.shape()));
    return zeros;
  }

  /** Where training from a standing leads a model that nothing has happened to. */
  Ending ending(Standing from) {
    return endings.computeIfAbsent(
        from,
        key -> {
          try (Model m = model().backend("cuda")) {
            m.restore(state(from));
            return goOn(m);
          }
        });
  }

  /** Whether a call is the simulated cuDNN's own, inside of the call that follows in the trace. */
  boolean isOfCudnn(int call) {
    int next = call;
    while (CALLED_BY_CUDNN.contains(function(next))) {
      next++;
    }
    return next > call && function(next).startsWith("cudnn");
  }

  static Model model() {
    Symbol x = Input.named("frames", 2, 4, 4, 2);
    ConvLSTM2D memory = new ConvLSTM2D(2, 3).padding(Padding.SAME).dropout(0.2).useBias(false);
    Symbol y = new BatchNormalization().apply(memory.apply(x));
    y = new Dropout(0.3).apply(new Flatten().apply(new MaxPooling2D(2).apply(y)));
    Symbol first = new Dense(1).named("first").apply(y);
    return Model.of(x, first, new Dense(1).useBias(false).named("second").apply(y))
        .seed(5)
        .compile(
            Compile.with(new Adam(0.01))
                .loss(Loss.meanSquaredError())
                .metrics("second", new BinaryAccuracy()));
  }

  /** Noise, in another number of samples for other sizes of arrays. */
  static Batch batch(int number, int samples) {
    Philox random = new Philox(3, number);
    Shape frames = Shape.of(samples, 2, 4, 4, 2);
    byte[] pixels = new byte[(int) frames.elements()];
    float[] targets = new float[samples];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) random.bits(i);
    }
    for (int i = 0; i < targets.length; i++) {
      targets[i] = (float) random.uniform(1000 + i);
    }
    Tensor target = Tensor.of(targets, targets.length, 1);
    return new Batch(
        List.of(Tensor.ofPixels(pixels, frames)),
        List.of(target, target),
        List.of(),
        "batch " + number);
  }

  private static Dataset batches(IntConsumer asked) {
    return Datasets.of(
        List.of(0, 1, 2),
        b -> {
          asked.accept(b);
          return batch(b, SAMPLES);
        });
  }

  private static Fit options() {
    return Fit.epochs(1).validation(Datasets.of(List.of(STEPS), b -> batch(b, SAMPLES)));
  }

  /** Does what the run without a fault did, from where the model is. */
  static Ending goOn(Model m) {
    Map<String, List<Double>> logs =
        m.progress().epoch() > 0 ? Map.of() : m.fit(batches(b -> {}), options()).values();
    return predict(m, logs);
  }

  /** Three times, as a ConvLSTM's steps are launched one by one first, then captured, replayed. */
  private static Ending predict(Model m, Map<String, List<Double>> logs) {
    List<List<Double>> predictions = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      m.predict(batch(i, SAMPLES).inputs().get(0)).forEach(t -> predictions.add(numbers(t)));
    }
    return new Ending(logs, predictions, m.snapshot());
  }

  /** The elements of a tensor. */
  static List<Double> numbers(Tensor t) {
    return IntStream.range(0, t.size()).mapToObj(t::get).toList();
  }

  private static Callback at(IntConsumer batchEnd, Runnable epochEnd) {
    return new Callback() {
      @Override
      public void onBatchEnd(
          Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
        batchEnd.accept(batch);
      }

      @Override
      public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
        epochEnd.run();
      }
    };
  }
}
