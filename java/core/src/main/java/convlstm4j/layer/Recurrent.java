package convlstm4j.layer;

import convlstm4j.config.ActivationForms;
import convlstm4j.config.Config;
import convlstm4j.config.FunctionForms;
import convlstm4j.config.KerasVersion;
import convlstm4j.config.RegularizerForms;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Symbol;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What {@link ConvLSTM2D} and {@link LSTM} share: the options, states and masks of Keras's
 * recurrent layers, lowered to {@link ConvLstm2d}; an LSTM is a 1x1 convolution of a 1x1 image.
 *
 * <p>Inputs: a sequence, an initial state {@code [h, c]} and a mask {@code [N, T]} if given (see
 * {@link #on}). Outputs: the sequence, or the last step's output without {@code returnSequences};
 * then h and c with {@code returnState}. Options that the op cannot have are refused when the graph
 * is built.
 *
 * @param <S> the layer's own type
 */
public abstract class Recurrent<S extends Recurrent<S>> extends Weighted<S> {
  private static final List<String> PEEPHOLES = List.of("peephole_i", "peephole_f", "peephole_o");

  final int units;
  private Activation recurrentActivation = Activation.SIGMOID;
  private Initializer recurrentInitializer = Initializers.orthogonal();
  private Regularizer recurrentRegularizer = Regularizer.NONE;
  private boolean unitForgetBias = true;
  private boolean peephole;
  private Initializer peepholeInitializer = Initializers.zeros();
  private boolean returnSequences;
  private boolean returnState;
  private boolean goBackwards;
  private boolean stateful;
  private boolean zeroOutputForMask;
  private double dropout;
  private double recurrentDropout;

  /** For the layers of this package: the number of units and what Keras calls it. */
  Recurrent(String option, int units) {
    super(Activation.TANH);
    this.units = positive(option, units);
  }

  /**
   * Sets the activation of the input, forget and output gates.
   *
   * @param value default {@link Activation#SIGMOID}, as in Keras 3; Keras 2 has hard_sigmoid
   * @return this layer
   */
  public final S recurrentActivation(Activation value) {
    return set(() -> recurrentActivation = value);
  }

  /**
   * Sets the activation of the input, forget and output gates by its name in Keras 3.
   *
   * @param value such as {@code "relu"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  public final S recurrentActivation(String value) {
    return recurrentActivation(
        word(
            "recurrent_activation",
            value,
            () -> ActivationForms.named(value, KerasVersion.KERAS3)));
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
   * Says whether the forget gate's bias starts at 1.
   *
   * @param value default true
   * @return this layer
   */
  public final S unitForgetBias(boolean value) {
    return set(() -> unitForgetBias = value);
  }

  /**
   * Says whether gates see the cell state (Shi et al. 2015, eq. 3), through weights {@code
   * peephole_i, peephole_f, peephole_o} of the state's shape; Keras has no such option.
   *
   * @param value default false
   * @return this layer
   */
  public final S peephole(boolean value) {
    return set(() -> peephole = value);
  }

  /**
   * Sets where the peephole weights' first values come from.
   *
   * @param value default {@link Initializers#zeros()}
   * @return this layer
   */
  public final S peepholeInitializer(Initializer value) {
    return set(() -> peepholeInitializer = value);
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
   * Says whether h and c after the last step are further outputs.
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
   * Sets the rate of input dropout in training: one mask per gate, the same for all steps.
   *
   * @param value at least 0 and below 1, default 0
   * @return this layer
   */
  public final S dropout(double value) {
    return set(() -> dropout = rate("dropout", value));
  }

  /**
   * Sets the rate of dropout of h where it enters the recurrent convolution.
   *
   * @param value at least 0 and below 1, default 0
   * @return this layer
   */
  public final S recurrentDropout(double value) {
    return set(() -> recurrentDropout = rate("recurrent_dropout", value));
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

  /** The input convolution. */
  abstract Window window();

  /** The input as {@code [N, T, image]}. */
  abstract Value frames(Lowering g, Value x);

  /** A shape without the two image axes that an LSTM's arrays lack. */
  abstract Shape own(Shape imageShape);

  /** A copy with the same options, for the other direction. */
  abstract S copy();

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    boolean masked = arguments.mask().isPresent();
    ConvLstm2d op =
        new ConvLstm2d(
            units,
            window(),
            gateActivation(),
            recurrentActivation,
            useBias,
            peephole,
            returnSequences,
            goBackwards,
            masked,
            zeroOutputForMask,
            g.training() ? dropout : 0,
            g.training() ? recurrentDropout : 0);
    Value x = frames(g, one(arguments));
    Shape state = op.stateShape(x.shape());
    List<Value> inputs = new ArrayList<>(List.of(x));
    inputs.addAll(initialState(g, arguments.initialState(), state));
    inputs.addAll(weights(g, op, x.shape(), state));
    arguments.mask().ifPresent(inputs::add);
    List<Value> y = g.ops(op, inputs);
    List<Value> results = new ArrayList<>();
    for (Value v : y) {
      results.add(g.reshape(v, own(v.shape())));
    }
    if (stateful) {
      g.assign(state("h"), results.get(1));
      g.assign(state("c"), results.get(2));
    }
    List<Value> outputs = returnState ? results : results.subList(0, 1);
    outputs.forEach(v -> penalize(g, activityRegularizer, v));
    return outputs;
  }

  private List<Value> initialState(Lowering g, List<Value> given, Shape state) {
    if (given.isEmpty()) {
      return stateful
          ? List.of(
              g.reshape(g.state(state("h"), own(state)), state),
              g.reshape(g.state(state("c"), own(state)), state))
          : List.of(g.zeros(state), g.zeros(state));
    }
    if (given.size() != 2) {
      throw new ShapeException("initial state of " + given.size() + " arrays, expected 2: [h, c]");
    }
    List<Value> seen = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Value v = given.get(i);
      if (!v.shape().fits(own(state))) {
        throw new ShapeException(
            "initial state "
                + (i == 0 ? "h" : "c")
                + " has shape "
                + v.shape()
                + ", expected "
                + own(state));
      }
      seen.add(g.reshape(v, state));
    }
    return seen;
  }

  private List<Value> weights(Lowering g, ConvLstm2d op, Shape x, Shape state) {
    long gates = 4L * units;
    Window w = op.window();
    Shape taps = Shape.of(w.size().get(0), w.size().get(1));
    Shape kernel = taps.append(w.format().channels(x.from(2)), gates);
    Shape recurrent = taps.append(units, gates);
    List<Value> weights = new ArrayList<>();
    weights.add(g.reshape(kernel(g, ownKernel(kernel)), kernel));
    weights.add(
        g.reshape(
            parameter(
                g,
                "recurrent_kernel",
                ownKernel(recurrent),
                recurrentInitializer,
                recurrentRegularizer,
                true),
            recurrent));
    if (useBias) {
      Initializer bias =
          unitForgetBias ? new Initializers.UnitForget(biasInitializer) : biasInitializer;
      weights.add(parameter(g, "bias", Shape.of(gates), bias, biasRegularizer, true));
    }
    if (peephole) {
      Shape seen = state.from(1);
      for (String name : PEEPHOLES) {
        weights.add(
            g.reshape(
                parameter(g, name, own(state).from(1), peepholeInitializer, Regularizer.NONE, true),
                seen));
      }
    }
    return weights;
  }

  /** A kernel's shape without the taps that an LSTM's lacks. */
  abstract Shape ownKernel(Shape kernel);

  final boolean returnsSequences() {
    return returnSequences;
  }

  final boolean returnsState() {
    return returnState;
  }

  final boolean goesBackwards() {
    return goBackwards;
  }

  final boolean isStateful() {
    return stateful;
  }

  /** The options that both layers have. */
  final void putRecurrent(Map<String, Object> config) {
    config.put("return_sequences", returnSequences);
    config.put("return_state", returnState);
    config.put("go_backwards", goBackwards);
    config.put("stateful", stateful);
    config.put("zero_output_for_mask", zeroOutputForMask);
    putActivation(config);
    config.put("recurrent_activation", ActivationForms.encode(recurrentActivation));
    putWeights(config);
    config.put("recurrent_initializer", InitializerForms.encode(recurrentInitializer));
    config.put("recurrent_regularizer", RegularizerForms.encode(recurrentRegularizer));
    config.put("unit_forget_bias", unitForgetBias);
    config.put("dropout", dropout);
    config.put("recurrent_dropout", recurrentDropout);
    if (peephole) { // not Keras's: written only where it says something
      config.put("peephole", true);
      config.put("peephole_initializer", InitializerForms.encode(peepholeInitializer));
    }
  }

  /** Reads what {@link #putRecurrent} writes. */
  @Override
  final boolean hasGates() {
    return true;
  }

  final S readRecurrent(Config c, Activation recurrentDefault) {
    return readWeights(c)
        .recurrentActivation(
            FunctionForms.gate(c, "recurrent_activation", Activation.LINEAR, recurrentDefault))
        .recurrentInitializer(
            InitializerForms.read(c, "recurrent_initializer", recurrentInitializer))
        .recurrentRegularizer(RegularizerForms.read(c, "recurrent_regularizer"))
        .unitForgetBias(c.bool("unit_forget_bias", true))
        .peephole(c.bool("peephole", false))
        .peepholeInitializer(InitializerForms.read(c, "peephole_initializer", peepholeInitializer))
        .returnSequences(c.bool("return_sequences", false))
        .returnState(c.bool("return_state", false))
        .goBackwards(c.bool("go_backwards", false))
        .stateful(c.bool("stateful", false))
        .zeroOutputForMask(c.bool("zero_output_for_mask", false))
        .dropout(c.real("dropout", 0))
        .recurrentDropout(c.real("recurrent_dropout", 0));
  }

  /** Takes over every option of another layer of the class. */
  final S copyRecurrent(Recurrent<S> other) {
    return activation(other.gateActivation())
        .useBias(other.useBias)
        .kernelInitializer(other.kernelInitializer)
        .biasInitializer(other.biasInitializer)
        .kernelRegularizer(other.kernelRegularizer)
        .biasRegularizer(other.biasRegularizer)
        .activityRegularizer(other.activityRegularizer)
        .recurrentActivation(other.recurrentActivation)
        .recurrentInitializer(other.recurrentInitializer)
        .recurrentRegularizer(other.recurrentRegularizer)
        .unitForgetBias(other.unitForgetBias)
        .peephole(other.peephole)
        .peepholeInitializer(other.peepholeInitializer)
        .returnSequences(other.returnSequences)
        .returnState(other.returnState)
        .goBackwards(other.goBackwards)
        .stateful(other.stateful)
        .zeroOutputForMask(other.zeroOutputForMask)
        .dropout(other.dropout)
        .recurrentDropout(other.recurrentDropout);
  }
}
