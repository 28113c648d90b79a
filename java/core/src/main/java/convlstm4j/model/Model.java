package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.data.Batch;
import convlstm4j.data.Dataset;
import convlstm4j.data.Frames;
import convlstm4j.data.InputForm;
import convlstm4j.data.Signature;
import convlstm4j.execution.Profile;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.NestedModel;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Metric;
import convlstm4j.optim.Optimizer;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A network with weights, made at first use: what is trained, evaluated and run.
 *
 * <pre>{@code
 * Model model = Model.load(Path.of("model.keras")); // or made: Sequential.of, Model.of
 * History history = model.compile("adam", "mse").fit(Data.of(x, y).batch(8), 20);
 * Tensor scores = model.predict(x).get(0);
 * }</pre>
 *
 * <p>One thread at a time may use it: another's call is an {@link IllegalStateException}, as is one
 * after {@link #close}; {@link #requestStop}, {@link #progress} and what tells of the architecture
 * are for any. Wrong inputs are {@link IllegalArgumentException}s that say what was expected.
 */
public final class Model implements AutoCloseable {
  private final Network network;
  final Access access = new Access(); // package-private: a predictor is made in a turn
  private String name;
  final Session session; // package-private: a predictor takes its weights
  final InputForms forms; // package-private: a predictor checks, too
  final DataChecks checks; // package-private: a training loop checks and evaluates, too
  final Uses uses;
  private final Trainer trainer;

  private Model(Network network) {
    this.network = network;
    this.name = defaultName();
    this.session = new Session(network, access);
    this.forms = new InputForms(network);
    this.checks = new DataChecks(network, session, forms);
    this.uses = new Uses(session, forms, checks);
    this.trainer = new Trainer(network, session, forms);
  }

  private String defaultName() {
    return network.isChain() ? "sequential" : "functional";
  }

  /**
   * A model of a network.
   *
   * @param network what is computed
   * @return the model
   */
  public static Model of(Network network) {
    return new Model(network);
  }

  /**
   * A model with one input.
   *
   * @param input made by {@code layer.Input}
   * @param outputs what the model yields
   * @return the model
   * @throws IllegalArgumentException if inputs and outputs are not the two ends of one graph
   */
  public static Model of(Symbol input, Symbol... outputs) {
    return of(List.of(input), List.of(outputs));
  }

  /**
   * A model with several inputs.
   *
   * @param inputs made by {@code layer.Input}
   * @param outputs what the model yields
   * @return the model
   * @throws IllegalArgumentException if inputs and outputs are not the two ends of one graph
   */
  public static Model of(List<Symbol> inputs, List<Symbol> outputs) {
    return new Model(Network.of(inputs, outputs));
  }

  /**
   * Reads a model out of a file of any {@linkplain ModelFormat kind}: a checkpoint, or a file of
   * Keras where the module {@code convlstm4j-keras} is.
   *
   * @param file what {@link #save}, the command line or Keras wrote
   * @return the model, compiled if it was; {@code fit} then goes on
   * @throws IllegalArgumentException if there is no such file or it is of no known kind
   */
  public static Model load(Path file) {
    return ModelFormats.load(file);
  }

  /**
   * Writes the model, and what its training needs to go on; whole or not at all.
   *
   * @param file its ending says what is written: {@code .ckpt}, and {@code .keras} or {@code .h5}
   *     where the module {@code convlstm4j-keras} is; replaced if it exists
   * @throws IllegalArgumentException if it ends otherwise
   */
  public void save(Path file) {
    ModelFormats.save(this, file);
  }

  /**
   * Names the model, for the summary.
   *
   * @param newName the name
   * @return this model
   */
  public Model named(String newName) {
    name = newName;
    return this;
  }

  /**
   * The model's name.
   *
   * @return as given, otherwise {@code sequential} or {@code functional}
   */
  public String name() {
    return name;
  }

  /**
   * Chooses a backend by name; {@code auto}, the fastest that starts, where none is chosen. It is
   * started at first use and closed with the model.
   *
   * @param newName for instance {@code reference}
   * @return this model
   * @throws IllegalStateException if the model is in use
   */
  public Model backend(String newName) {
    session.backend(newName);
    return this;
  }

  /**
   * Chooses a running backend, which the caller closes after the model.
   *
   * @param shared the backend
   * @return this model
   * @throws IllegalStateException if the model is in use
   */
  public Model backend(Backend shared) {
    session.backend(shared);
    return this;
  }

  /**
   * Chooses the element type; float32 where none is chosen.
   *
   * @param type of weights and arithmetic
   * @return this model
   * @throws IllegalStateException if the model is in use
   */
  public Model dtype(DType type) {
    session.dtype(type);
    return this;
  }

  /**
   * Element type of weights and arithmetic.
   *
   * @return as chosen
   */
  public DType dtype() {
    return session.dtype();
  }

  /**
   * Chooses how exactly convolutions multiply.
   *
   * @param precision also for later plans of a shared backend
   * @return this model
   * @throws IllegalStateException if the model is in use
   */
  public Model precision(ProductPrecision precision) {
    session.precision(precision);
    return this;
  }

  /**
   * Has measured how long each layer takes.
   *
   * @param target where the times are added up
   * @return this model
   * @throws IllegalStateException if the model is in use
   */
  public Model profile(Profile target) {
    session.profile(target);
    return this;
  }

  /**
   * Limits the memory of a run: Java heap, weights and all else, on a device the device's. What
   * does not fit at once is predicted or trained on some frames at a time; what cannot is refused
   * before it begins.
   *
   * @param bytes at least 1; where none is chosen, what is free
   * @return this model
   */
  public Model memory(long bytes) {
    access.use("memory", () -> session.limit(l -> l.bytes(bytes)));
    return this;
  }

  /**
   * Says how many frames are at work at a time, where the network can do with less than all. A
   * layer that sees frames around each, such as a {@code Conv3D} over 3 of them, needs a few at a
   * time; where so many are too few for it, it sees all at once.
   *
   * @param frames at least 1; where none is chosen, all if they fit, else as many as do
   * @return this model
   */
  public Model stretch(int frames) {
    access.use("stretch", () -> session.limit(l -> l.frames(frames)));
    return this;
  }

  /**
   * Trains by truncated back-propagation through time (Williams and Peng 1990): gradients of what
   * recurrent layers remember do not go back across every border of so many frames. That is another
   * gradient than the whole one; outputs, losses and statistics of a batch are those of all frames.
   *
   * @param frames at least 1; where none is chosen, gradients go back through all frames
   * @return this model
   */
  public Model truncate(int frames) {
    access.use("truncate", () -> session.limit(l -> l.truncation(frames)));
    return this;
  }

  /**
   * Lets a training step that does not fit in any other way keep in files what it makes on the way
   * forward and needs on the way back. The files have no names while they are used, so that their
   * room is free again when the process ends, however it does.
   *
   * @param folder an existing one, best on a fast disk; what killed processes left there is deleted
   * @return this model
   * @throws IllegalArgumentException if there is no such folder, or it cannot be written to
   */
  public Model spill(Path folder) {
    access.use("spill", () -> session.limit(l -> l.spill(folder)));
    return this;
  }

  /**
   * Chooses the seed; 0 where none is chosen.
   *
   * @param number decides initial weights and dropout
   * @return this model
   * @throws IllegalStateException if the model is in use
   */
  public Model seed(long number) {
    session.seed(number);
    return this;
  }

  /**
   * The seed that initial weights and dropout follow.
   *
   * @return the one chosen, or that of the snapshot that was restored
   */
  public long seed() {
    return session.seed();
  }

  /**
   * Says what the model is trained for. Slots of the optimiser and progress start anew; weights
   * stay.
   *
   * @param options optimiser, losses, metrics
   * @return this model
   * @throws IllegalArgumentException if an output is named that the model does not have, or none
   *     has a loss
   */
  public Model compile(Compile options) {
    access.use("compile", () -> trainer.compile(options));
    return this;
  }

  /**
   * Says what the model is trained for: the same loss and metrics for every output.
   *
   * @param optimizer how weights follow from gradients
   * @param loss what is made small
   * @param metrics what is reported
   * @return this model
   */
  public Model compile(Optimizer optimizer, Loss loss, Metric... metrics) {
    return compile(Compile.with(optimizer).loss(loss).metrics(metrics));
  }

  /**
   * Says what the model is trained for: {@code compile(Optimizers.adam(1e-4), "mse", "mae")}.
   *
   * @param optimizer how weights follow from gradients
   * @param loss its name, for every output
   * @param metrics their names, for every output
   * @return this model
   * @throws IllegalArgumentException if there is no such name
   */
  public Model compile(Optimizer optimizer, String loss, String... metrics) {
    return compile(
        optimizer,
        Loss.ofName(loss),
        Arrays.stream(metrics).map(Metric::ofName).toArray(Metric[]::new));
  }

  /**
   * Says what the model is trained for by Keras's words: {@code compile("adam", "mse", "mae")}.
   *
   * @param optimizer its name, with Keras's options
   * @param loss its name, for every output
   * @param metrics their names, for every output
   * @return this model
   * @throws IllegalArgumentException if there is no such name
   */
  public Model compile(String optimizer, String loss, String... metrics) {
    return compile(Optimizer.ofName(optimizer), loss, metrics);
  }

  /**
   * Goes on with other options: as {@link #compile}, but what the optimiser remembers and how far
   * training has come stay. A learning rate that was set stays if the optimiser's own is the same.
   *
   * @param options losses, metrics, and an optimiser that remembers the same things
   * @return this model
   * @throws IllegalStateException if the model is not compiled
   * @throws IllegalArgumentException as {@link #compile}; or if the optimiser remembers other
   *     things than the one before; or, in the middle of an epoch, if other losses and metrics are
   *     reported
   */
  public Model adjust(Compile options) {
    access.use("adjust", () -> trainer.adjust(options));
    return this;
  }

  /**
   * Trains the model, without validation and callbacks; on a terminal, losses and metrics are
   * shown.
   *
   * @param data what is learnt
   * @param epochs how many there will have been in all
   * @return losses and metrics of the epochs that were finished
   */
  public History fit(Dataset data, long epochs) {
    return fit(data, Fit.epochs(epochs));
  }

  /**
   * Trains the model, from where it is: a restored model goes on in the middle of an epoch.
   *
   * <p>What stateful layers remember goes on from batch to batch, and, as in Keras, over the ends
   * of epochs and through validation; a callback's {@link Callback#onEpochBegin} can call {@link
   * #resetStates()}.
   *
   * @param data what is learnt; must be the same data when training goes on
   * @param options how long, validation, callbacks, class weights
   * @return losses and metrics of the epochs that were finished
   * @throws IllegalStateException if the model is not compiled
   * @throws NonFiniteException if an input, the loss or a gradient is NaN or infinite; weights,
   *     statistics, states and progress are as before that step
   * @throws convlstm4j.backend.BackendException if a step does not fit into the memory; the message
   *     has the estimate; or if the backend fails: the step is not counted, and training can go on
   */
  public History fit(Dataset data, Fit options) {
    return access.use(
        "fit", () -> trainer.fit(t -> new TrainingLoop(this, trainer, t, data, options)));
  }

  /**
   * Makes {@link #fit} finish the running step, or end one in stretches as if it had not begun, and
   * return, an epoch in progress staying in progress. If no fit is running, the next returns before
   * its first step. May be called by any thread.
   */
  public void requestStop() {
    trainer.requestStop();
  }

  /**
   * Whether {@link #requestStop} was called for the running fit, or the next if none is running.
   *
   * @return true until that fit has returned
   */
  public boolean isStopRequested() {
    return trainer.isStopRequested();
  }

  /**
   * One step of training.
   *
   * @param batch what is learnt
   * @return losses and metrics of this batch, before the update, named as by {@link #evaluate}
   * @throws IllegalStateException if the model is not compiled
   * @throws NonFiniteException as {@link #fit}
   */
  public Map<String, Double> trainOnBatch(Batch batch) {
    return access.use("trainOnBatch", () -> trainer.step(batch));
  }

  /**
   * Computes losses and metrics.
   *
   * @param data with targets
   * @return as Keras names them: {@code loss}, then, with several outputs, {@code comedy_loss} and
   *     {@code comedy_accuracy} for each of them, with one output {@code accuracy}
   * @throws IllegalStateException if the model is not compiled
   * @throws NonFiniteException if an input or the loss is NaN or infinite
   */
  public Map<String, Double> evaluate(Dataset data) {
    return access.use(
        "evaluate",
        () -> {
          Objectives objectives = trainer.training("evaluate").objectives();
          checks.usable("evaluate", data, 0);
          return uses.evaluate(objectives, data, () -> false).orElseThrow();
        });
  }

  /**
   * Runs the model on one batch.
   *
   * @param inputs one per input, the batch axis first
   * @return one per output
   * @throws NonFiniteException if an input is NaN or infinite
   */
  public List<Tensor> predict(Tensor... inputs) {
    Batch batch = new Batch(List.of(inputs), List.of(), List.of(), "predict");
    return access.use("predict", () -> uses.predict(batch));
  }

  /**
   * Runs the model on a batch that is read as it is needed, some frames at a time where all at once
   * do not fit: a video as long as its file.
   *
   * @param inputs one per input
   * @return one per output
   * @throws NonFiniteException if an input is NaN or infinite
   * @throws convlstm4j.backend.BackendException before anything is read, if one frame at a time
   *     does not fit
   */
  public List<Tensor> predict(List<Frames> inputs) {
    return access.use("predict", () -> uses.predict(inputs));
  }

  List<Tensor> inputGradients(Batch batch, int output, Tensor weights) {
    return access.use("inputGradients", () -> uses.inputGradients(batch, output, weights));
  }

  /**
   * Runs the model on batch after batch; nothing but the batch at work is held.
   *
   * @param data targets are not looked at
   * @param consumer gets each batch with its outputs
   */
  public void predict(Dataset data, BiConsumer<Batch, List<Tensor>> consumer) {
    access.use("predict", () -> uses.predict(data, 1, consumer));
  }

  /**
   * Runs the model on batch after batch.
   *
   * @param data targets are not looked at
   * @return the outputs of each batch
   */
  public List<List<Tensor>> predict(Dataset data) {
    List<List<Tensor>> all = new ArrayList<>();
    BiConsumer<Batch, List<Tensor>> adding = (batch, outputs) -> all.add(outputs);
    access.use("predict", () -> uses.predict(data, data.batches(), adding));
    return all;
  }

  /**
   * Begins to run the model on a video that goes on, whose frames are handed in as they come.
   *
   * @return a stream, closed with the model if not before
   */
  public Stream stream() {
    return new Stream(access, uses::stream, () -> {});
  }

  /** Sets what stateful layers remember to zeros; batches of any size may follow. */
  public void resetStates() {
    access.use("resetStates", session::resetStates);
  }

  /**
   * Sets what stateful layers remember of some samples to zeros: other sequences begin in their
   * places, the others go on.
   *
   * @param samples places in the batch, from 0
   * @throws IllegalArgumentException if the batch before had no such sample
   */
  public void resetStates(int... samples) {
    access.use("resetStates", () -> session.engine().resetStates(samples));
  }

  /**
   * Sets what stateful layers remember aside until training goes on: until then they begin with
   * zeros. So it is with a model just loaded, which is not in the middle of its training data.
   */
  public void setStatesAside() {
    access.use("setStatesAside", () -> session.engine().setStatesAside());
  }

  /**
   * What the model takes and gives; a dataset fits itself to it.
   *
   * @return inputs and outputs with names and shapes
   */
  public Signature signature() {
    return forms.signature();
  }

  /**
   * How files become the numbers of the inputs, such as the scale of pixels and the size of films'
   * frames: what {@link #fit} saw first, what the model's file says, or as set.
   *
   * @return one per input
   */
  public List<InputForm> inputForms() {
    return forms.known();
  }

  /**
   * Says how files become the numbers of the inputs. Data that says otherwise is refused.
   *
   * @param byInput one per input
   * @return this model
   * @throws IllegalArgumentException if the model has not as many inputs
   */
  public Model inputForms(List<InputForm> byInput) {
    forms.set(byInput);
    return this;
  }

  /**
   * Says what happens when a prediction is NaN or infinite, which without this is a warning in the
   * log, once.
   *
   * @param handler is told of each such batch; what it throws ends the call, states as before
   * @return this model
   */
  public Model onNonFinite(Consumer<NonFiniteException> handler) {
    uses.onNonFinite(handler);
    return this;
  }

  /**
   * The layers in a table, as Keras prints it.
   *
   * @return several lines
   */
  public String summary() {
    return Summary.of(network, name, session.dtype());
  }

  /**
   * The weights and statistics.
   *
   * @return copies by name, in Keras's order
   */
  public Map<String, Tensor> weights() {
    return access.use("weights", () -> new LinkedHashMap<>(session.engine().weights()));
  }

  /**
   * Replaces the weights and statistics.
   *
   * @param values in the order of {@link #weights}
   * @throws IllegalArgumentException if number or shapes differ; then nothing is replaced
   */
  public void setWeights(List<Tensor> values) {
    access.use("setWeights", () -> trainer.setWeights(values));
  }

  /**
   * How often weights were replaced, by {@link #setWeights}, {@link #restore} or moving averages at
   * the end of a run: tells a callback that they are not those that training left.
   *
   * @return a number that only grows
   */
  public int replacements() {
    return trainer.replacements();
  }

  /**
   * Copies everything that training needs to go on bit for bit; may be called by a callback.
   *
   * @return weights, slots, states, progress and more
   */
  public Snapshot snapshot() {
    return access.use("snapshot", () -> trainer.snapshot().copy());
  }

  /**
   * Reads everything that training needs to go on, without a copy of all of it: weights and slots
   * are copied one by one, each time that they are read. Nobody else may use the model meanwhile.
   *
   * @param reader is given a snapshot that is of no use after the call
   */
  public void readSnapshot(Consumer<Snapshot> reader) {
    access.use("readSnapshot", () -> reader.accept(trainer.snapshot()));
  }

  /**
   * Goes back, or on, to a snapshot of this model or one built and compiled alike.
   *
   * @param snapshot what {@link #snapshot} gave
   * @throws IllegalArgumentException if it belongs to another model; then weights stay as they are
   * @throws IllegalStateException if it holds training progress and the model is not compiled
   */
  public void restore(Snapshot snapshot) {
    access.use("restore", () -> trainer.restore(snapshot));
  }

  /**
   * How far training has come.
   *
   * @return zeros if the model is not compiled
   */
  public Progress progress() {
    return trainer.progress();
  }

  /**
   * The learning rate of the next step.
   *
   * @return from the optimiser, or as set last
   * @throws IllegalStateException if the model is not compiled
   */
  public double learningRate() {
    return trainer.training("learningRate").rate();
  }

  /**
   * Changes a constant learning rate.
   *
   * @param rate of the steps from now on
   * @throws IllegalStateException if the model is not compiled or the rate follows a schedule
   */
  public void learningRate(double rate) {
    access.use("learningRate", () -> trainer.training("learningRate").rate(rate));
  }

  /**
   * Says how much memory something would take, without allocating it.
   *
   * @param forTraining whether a step of training is meant, or else a prediction
   * @param inputs shapes of a batch, one per input
   * @return the estimate
   * @throws IllegalStateException if training is meant and the model is not compiled
   */
  public MemoryEstimate memoryEstimate(boolean forTraining, Shape... inputs) {
    return access.use(
        "memoryEstimate",
        () -> session.estimate(objectives("memoryEstimate", forTraining), List.of(inputs)));
  }

  /** Those of a training step; null for a prediction. */
  private @Nullable Objectives objectives(String what, boolean forTraining) {
    return forTraining ? trainer.training(what).objectives() : null;
  }

  /**
   * Says how something would run and what it would take, without allocating it.
   *
   * @param forTraining whether a step of training is meant, or else a prediction
   * @param inputs shapes of a batch, one per input
   * @return the plan
   * @throws IllegalStateException if training is meant and the model is not compiled
   */
  public RunPlan plan(boolean forTraining, Shape... inputs) {
    return access.use(
        "plan", () -> plan(objectives("plan", forTraining), InputPlace.NUMBERS, inputs));
  }

  /**
   * Says how a step of training would run on inputs that are not numbers on the Java heap.
   *
   * @param place where the inputs are
   * @param inputs shapes of a batch, one per input
   * @return the plan
   * @throws IllegalStateException if the model is not compiled
   */
  public RunPlan planTraining(InputPlace place, Shape... inputs) {
    return access.use("planTraining", () -> plan(objectives("planTraining", true), place, inputs));
  }

  private RunPlan plan(@Nullable Objectives objectives, InputPlace place, Shape[] inputs) {
    return session.plan(objectives, place, List.of(inputs), trainer.rememberedBytes());
  }

  /**
   * The graph.
   *
   * @return without the weights' values
   */
  public Network network() {
    return network;
  }

  /**
   * The network as a layer, to be called in another model: only the architecture, for weights
   * belong to the model around. Its layers are inside that layer from now on.
   *
   * @return a layer of the model's name if it was given one
   * @throws IllegalArgumentException if the network already is inside another
   */
  public NestedModel asLayer() {
    NestedModel layer = NestedModel.of(network);
    return name.equals(defaultName()) ? layer : layer.named(name);
  }

  /**
   * What the model was compiled with.
   *
   * @return empty if it was not
   */
  public Optional<Compile> compilation() {
    return trainer.compilation();
  }

  /**
   * Gives back all memory, the weights' too; save them before. The model cannot be used again, only
   * asked for its architecture and progress. A second call does nothing.
   *
   * @throws IllegalStateException if it is being trained, or used by another thread
   */
  @Override
  public void close() {
    trainer.checkIdle("close");
    access.close(trainer::close);
  }

  /** Its name, the shapes that go in and come out, and how many weights it has. */
  @Override
  public String toString() {
    return Summary.line(network, name);
  }
}
