package convlstm4j.layer;

import convlstm4j.config.ActivationFunction;
import convlstm4j.config.Config;
import convlstm4j.config.RegularizerForms;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.ImageAxes;
import convlstm4j.graph.Symbol;
import convlstm4j.op.Cell;
import convlstm4j.op.Drop;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Recurrence;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Transpose;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What all recurrent layers share: the options, states and masks of Keras's. A subclass says what
 * the cell is, a {@link StepWindow} what its steps are: images, or vectors, which are images of one
 * pixel.
 *
 * <p>Inputs: a sequence, an initial state and a mask {@code [N, T]} if given (see {@link #on}).
 * Outputs: the sequence, or the last step's output without {@code returnSequences}; then the states
 * with {@code returnState}. Options that the op cannot have are refused when the graph is built.
 *
 * @param <S> the layer's own type
 */
public abstract class Recurrent<S extends Recurrent<S>> extends Weighted<S> {
  private static final String SEPARABLE = "depth_multiplier";

  final int units;
  private StepWindow window;
  private Initializer recurrentInitializer = Initializers.orthogonal();
  private Regularizer recurrentRegularizer = Regularizer.NONE;
  private boolean returnSequences;
  private boolean returnState;
  private boolean goBackwards;
  private boolean stateful;
  private boolean zeroOutputForMask;
  private double dropout;
  private double recurrentDropout;

  /** Kernels of each channel by itself in a separable layer; 0 in others. */
  private int depthMultiplier;

  /** For the layers of this package: the number of units and what their steps are. */
  Recurrent(int units, StepWindow window) {
    super(Activation.TANH);
    this.window = window;
    this.units = positive(unitsOption(), units);
    perAxis("kernel_size", window.axes(), Config.array(window.kernelSize()));
  }

  private String unitsOption() {
    return window.axes() == 0 ? "units" : "filters";
  }

  final StepWindow window() {
    return window;
  }

  /** Sets what steps are; for {@link Convolved}. */
  final S window(StepWindow value) {
    return set(() -> window = value);
  }

  /**
   * Sets where the recurrent kernel's first value comes from.
   *
   * @param value default {@link Initializers#orthogonal()}
   * @return this layer
   */
  public final S recurrentInitializer(Initializer value) {
    return set(() -> recurrentInitializer = value);
  }

  /**
   * Sets the recurrent kernel's penalty.
   *
   * @param value default none
   * @return this layer
   */
  public final S recurrentRegularizer(Regularizer value) {
    return set(() -> recurrentRegularizer = value);
  }

  /**
   * Says whether every step's output is returned or the last one's.
   *
   * @param value default false
   * @return this layer
   */
  public final S returnSequences(boolean value) {
    return set(() -> returnSequences = value);
  }

  /**
   * Says whether the states after the last step are further outputs.
   *
   * @param value default false
   * @return this layer
   */
  public final S returnState(boolean value) {
    return set(() -> returnState = value);
  }

  /**
   * Says whether steps are taken from the last to the first; outputs are in that order.
   *
   * @param value default false
   * @return this layer
   */
  public final S goBackwards(boolean value) {
    return set(() -> goBackwards = value);
  }

  /**
   * Says whether a batch begins with the states that the one before ended with.
   *
   * @param value default false
   * @return this layer
   */
  public final S stateful(boolean value) {
    return set(() -> stateful = value);
  }

  /**
   * Says whether masked steps yield zeros instead of the output before.
   *
   * @param value default false
   * @return this layer
   */
  public final S zeroOutputForMask(boolean value) {
    return set(() -> zeroOutputForMask = value);
  }

  /**
   * Sets the rate of input dropout in training, by masks that are the same for all steps: one per
   * gate in an LSTM or ConvLSTM of up to two axes with common activations and without layer
   * normalisation, else one for all gates.
   *
   * @param value at least 0 and below 1, default 0
   * @return this layer
   */
  public final S dropout(double value) {
    return set(() -> dropout = rate("dropout", value));
  }

  /**
   * Sets the rate of dropout of h where it enters the recurrent convolution, by masks like those of
   * the input.
   *
   * @param value at least 0 and below 1, default 0
   * @return this layer
   */
  public final S recurrentDropout(double value) {
    return set(() -> recurrentDropout = rate("recurrent_dropout", value));
  }

  /** Makes both kernels products; for {@link Convolved}. */
  final S multiplied(int multiplier) {
    return set(() -> depthMultiplier = positive("depth_multiplier", multiplier));
  }

  /**
   * Begins a call with an initial state or a mask.
   *
   * @param x the sequence
   * @return the call, ended by {@link Call#outputs()}
   */
  public final Call on(Symbol x) {
    return new Call(this, x);
  }

  /** Columns of the kernel, in units. */
  abstract int gates();

  /** Names of the states, the output first. */
  abstract List<String> stateNames();

  /**
   * Runs the cell over the steps.
   *
   * @return y, then the states
   */
  abstract List<Value> run(Lowering g, Steps steps);

  /** A layer of the class with as many units and the same window, all else as it is at first. */
  abstract S fresh();

  /**
   * What a cell is run on.
   *
   * @param frames {@code [N, T, image]}
   * @param states before the first step, {@code [N, image]}
   * @param kernel {@code [K.., C, gates F]}
   * @param recurrentKernel {@code [K.., F, gates F]}
   * @param mask {@code [N, T]}
   */
  record Steps(
      Value frames,
      List<Value> states,
      Value kernel,
      Value recurrentKernel,
      Optional<Value> mask) {}

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value frames = window.frames(g, one(arguments));
    Window w = window.window();
    Shape state = w.states(opName(), frames.shape(), units);
    Shape taps = Shape.of(w.size().stream().mapToLong(k -> k).toArray());
    Shape kernel = taps.append(w.format().channels(frames.shape().from(2)), columns());
    Shape recurrent = taps.append(units, columns());
    List<Value> y =
        run(
            g,
            new Steps(
                frames,
                initialState(g, arguments.initialState(), state),
                kernel(g, kernel, "kernel", kernelInitializer, kernelRegularizer),
                kernel(
                    g, recurrent, "recurrent_kernel", recurrentInitializer, recurrentRegularizer),
                arguments.seen()));
    List<Value> results = new ArrayList<>();
    for (Value v : y) {
      results.add(g.reshape(v, window.own(v.shape())));
    }
    for (int i = 0; stateful && i < stateNames().size(); i++) {
      g.assign(state(stateNames().get(i)), results.get(1 + i));
    }
    List<Value> outputs = returnState ? results : results.subList(0, 1);
    outputs.forEach(v -> penalize(g, activityRegularizer, v));
    return outputs;
  }

  @Override
  protected final Optional<Value> mask(Lowering g, Arguments<Value> arguments) {
    return returnSequences ? arguments.carried(0) : Optional.empty();
  }

  /** The op that runs the cell, for messages. */
  abstract String opName();

  final long columns() {
    return (long) gates() * units;
  }

  @Override
  final List<String> constrainable() {
    return depthMultiplier == 0
        ? List.of("kernel", "recurrent_kernel", "bias")
        : List.of(
            "depthwise_kernel",
            "pointwise_kernel",
            "recurrent_depthwise_kernel",
            "recurrent_pointwise_kernel",
            "bias");
  }

  /**
   * A kernel, in a separable layer as the product of its parts.
   *
   * @param shape {@code [K.., C, columns]} as ops see it
   */
  private Value kernel(Lowering g, Shape shape, String local, Initializer first, Regularizer r) {
    if (depthMultiplier == 0) {
      return g.reshape(parameter(g, local, window.ownKernel(shape), first, r, true), shape);
    }
    if (constraints().containsKey(local)) {
      throw new ShapeException(
          "constraint of " + local + ", which a separable layer has in two parts: constrain these");
    }
    String before = local.substring(0, local.length() - "kernel".length());
    int last = shape.rank() - 1;
    long channels = shape.dim(last - 1);
    long columns = shape.dim(last);
    Shape each = shape.with(last, depthMultiplier);
    Shape mixed = Shape.of(channels * depthMultiplier, columns);
    Value depthwise =
        parameter(g, before + "depthwise_kernel", window.ownKernel(each), first, r, true);
    Value pointwise = parameter(g, before + "pointwise_kernel", mixed, first, r, true);
    return SeparableConvolution.multiplied(g, g.reshape(depthwise, each), pointwise);
  }

  private List<Value> initialState(Lowering g, List<Value> given, Shape state) {
    List<String> names = stateNames();
    List<Value> seen = new ArrayList<>();
    if (given.isEmpty()) {
      for (String name : names) {
        seen.add(
            stateful ? g.reshape(g.state(state(name), window.own(state)), state) : g.zeros(state));
      }
      return seen;
    }
    if (given.size() != names.size()) {
      throw new ShapeException(
          "initial state of "
              + given.size()
              + (given.size() == 1 ? " array" : " arrays")
              + ", expected "
              + names.size()
              + ": "
              + names);
    }
    for (int i = 0; i < names.size(); i++) {
      Value v = given.get(i);
      if (!v.shape().fits(window.own(state))) {
        throw new ShapeException(
            "initial state "
                + names.get(i)
                + " has shape "
                + v.shape()
                + ", expected "
                + window.own(state));
      }
      seen.add(g.reshape(v, state));
    }
    return seen;
  }

  /** The rate of input dropout while it counts. */
  final double dropout(Lowering g) {
    return g.training() ? dropout : 0;
  }

  /** The rate of recurrent dropout while it counts. */
  final double recurrentDropout(Lowering g) {
    return g.training() ? recurrentDropout : 0;
  }

  /**
   * Runs a cell by {@link Recurrence}, which sees images with channels last. Dropout draws one mask
   * for x and one for h, the same for all steps and gates, as Keras 3's GRU does.
   *
   * @param cell makes the cell, told whether h is dropped where it is convolved
   * @param bias the cell's, in one row; null for none
   */
  final List<Value> recur(Lowering g, Steps steps, CellOf cell, @Nullable Value bias) {
    boolean drops = recurrentDropout(g) > 0;
    Cell c = cell.dropping(drops);
    boolean twoBiases = bias != null && bias.shape().dim(0) > columns();
    Recurrence op =
        new Recurrence(
            c,
            units,
            channelsLast(),
            bias != null,
            twoBiases,
            returnSequences,
            goBackwards,
            steps.mask.isPresent(),
            zeroOutputForMask);
    checkRuns(op);
    List<Value> inputs = new ArrayList<>(List.of(dropped(g, toLast(g, steps.frames))));
    steps.states.forEach(s -> inputs.add(toLast(g, s)));
    inputs.add(steps.kernel);
    inputs.add(steps.recurrentKernel);
    if (bias != null) {
      inputs.add(bias);
    }
    if (drops) {
      inputs.add(recurrentMask(g, inputs.get(1)));
    }
    steps.mask.ifPresent(inputs::add);
    return fromLast(g, g.ops(op, inputs));
  }

  /** The window over images with channels last. */
  final Window channelsLast() {
    Window w = window.window();
    return new Window(w.size(), w.strides(), w.dilation(), w.padding(), DataFormat.CHANNELS_LAST);
  }

  /** Frames after input dropout, the same for all steps. */
  final Value dropped(Lowering g, Value frames) {
    return dropout(g) > 0
        ? g.op(new Drop(dropout, Recurrent.sharedIn(frames.shape(), 1)), frames)
        : frames;
  }

  /** What h is multiplied by where it is convolved, in training with recurrent dropout. */
  final Value recurrentMask(Lowering g, Value h) {
    Value ones = g.op(new Pointwise(Formula.constant(1), 1), h);
    return g.op(new Drop(recurrentDropout, List.of()), ones);
  }

  /** Some activations make more steps of a cell than backends run. */
  private void checkRuns(Recurrence op) {
    try {
      op.stages();
    } catch (IllegalArgumentException e) {
      throw new ShapeException(
          functions() + " make gates of more steps than a backend runs; choose another");
    }
  }

  /** The activations, for messages. */
  String functions() {
    return "activation=" + activation();
  }

  /** A function of a cell as formulas. */
  static UnaryOperator<Formula> formulas(String option, ActivationFunction f) {
    return x ->
        f.formula(x)
            .orElseThrow(
                () ->
                    new ShapeException(
                        option + "=" + f + " is not element-wise and not supported in gates"));
  }

  /** Makes a cell with or without dropout of h. */
  interface CellOf {
    Cell dropping(boolean dropped);
  }

  /** Arrays that end with an image with channels last, as the layer has them. */
  final List<Value> fromLast(Lowering g, List<Value> values) {
    List<Value> outputs = new ArrayList<>();
    for (Value v : values) {
      int rank = v.shape().rank();
      outputs.add(
          window.channelsFirst() ? g.op(new Transpose(window.toChannelsFirst(rank)), v) : v);
    }
    return outputs;
  }

  /** An array that ends with an image, with channels last. */
  final Value toLast(Lowering g, Value v) {
    int rank = v.shape().rank();
    return window.channelsFirst() ? g.op(new Transpose(window.toChannelsLast(rank)), v) : v;
  }

  /** A mask that is the same along an axis. */
  private static List<Long> sharedIn(Shape x, int axis) {
    List<Long> sizes = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      sizes.add(i == axis ? 1 : Shape.UNKNOWN);
    }
    return sizes;
  }

  @Override
  public final Optional<ImageAxes> imageAxes() {
    return Optional.of(window.imageAxes());
  }

  /** The options that only some cells have. */
  abstract void putCell(Map<String, Object> config);

  @Override
  public final Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put(unitsOption(), units);
    window.put(c);
    c.put("return_sequences", returnSequences);
    c.put("return_state", returnState);
    c.put("go_backwards", goBackwards);
    c.put("stateful", stateful);
    c.put("zero_output_for_mask", zeroOutputForMask);
    putActivation(c);
    putWeights(c);
    c.put("recurrent_initializer", InitializerForms.encode(recurrentInitializer));
    c.put("recurrent_regularizer", RegularizerForms.encode(recurrentRegularizer));
    c.put("dropout", dropout);
    c.put("recurrent_dropout", recurrentDropout);
    if (depthMultiplier > 0) { // not Keras's: written only where it says something
      c.put(SEPARABLE, depthMultiplier);
    }
    putCell(c);
    return c;
  }

  /** Reads what {@link #config} writes, but for units, window and the cell's own options. */
  final S readRecurrent(Config c) {
    if (window.axes() > 0 && c.has(SEPARABLE)) {
      multiplied(c.integer(SEPARABLE));
    }
    return readWeights(c)
        .recurrentInitializer(
            InitializerForms.read(c, "recurrent_initializer", recurrentInitializer))
        .recurrentRegularizer(RegularizerForms.read(c, "recurrent_regularizer"))
        .returnSequences(c.bool("return_sequences", false))
        .returnState(c.bool("return_state", false))
        .goBackwards(c.bool("go_backwards", false))
        .stateful(c.bool("stateful", false))
        .zeroOutputForMask(c.bool("zero_output_for_mask", false))
        .dropout(c.real("dropout", 0))
        .recurrentDropout(c.real("recurrent_dropout", 0));
  }

  /** A copy with the same options, for the other direction. */
  final S copy() {
    S copy = fresh();
    copy.takeOver(self());
    constraints().forEach(copy::constrain);
    return copy;
  }

  /** Takes over every option of another layer of the class. */
  void takeOver(S other) {
    Recurrent<S> o = other;
    depthMultiplier = o.depthMultiplier;
    activation(o.activation())
        .useBias(o.useBias)
        .kernelInitializer(o.kernelInitializer)
        .biasInitializer(o.biasInitializer)
        .kernelRegularizer(o.kernelRegularizer)
        .biasRegularizer(o.biasRegularizer)
        .activityRegularizer(o.activityRegularizer)
        .recurrentInitializer(o.recurrentInitializer)
        .recurrentRegularizer(o.recurrentRegularizer)
        .returnSequences(o.returnSequences)
        .returnState(o.returnState)
        .goBackwards(o.goBackwards)
        .stateful(o.stateful)
        .zeroOutputForMask(o.zeroOutputForMask)
        .dropout(o.dropout)
        .recurrentDropout(o.recurrentDropout);
  }

  /** What the {@link RNN} around this, which stands for its cell, says of the loop. */
  final void loop(boolean sequences, boolean backwards, boolean keepsStates, boolean zeroesMasked) {
    returnSequences = sequences;
    returnState = true;
    goBackwards = backwards;
    stateful = keepsStates;
    zeroOutputForMask = zeroesMasked;
  }

  final boolean returnsSequences() {
    return returnSequences;
  }

  final boolean returnsState() {
    return returnState;
  }

  final boolean goesBackwards() {
    return goBackwards;
  }

  final boolean zeroesMaskedOutput() {
    return zeroOutputForMask;
  }

  final boolean isStateful() {
    return stateful;
  }
}
