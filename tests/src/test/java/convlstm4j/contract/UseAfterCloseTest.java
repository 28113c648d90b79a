package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.ForwardingBackend;
import convlstm4j.backend.ForwardingPlan;
import convlstm4j.backend.Owned;
import convlstm4j.backend.Plan;
import convlstm4j.backend.PlanFrame;
import convlstm4j.backend.Recording;
import convlstm4j.backend.RecurrencePlan;
import convlstm4j.backend.Spill;
import convlstm4j.backend.SpillFolder;
import convlstm4j.backend.StandardizePlan;
import convlstm4j.backend.cuda.CudaTimer;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.backend.reference.heap.HeapBuffer;
import convlstm4j.data.Batch;
import convlstm4j.data.BatchStream;
import convlstm4j.data.Datasets;
import convlstm4j.data.FrameSource;
import convlstm4j.data.Frames;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.data.Prefetch;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.execution.Executor;
import convlstm4j.execution.FiniteCheck;
import convlstm4j.execution.Planned;
import convlstm4j.execution.Scalars;
import convlstm4j.execution.StretchedPlan;
import convlstm4j.execution.StretchedRun;
import convlstm4j.execution.TrainingPlan;
import convlstm4j.execution.TrainingPolicy;
import convlstm4j.execution.TrainingRun;
import convlstm4j.execution.Variables;
import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.io.file.Target;
import convlstm4j.io.file.WriteLock;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyType;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.model.Predictor;
import convlstm4j.model.Sequential;
import convlstm4j.model.Stream;
import convlstm4j.objective.Loss;
import convlstm4j.op.Activate;
import convlstm4j.optim.SGD;
import convlstm4j.optim.Updater;
import convlstm4j.option.Activation;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.program.time.Phases;
import convlstm4j.program.time.TimePass;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever can be closed throws when it is used after that, rather than answering with what is
 * left, running native code on what was given back, or waiting for ever. Every public class and
 * interface that can be closed is tried; the last test finds a new one.
 */
class UseAfterCloseTest {
  private static final Shape VIDEO = Shape.of(1, 4, 2, 2, 1);
  private static final Shape SHAPE = Shape.of(1, 2);
  private static final Tensor X = Tensor.of(new float[] {1, 2}, 1, 2);
  private static final Batch BATCH = Batch.of(X, Tensor.of(new float[] {1}, 1, 1));

  @TempDir Path folder;

  /** What is still open when the calls are tried; the last first. */
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private <T extends AutoCloseable> T kept(T thing) {
    open.push(thing);
    return thing;
  }

  /** A closed thing of a class, and calls that must be refused. */
  private interface Trial {
    Map<String, Executable> closed() throws Exception;
  }

  private Map<Class<?>, Trial> trials() {
    Map<Class<?>, Trial> all = new LinkedHashMap<>();
    all.put(Model.class, this::models);
    all.put(BatchStream.class, this::streams);
    all.put(Backend.class, this::backends);
    all.put(ReferenceBackend.class, this::backends);
    all.put(ForwardingBackend.class, this::forwarding);
    all.put(ForwardingPlan.class, this::forwarding);
    all.put(Buffer.class, this::buffers);
    all.put(HeapBuffer.class, this::buffers);
    all.put(Plan.class, this::plans);
    all.put(PlanFrame.class, this::plans);
    all.put(RecurrencePlan.class, this::plans);
    all.put(StandardizePlan.class, this::plans);
    all.put(Owned.class, this::owners);
    all.put(Recording.class, this::recordings);
    all.put(Spill.class, this::spills);
    all.put(Planned.class, this::programs);
    all.put(Executor.class, this::programs);
    all.put(StretchedPlan.class, this::stretches);
    all.put(StretchedRun.class, this::stretches);
    all.put(TrainingPlan.class, this::trainings);
    all.put(TrainingRun.class, this::trainings);
    all.put(Stream.class, this::frames);
    all.put(Predictor.class, this::predictors);
    all.put(Variables.class, this::variables);
    all.put(Scalars.class, this::scalars);
    all.put(FiniteCheck.class, this::finiteChecks);
    all.put(Updater.class, this::updaters);
    all.put(CudaTimer.class, this::timers);
    all.put(AtomicFile.class, this::files);
    all.put(WriteLock.class, this::locks);
    all.put(NpyWriter.class, this::writers);
    return all;
  }

