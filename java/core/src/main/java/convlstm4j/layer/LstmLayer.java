package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.KerasVersion;
import convlstm4j.op.Cell;
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
import org.jspecify.annotations.Nullable;

/**
 * Recurrent layers with the cell of an LSTM, of steps of any rank. Steps of up to two axes with
 * common activations run on {@link ConvLstm2d}, which has kernels of its own, others on {@link
 * convlstm4j.op.Recurrence}. Weights: {@code kernel [K.., C, 4F]}, {@code recurrent_kernel [K.., F,
 * 4F]}, {@code bias [4F]}, gates in the order i, f, g, o; states h and c.
 *
 * @param <S> the layer's own type
 */
public abstract class LstmLayer<S extends LstmLayer<S>> extends Gated<S> {
  private static final String NORMALIZATION = "layer_normalization";
  private static final List<String> PEEPHOLES = List.of("peephole_i", "peephole_f", "peephole_o");

  private boolean unitForgetBias = true;
  private boolean peephole;
  private Initializer peepholeInitializer = Initializers.zeros();

  /** Epsilon of layer normalisation; 0 for none. */
  private double normalization;

  /** For the layers of this package. */
  LstmLayer(int units, StepWindow window) {
    super(units, window);
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
   * Normalises what gates and cell see (Ba et al. 2016, arXiv:1607.06450, eq. 20 to 22), which
   * Keras has no option for. With {@code LN(v) = gamma (v - mean) / sqrt(variance + epsilon) +
   * beta}, mean and variance over all pixels and channels of a sample's step, for all gates
   * together, and {@code *} a convolution:
   *
   * <pre>
   *   i, f, g, o = LN(wx * x) + LN(wh * h) + b
   *   c' = ra(f) . c + ra(i) . a(g)        h' = ra(o) . a(LN(c'))
   * </pre>
   *
   * <p>Gamma and beta are of the channels: {@code kernel_gamma, kernel_beta, recurrent_gamma,
   * recurrent_beta [4F]}, {@code state_gamma, state_beta [F]}. Dropout draws one mask for all
   * gates.
   *
   * <p>The ops of such a cell stand in the program once for each step, for at most 1000 steps, so
   * that it does not run in stretches of time and has no stream. It has no peepholes.
   *
   * @param epsilon above 0; Keras's layers have 1e-3, PyTorch's 1e-5
   * @return this layer
   * @throws IllegalArgumentException if it is not above 0
   */
  public final S layerNormalization(double epsilon) {
    if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          label() + ": layer_normalization=" + epsilon + ", expected an epsilon above 0");
    }
    return set(() -> normalization = epsilon);
  }

  @Override
  final int gates() {
    return 4;
  }

  @Override
  final List<String> stateNames() {
    return List.of("h", "c");
  }

  @Override
  final String opName() {
    return isFused() ? "ConvLstm2d" : "Recurrence";
  }

  private boolean isFused() {
    return normalization == 0
        && window().window().rank() == 2
        && activation().known().isPresent()
        && recurrentActivation().known().isPresent();
  }

  @Override
  final List<Value> run(Lowering g, Steps steps) {
    Initializer first =
        unitForgetBias ? new Initializers.UnitForget(biasInitializer) : biasInitializer;
    Value bias =
        useBias ? parameter(g, "bias", Shape.of(columns()), first, biasRegularizer, true) : null;
    if (normalization > 0) {
      return normalized(g, steps, bias);
    }
    return isFused() ? fused(g, steps, bias) : general(g, steps, bias);
  }

  private List<Value> normalized(Lowering g, Steps steps, @Nullable Value bias) {
    if (peephole) {
      throw new ShapeException("peephole and layer_normalization, of which a cell has one");
    }
    return new NormalizedLstm(
            this,
            g,
            normalization,
            norm(g, "kernel", columns()),
            norm(g, "recurrent", columns()),
            norm(g, "state", units))
        .run(steps, bias);
  }

  private NormalizedLstm.Norm norm(Lowering g, String of, long channels) {
    Shape s = Shape.of(channels);
    return new NormalizedLstm.Norm(
        parameter(g, of + "_gamma", s, Initializers.ones(), Regularizer.NONE, true),
        parameter(g, of + "_beta", s, Initializers.zeros(), Regularizer.NONE, true));
  }

  private List<Value> general(Lowering g, Steps steps, @Nullable Value bias) {
    if (peephole) {
      throw new ShapeException(
          "peephole is there for steps of up to 2 axes only, with activations that have kernels");
    }
    return recur(
        g,
        steps,
        dropped ->
            Cell.lstm(
                formulas("activation", activation()),
                formulas("recurrent_activation", recurrentActivation()),
                dropped),
        bias);
  }

  private List<Value> fused(Lowering g, Steps steps, @Nullable Value bias) {
    Window w = window().window();
    ConvLstm2d op =
        new ConvLstm2d(
            units,
            w,
            activation().known().orElseThrow(),
            recurrentActivation().known().orElseThrow(),
            bias != null,
            peephole,
            returnsSequences(),
            goesBackwards(),
            steps.mask().isPresent(),
            zeroesMaskedOutput(),
            dropout(g),
            recurrentDropout(g));
    List<Value> inputs = new ArrayList<>(List.of(steps.frames()));
    inputs.addAll(steps.states());
    inputs.addAll(List.of(steps.kernel(), steps.recurrentKernel()));
    if (bias != null) {
      inputs.add(bias);
    }
    if (peephole) {
      Shape seen = steps.states().get(0).shape().from(1);
      Shape own = window().own(seen);
      for (String name : PEEPHOLES) {
        inputs.add(
            g.reshape(parameter(g, name, own, peepholeInitializer, Regularizer.NONE, true), seen));
      }
    }
    steps.mask().ifPresent(inputs::add);
    return g.ops(op, inputs);
  }

  @Override
  final void putCell(Map<String, Object> config) {
    super.putCell(config);
    config.put("unit_forget_bias", unitForgetBias);
    if (normalization > 0) { // not Keras's
      config.put(NORMALIZATION, normalization);
    }
    if (peephole) { // not Keras's: written only where it says something
      config.put("peephole", true);
      config.put("peephole_initializer", InitializerForms.encode(peepholeInitializer));
    }
  }

  /** Reads all but units and window. */
  final S readLstm(Config c, Activation recurrentDefault) {
    if (c.has(NORMALIZATION)) {
      layerNormalization(c.real(NORMALIZATION, 0));
    }
    return readGated(c, recurrentDefault)
        .unitForgetBias(c.bool("unit_forget_bias", true))
        .peephole(c.bool("peephole", false))
        .peepholeInitializer(InitializerForms.read(c, "peephole_initializer", peepholeInitializer));
  }

  /** Reads all of a ConvLSTM but filters and window. */
  final S readConvLstm(Config c) {
    return readLstm(
        c,
        c.version() == KerasVersion.KERAS2 ? Activation.HARD_SIGMOID_KERAS2 : Activation.SIGMOID);
  }

  @Override
  final void takeOver(S other) {
    super.takeOver(other);
    LstmLayer<S> o = other;
    normalization = o.normalization;
    unitForgetBias(o.unitForgetBias)
        .peephole(o.peephole)
        .peepholeInitializer(o.peepholeInitializer);
  }
}
