package convlstm4j.op;

import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A ConvLSTM over a stretch of time: Shi et al. 2015 (arXiv:1506.04214), eq. 3, with the semantics
 * of Keras's {@code ConvLSTM2D}. With {@code *} a convolution, {@code .} an element-wise product,
 * {@code ra} and {@code a} the activations:
 *
 * <pre>
 *   i = ra(wx_i * x + wh_i * h + wci . c  + b_i)      f = ra(wx_f * x + wh_f * h + wcf . c + b_f)
 *   g = a (wx_g * x + wh_g * h + b_g)                 c' = f . c + i . g
 *   o = ra(wx_o * x + wh_o * h + wco . c' + b_o)      h' = o . a(c')
 * </pre>
 *
 * <p>The three peephole terms {@code wc.} are there only with {@code peephole}; Keras has none.
 * Strides, padding and dilation act on the input convolution; the recurrent one is always {@link
 * Window#recurrent()}.
 *
 * <p>Inputs, with image axes in the order of the window's format (below: channels last), {@code H',
 * W'} the output size of the input convolution: {@code x [N,T,H,W,C]}, {@code h0 c0 [N,H',W',F]},
 * {@code wx [KH,KW,C,4F]}, {@code wh [KH,KW,F,4F]}, {@code b [4F]} (gates in the {@link
 * GateOrder}), {@code wci wcf wco [H',W',F]}, {@code mask [N,T]} (0: the step is skipped). Weights
 * have Keras's layout whatever the format. Outputs: {@code y} ({@code [N,T,H',W',F]} with
 * returnSequences, else {@code [N,H',W',F]}), {@code hT cT [N,H',W',F]}.
 *
 * <p>A masked step keeps h and c and repeats the previous output, which is zero before the first
 * step that counts (always zero with {@code zeroOutputForMask}). Dropout draws, for the whole
 * stretch, one mask per gate for {@code x} (index {@code [4,N,image of x]} in the run's {@code
 * random} stream, row-major) and one per gate for {@code h} (index {@code [4,N,image of h]},
 * counted on from there); kept values are divided by {@code 1 - rate}.
 *
 * @param filters F, hidden channels; at least 1
 * @param window the input convolution; 2 spatial axes
 * @param activation a
 * @param recurrentActivation ra
 * @param useBias whether there is {@code b}
 * @param peephole whether there are {@code wci wcf wco}
 * @param returnSequences whether y holds every step's output or the last one's
 * @param goBackwards whether steps are taken from the last to the first; y is in the order of
 *     processing
 * @param masked whether there is {@code mask}
 * @param zeroOutputForMask whether masked steps yield zeros
 * @param dropout rate for x, 0 at inference
 * @param recurrentDropout rate for h where it enters the convolution, 0 at inference
 */
public record ConvLstm2d(
    int filters,
    Window window,
    Activation activation,
    Activation recurrentActivation,
    boolean useBias,
    boolean peephole,
    boolean returnSequences,
    boolean goBackwards,
    boolean masked,
    boolean zeroOutputForMask,
    double dropout,
    double recurrentDropout)
    implements Op {
  public ConvLstm2d {
    Checks.that(filters >= 1, "filters=" + filters + ", must be >= 1");
    Checks.that(window.rank() == 2, "kernel_size=" + window.size() + ", expected 2 values");
    Checks.rate("dropout", dropout);
    Checks.rate("recurrent_dropout", recurrentDropout);
    for (Activation a : List.of(activation, recurrentActivation)) {
      Checks.that(
          a.kind() != Activation.Kind.SOFTMAX,
          "activation=softmax is not element-wise and not supported in gates");
    }
  }

  @Override
  public List<String> inputNames() {
    List<String> names = new ArrayList<>(List.of("x", "h0", "c0", "wx", "wh"));
    if (useBias) {
      names.add("b");
    }
    if (peephole) {
      names.addAll(List.of("wci", "wcf", "wco"));
    }
    if (masked) {
      names.add("mask");
    }
    return names;
  }

  @Override
  public List<String> outputNames() {
    return List.of("y", "hT", "cT");
  }

  @Override
  public boolean differentiable(int input) {
    return input != input("mask");
  }

  /**
   * Shape of h and c for a shape of x.
   *
   * @param x {@code [N,T,H,W,C]} or {@code [N,T,C,H,W]}
   * @return {@code [N,H',W',F]} or {@code [N,F,H',W']}
   * @throws ShapeException if x cannot be an input
   */
  public Shape stateShape(Shape x) {
    return window.states(opName(), x, filters);
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return Along.recurrence(
        this, 2, returnSequences, goBackwards, masked && !zeroOutputForMask, input, axis);
  }

  @Override
  public double flops(List<Shape> inputs) {
    double pixels = (double) stateShape(inputs.get(0)).elements() / filters;
    double taps = inputs.get(input("wx")).elements() + inputs.get(input("wh")).elements();
    return 2 * inputs.get(0).dim(1) * pixels * taps;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Shape state = stateShape(x);
    long gates = (long) GateOrder.COUNT * filters;
    long kh = window.size().get(0);
    long kw = window.size().get(1);
    boolean last = window.format() == DataFormat.CHANNELS_LAST;
    String stateAxes = last ? "[N, H', W', F]" : "[N, F, H', W']";
    Checks.fits(this, "h0", inputs.get(1), state, stateAxes);
    Checks.fits(this, "c0", inputs.get(2), state, stateAxes);
    long channels = window.format().channels(x.from(2));
    Checks.fits(this, "wx", inputs.get(3), Shape.of(kh, kw, channels, gates), "[KH, KW, C, 4F]");
    Checks.fits(this, "wh", inputs.get(4), Shape.of(kh, kw, filters, gates), "[KH, KW, F, 4F]");
    if (useBias) {
      Checks.fits(this, "b", inputs.get(input("b")), Shape.of(gates), "[4F]");
    }
    if (peephole) {
      for (String p : List.of("wci", "wcf", "wco")) {
        Checks.fits(
            this, p, inputs.get(input(p)), state.from(1), last ? "[H', W', F]" : "[F, H', W']");
      }
    }
    if (masked) {
      Checks.fits(this, "mask", inputs.get(input("mask")), Shape.of(x.dim(0), x.dim(1)), "[N, T]");
    }
    Shape y = returnSequences ? state.from(1).prepend(x.dim(0), x.dim(1)) : state;
    return List.of(y, state, state);
  }
}