  @Test
  @Timeout(60)
  void isRefused() throws Exception {
    for (Trial trial : new LinkedHashSet<>(trials().values())) {
      Map<String, Executable> calls = trial.closed();
      calls.forEach(
          (what, call) -> {
            IllegalStateException e = assertThrows(IllegalStateException.class, call, what);
            assertTrue(
                e.getMessage().contains("closed") || e.getMessage().contains("is complete"),
                () -> what + ": " + e.getMessage());
          });
      Closing.all(open);
      open.clear();
    }
  }

  /** Files that are open only while they are read, and videos, of which films are tried apart. */
  private static final Set<Class<?>> HOLD_NOTHING = Set.of(NpyFile.class, FrameSource.class);

  @Test
  void nothingThatCanBeClosedIsLeftOut() {
    assumeTrue(
        TestBackends.include("reference"), "looked at once, however many backends there are");
    TreeSet<String> there =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("convlstm4j")
                .stream()
                .filter(c -> c.isAssignableTo(AutoCloseable.class))
                .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(c -> Files.exists(source(c)))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    TreeSet<String> tried =
        java.util.stream.Stream.concat(trials().keySet().stream(), HOLD_NOTHING.stream())
            .map(Class::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(tried, there, "public classes that can be closed; give a new one a trial above");
  }

  /** The file of a class of the library itself; those of tests and benchmarks are elsewhere. */
  private static Path source(JavaClass c) {
    Path root = Path.of(System.getProperty("convlstm4j.root"), "java");
    String file = c.getName().replace('.', '/').replaceAll("\\$.*", "") + ".java";
    return List.of("core", "onednn", "cuda", "keras", "cli").stream()
        .map(m -> root.resolve(m).resolve("src/main/java").resolve(file))
        .filter(Files::exists)
        .findFirst()
        .orElse(root.resolve("none"));
  }

  private static Model model(String backend) {
    Symbol in = Input.shape(2);
    return Sequential.of(in, new Dense(1).activation(Activation.SIGMOID)).backend(backend);
  }

  private Map<String, Executable> models() throws Exception {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      Model made = model(p.name());
      made.predict(X);
      Path checkpoint = folder.resolve("m.ckpt");
      Path keras = folder.resolve("m.keras");
      Checkpoint.save(made, checkpoint);
      KerasModels.save(made, keras);
      made.close();
      calls.put("made", () -> made.predict(X));
      calls.put("saved", () -> Checkpoint.save(made, folder.resolve("late.ckpt")));
      calls.put("saved as Keras's", () -> KerasModels.save(made, folder.resolve("late.h5")));
      Model loaded = Checkpoint.load(checkpoint, m -> m.backend(p.name()));
      loaded.close();
      calls.put("loaded", () -> loaded.predict(X));
      Model fromKeras =
          KerasModels.load(keras, KerasOptions.defaults().model(m -> m.backend(p.name())));
      fromKeras.close();
      calls.put("from Keras", () -> fromKeras.predict(X));
    }
    return calls;
  }

  private Map<String, Executable> streams() {
    NpyWriter.write(
        folder.resolve("trailer_1.npy"), Tensor.zeros(DType.FLOAT32, Shape.of(1, 1, 2, 2)));
    InMemoryDataset memory = InMemoryDataset.of(BATCH);
    Map<String, BatchStream> streams = new LinkedHashMap<>();
    streams.put("memory", memory.open(0, 0));
    streams.put("prefetch", Prefetch.of(memory, 1).open(0, 0));
    streams.put("generated", Datasets.of(List.of(1), id -> BATCH).open(0, 0));
    streams.put("folder", VideoFolder.open(folder).unlabeled().open(0, 0));
    Map<String, Executable> calls = new LinkedHashMap<>();
    streams.forEach(
        (name, s) -> {
          assertTrue(s.hasNext());
          s.close();
          calls.put(name + " hasNext", s::hasNext);
          calls.put(name + " next", s::next);
        });
    return calls;
  }

  private static Plan plan(Backend b) {
    return b.plan(
        new Activate(Activation.TANH), List.of(SHAPE), DType.FLOAT32, Backend.Mode.INFERENCE);
  }

  private Map<String, Executable> backends() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      Backend b = p.start();
      b.close();
      b.close();
      calls.put(p.name() + " plan", () -> plan(b));
      calls.put(p.name() + " allocate", () -> b.memory().allocate(DType.FLOAT32, SHAPE));
      calls.put(p.name() + " unset", () -> b.memory().allocateUnset(DType.FLOAT32, SHAPE));
    }
    return calls;
  }

  private Map<String, Executable> spills() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      try (Backend b = p.start()) {
        if (b.memory().spills()) {
          Spill files = b.memory().spill(new SpillFolder(folder));
          files.allocate(DType.FLOAT32, SHAPE).close();
          files.close();
          files.close();
          calls.put(p.name() + " allocate", () -> files.allocate(DType.FLOAT32, SHAPE));
        }
      }
    }
    assertEquals(TestBackends.include("onednn"), !calls.isEmpty());
    return calls;
  }

  private Map<String, Executable> forwarding() {
    Backend b = new ForwardingBackend(new ReferenceBackend());
    Buffer x = b.memory().allocate(DType.FLOAT32, SHAPE);
    Plan plan = new ForwardingPlan(plan(b));
    plan.close();
    plan.close();
    b.close();
    b.close();
    Plan.Forward call = new Plan.Forward(List.of(x), List.of(x), null, null, new Philox(0, 0));
    return Map.of("plan", () -> plan(b), "forward", () -> plan.forward(call));
  }

  private Map<String, Executable> buffers() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      Backend b = kept(p.start());
      Buffer buffer = b.memory().allocate(DType.FLOAT32, SHAPE);
      Buffer view = buffer.view(Shape.of(2));
      buffer.close();
      buffer.close();
      calls.put(p.name() + " shape", buffer::shape);
      calls.put(p.name() + " download", () -> b.memory().download(buffer));
      calls.put(p.name() + " upload", () -> b.memory().upload(X, buffer));
      calls.put(p.name() + " fill", () -> b.memory().fill(buffer, 1));
      calls.put(p.name() + " view", () -> b.memory().download(view));
    }
    return calls;
  }

  private Map<String, Executable> plans() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      Backend b = kept(p.start());
      Buffer x = kept(b.memory().allocate(DType.FLOAT32, SHAPE));
      Plan plan = plan(b);
      plan.close();
      plan.close();
      calls.put(
          p.name(),
          () ->
              plan.forward(new Plan.Forward(List.of(x), List.of(x), null, null, new Philox(0, 0))));
    }
    return calls;
  }

  private Map<String, Executable> owners() {
    Owned owned = new Owned();
    owned.close();
    owned.close();
    return Map.of("own", () -> owned.own(() -> {}));
  }

  private Map<String, Executable> recordings() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      Backend b = kept(p.start());
      Recording r = b.recording(randoms -> {});
      r.close();
      calls.put(p.name(), () -> r.run(List.of()));
    }
    return calls;
  }

  private Map<String, Executable> programs() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      Backend b = kept(p.start());
      Model m = model(p.name());
      Program.Builder g = new Program.Builder(false);
      List<Value> outputs = m.network().lower(g, List.of(g.feed(SHAPE)));
      Program program = g.build();
      Variables v = kept(new Variables(m.network().parameters(), b, DType.FLOAT32, 0));
      Value out = outputs.get(0);
      Executor x = new Executor(program, v, Backend.Mode.INFERENCE, List.of(out), List.of());
      Planned planned =
          new Planned(program, b, DType.FLOAT32, Backend.Mode.INFERENCE, List.of(out), List.of());
      Buffer feed = kept(b.memory().allocate(DType.FLOAT32, SHAPE));
      x.forward(List.of(feed), new Philox(0, 0));
      x.close();
      x.close();
      planned.close();
      planned.close();
      calls.put(p.name() + " forward", () -> x.forward(List.of(feed), new Philox(0, 0)));
      calls.put(p.name() + " backward", () -> x.backward(List.of(), List.of()));
      calls.put(p.name() + " value", () -> x.value(out));
      calls.put(p.name() + " commit", x::commit);
      calls.put(p.name() + " peak", () -> planned.peakBytes(List.of()));
    }
    return calls;
  }

  private Map<String, Executable> stretches() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      Backend b = kept(p.start());
      Model m = kept(video(p.name()));
      Program.Builder g = new Program.Builder(false, false);
      Value feed = g.feed(VIDEO);
      List<Value> outputs = m.network().lower(g, List.of(feed));
      outputs.forEach(g::expose);
      Program program = g.build();
      Phases phases = TimePass.apply(program, outputs, Set.of(feed), Long.MAX_VALUE);
      Variables v = kept(new Variables(m.network().parameters(), b, DType.FLOAT32, 0));
      StretchedPlan plan = new StretchedPlan(phases, outputs, b, DType.FLOAT32, VIDEO.dim(1), 2);
      StretchedRun run =
          new StretchedRun(
              plan,
              v,
              (f, from, to) -> Tensor.zeros(DType.FLOAT32, VIDEO.with(1, to - from)),
              (value, from, to, t) -> {});
      run.run();
      run.close();
      run.close();
      plan.close();
      plan.close();
      calls.put(p.name() + " run", run::run);
      calls.put(p.name() + " newStates", run::newStates);
      calls.put(p.name() + " commit", run::commit);
      calls.put(p.name() + " peakBytes", plan::peakBytes);
      calls.put(p.name() + " frames", plan::frames);
    }
    return calls;
  }

  private Map<String, Executable> trainings() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      Backend b = kept(p.start());
      Model m = kept(video(p.name()));
      Program.Builder g = new Program.Builder(true, false);
      Value feed = g.feed(VIDEO);
      Value y = m.network().lower(g, List.of(feed)).get(0);
      g.expose(y);
      Value target = g.feed(y.shape());
      Value weights = g.feed(y.shape().without(-1));
      Value loss = Loss.meanSquaredError().lower(g, y, target, Optional.of(weights));
      Set<Value> videos = Set.of(feed, target, weights);
      Phases phases = TimePass.forTraining(g.build(), List.of(loss), videos, Long.MAX_VALUE);
      Variables v = kept(new Variables(m.network().parameters(), b, DType.FLOAT32, 0));
      TrainingPlan plan =
          new TrainingPlan(
              phases, List.of(loss), List.of(), b, DType.FLOAT32, new TrainingPolicy(2, false));
      TrainingRun run =
          new TrainingRun(
              plan,
              v,
              null,
              new Philox(0, 0),
              (f, from, to) -> {
                Shape all = phases.program().feeds().get(f).shape();
                return Tensor.zeros(DType.FLOAT32, all.with(1, to - from));
              },
              (value, from, to, t) -> {},
              (phase, of, backward, from, to, steps) -> {});
      run.forward();
      run.close();
      run.close();
      plan.close();
      plan.close();
      calls.put(p.name() + " forward", run::forward);
      calls.put(p.name() + " backward", () -> run.backward(List.of()));
      calls.put(p.name() + " value", () -> run.value(loss));
      calls.put(p.name() + " firstNonFinite", run::firstNonFinite);
      calls.put(p.name() + " changes", run::changes);
      calls.put(p.name() + " commit", () -> run.commit(null));
      calls.put(p.name() + " peakBytes", plan::peakBytes);
      calls.put(p.name() + " frames", plan::frames);
    }
    return calls;
  }

  private Map<String, Executable> predictors() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      try (Model m = video(p.name())) {
        Predictor predictor = Predictor.of(m);
        Tensor frames = Tensor.zeros(DType.FLOAT32, VIDEO.with(1, 1));
        Stream left = predictor.stream("left");
        predictor.close();
        predictor.close();
        calls.put(p.name() + " predict", () -> predictor.predict(frames));
        calls.put(p.name() + " read", () -> predictor.predict(List.of(Frames.of(frames))));
        calls.put(p.name() + " stream", () -> predictor.stream("another"));
        calls.put(p.name() + " next", () -> left.next(frames));
      }
    }
    return calls;
  }

  private Map<String, Executable> frames() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      Model m = kept(video(p.name()));
      Stream stream = m.stream();
      Tensor frames = Tensor.zeros(DType.FLOAT32, VIDEO.with(1, 1));
      stream.next(frames);
      stream.close();
      stream.close();
      calls.put(p.name() + " next", () -> stream.next(frames));
      calls.put(p.name() + " reset", stream::reset);
      calls.put(p.name() + " reset one", () -> stream.reset(0));
      calls.put(p.name() + " states", stream::states);
      calls.put(p.name() + " set states", () -> stream.states(Map.of()));
      Model gone = video(p.name());
      Stream left = kept(gone.stream());
      gone.close();
      calls.put(p.name() + " of a closed model", () -> left.next(frames));
    }
    return calls;
  }

  private static Model video(String backend) {
    return Sequential.of(
            Input.shape(Input.ANY, 2, 2, 1), new ConvLSTM2D(1, 1).returnSequences(true))
        .backend(backend);
  }

  private Map<String, Executable> timers() {
    Map<String, Executable> calls = new LinkedHashMap<>();
    for (BackendProvider p : TestBackends.providers()) {
      if (p.name().equals("cuda")) {
        CudaTimer timer = CudaTimer.of(kept(p.start()));
        timer.close();
        timer.close();
        calls.put("emptyCache", timer::emptyCache);
        calls.put("nanoseconds", () -> timer.nanoseconds(() -> {}));
      }
    }
    return calls;
  }

  private Map<String, Executable> variables() {
    ReferenceBackend b = new ReferenceBackend();
    Model m = model("reference");
    var weight = m.network().parameters().get(0);
    Variables v = new Variables(m.network().parameters(), b, DType.FLOAT32, 0);
    v.close();
    v.close();
    return Map.of(
        "get",
        () -> v.get(weight),
        "set",
        () -> v.set(weight, Tensor.zeros(DType.FLOAT32, weight.shape())),
        "buffer",
        () -> v.buffer(weight),
        "states",
        v::states,
        "hasStates",
        v::hasStates,
        "resetStates",
        v::resetStates);
  }

  private Map<String, Executable> scalars() {
    ReferenceBackend b = new ReferenceBackend();
    Scalars s = new Scalars(b, DType.FLOAT32);
    Buffer one = b.memory().allocate(DType.FLOAT32, Shape.of(1));
    s.read(List.of(one));
    s.close();
    s.close();
    return Map.of("read", () -> s.read(List.of(one)));
  }

  private Map<String, Executable> finiteChecks() {
    ReferenceBackend b = new ReferenceBackend();
    FiniteCheck c = new FiniteCheck(b, DType.FLOAT32, List.of(Shape.of(1)));
    Buffer one = b.memory().allocate(DType.FLOAT32, Shape.of(1));
    c.look(List.of(one)).close();
    c.close();
    c.close();
    return Map.of("look", () -> c.look(List.of(one)), "look into", () -> c.look(List.of(one), one));
  }

  private Map<String, Executable> updaters() {
    ReferenceBackend b = new ReferenceBackend();
    Model m = model("reference");
    Variables v = new Variables(m.network().parameters(), b, DType.FLOAT32, 0);
    Updater u = new Updater(new SGD(0.1), m.network().parameters(), p -> p.name(), v);
    u.close();
    u.close();
    return Map.of(
        "update", () -> u.update(List.of(), List.of(), null, null),
        "due", () -> u.due(List.of(), null),
        "averages", u::overwriteWithAverages,
        "trial", () -> u.tryOut(List.of(), List.of(), null),
        "slots", u::slots,
        "restore", () -> u.restore(Map.of()));
  }

  private Map<String, Executable> files() throws Exception {
    AtomicFile dropped = AtomicFile.create(folder.resolve("a"));
    dropped.close();
    dropped.close();
    AtomicFile whole = AtomicFile.create(folder.resolve("b"));
    whole.commit();
    whole.close();
    return Map.of(
        "commit", dropped::commit,
        "channel", dropped::channel,
        "commit again", whole::commit,
        "channel of a whole file", whole::channel);
  }

  private Map<String, Executable> locks() throws Exception {
    Target target = Target.of(folder.resolve("c"));
    WriteLock first = WriteLock.take(target);
    first.close();
    WriteLock next = WriteLock.take(target);
    open.add(next);
    first.close(); // again, which leaves the next holder its lock
    assertThrows(IOException.class, () -> WriteLock.take(target));
    return Map.of("isHeld", first::isHeld);
  }

  private Map<String, Executable> writers() {
    NpyWriter dropped = NpyWriter.create(folder.resolve("a.npy"), NpyType.UINT8, Shape.of(0));
    dropped.close();
    dropped.close();
    NpyWriter whole = NpyWriter.create(folder.resolve("b.npy"), NpyType.UINT8, Shape.of(0));
    whole.commit();
    whole.close();
    Tensor none = Tensor.zeros(DType.FLOAT32, Shape.of(0));
    return Map.of(
        "write", () -> dropped.write(none),
        "write bytes", () -> dropped.write(new byte[0]),
        "commit", dropped::commit,
        "write to a whole file", () -> whole.write(none),
        "commit again", whole::commit);
  }
}
