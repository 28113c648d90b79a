package convlstm4j.backend.cuda;

import convlstm4j.op.Activation;
import convlstm4j.op.Activation.Kind;
import convlstm4j.op.ConvLstm2d;
import java.util.List;
import java.util.Locale;

/** Starts the kernels of cuda/include/gates.h: those that an op's activations and options need. */
final class Gates {
  private static final int PACK = 4;

  /** In the order of CONVLSTM4J_FUNCTIONS in cuda/include/functions.h. */
  private static final List<Kind> FUNCTIONS =
      List.of(
          Kind.LINEAR,
          Kind.RELU,
          Kind.TANH,
          Kind.SIGMOID,
          Kind.HARD_SIGMOID_KERAS2,
          Kind.HARD_SIGMOID_KERAS3,
          Kind.ELU,
          Kind.LEAKY_RELU,
          Kind.SOFTPLUS,
          Kind.SWISH);

  private final Device device;
  private final ConvLstmSizes d;
  private final ConvLstm2d op;
  private final String pair;
  private final boolean options;

  /** Elements that a thread takes at once. */
  private final int pack;

  Gates(Device device, ConvLstmSizes d) {
    this.device = device;
    this.d = d;
    this.op = d.op;
    String names = name(op.recurrentActivation()) + "_" + name(op.activation());
    boolean known =
        op.activation().kind() == Kind.TANH
            && switch (op.recurrentActivation().kind()) {
              case SIGMOID, HARD_SIGMOID_KERAS2, HARD_SIGMOID_KERAS3 -> true;
              default -> false;
            };
    pair = known ? names : "any";
    options = !known || op.peephole() || op.masked() || op.recurrentDropout() > 0;
    pack = !options && d.pixels % PACK == 0 ? PACK : 1;
  }

  private static String name(Activation a) {
    return a.kind().name().toLowerCase(Locale.ROOT);
  }

  /** Whether the kernels with options are used; {@link Options} are then looked at. */
  boolean haveOptions() {
    return options;
  }

  /**
   * The arrays of one forward step. Addresses; distances in elements.
   *
   * @param z pre-activations
   * @param zDistance from sample to sample
   * @param bias or 0
   * @param cBefore c before the step
   * @param cBeforeDistance from sample to sample
   * @param cAfter c after it
   * @param cAfterDistance from sample to sample
   * @param h where the next convolution finds h, or 0
   * @param hDistance from sample to sample
   * @param y where the output goes, or 0
   * @param yDistance from sample to sample
   */
  record Forward(
      long z,
      long zDistance,
      long bias,
      long cBefore,
      long cBeforeDistance,
      long cAfter,
      long cAfterDistance,
      long h,
      long hDistance,
      long y,
      long yDistance) {}

  /**
   * The arrays of one backward step.
   *
   * @param z as forward left it, to be overwritten
   * @param zDistance from sample to sample
   * @param cBefore c before the step
   * @param cBeforeDistance from sample to sample
   * @param cAfter c after it
   * @param cAfterDistance from sample to sample
   * @param dy gradient of the output, or 0
   * @param dyDistance from sample to sample
   * @param dh gradient of h, or 0 where options have it in carry
   * @param dc gradient of c
   */
  record Backward(
      long z,
      long zDistance,
      long cBefore,
      long cBeforeDistance,
      long cAfter,
      long cAfterDistance,
      long dy,
      long dyDistance,
      long dh,
      long dc) {}

  /**
   * The arrays of the options; 0 where an option is not used.
   *
   * @param peepholes three arrays one after the other
   * @param dPeepholes their gradients, to be added to
   * @param mask of the step
   * @param running h
   * @param output the last output
   * @param hMasks recurrent dropout
   * @param carry gradient that goes past the convolution
   * @param dOutput gradient of what masked steps repeat
   */
  record Options(
      long peepholes,
      long dPeepholes,
      long mask,
      long running,
      long output,
      long hMasks,
      long carry,
      long dOutput) {}

  void forward(Forward f, Options o) {
    Arguments a = arguments();
    a.put32(Math.toIntExact(d.n)).address(f.z).address(f.bias);
    a.address(f.cBefore).address(f.cAfter).address(f.h).address(f.y);
    a.put64(d.s).put64(d.filters).divisor(d.pixels).divisor(d.s / pack).put64(f.zDistance);
    a.put64(f.cBeforeDistance).put64(f.cAfterDistance).put64(f.hDistance).put64(f.yDistance);
    if (!options) {
      start(d.training ? "gates_forward_" : "gates_infer_", a);
      return;
    }
    pair(a);
    three(a, o.peepholes);
    a.address(o.mask).put64(d.t).put32(op.zeroOutputForMask() ? 1 : 0).put32(d.training ? 1 : 0);
    a.address(o.running).address(o.output).address(o.hMasks);
    device.launch("gates_forward_options_" + pair, d.n * d.s, a);
  }

  void backward(Backward b, Options o) {
    Arguments a = arguments();
    a.put32(Math.toIntExact(d.n)).address(b.z).address(b.cBefore).address(b.cAfter);
    a.address(b.dy).address(b.dh).address(b.dc);
    a.put64(d.s)
        .divisor(d.s / pack)
        .put64(b.zDistance)
        .put64(b.cBeforeDistance)
        .put64(b.cAfterDistance);
    a.put64(b.dyDistance);
    if (!options) {
      start("gates_backward_", a);
      return;
    }
    pair(a);
    three(a, o.peepholes);
    three(a, o.dPeepholes);
    a.address(o.mask).put64(d.t).put32(op.zeroOutputForMask() ? 1 : 0).put32(0);
    a.address(o.carry).address(o.dOutput).address(o.hMasks);
    device.launch("gates_backward_options_" + pair, d.s, a);
  }

  /** With options the step's own struct, with a size of its own, is the second member. */
  private Arguments arguments() {
    Arguments a = device.arguments();
    return options ? a.put32(0).put32(0) : a;
  }

  private void start(String kernel, Arguments a) {
    device.launch(kernel + pair + (pack > 1 ? "_x" + pack : ""), d.n * d.s / pack, a);
  }

  private void pair(Arguments a) {
    a.put32(FUNCTIONS.indexOf(op.recurrentActivation().kind()));
    a.put32(FUNCTIONS.indexOf(op.activation().kind()));
    a.put((float) op.recurrentActivation().alpha()).put((float) op.activation().alpha());
  }

  private void three(Arguments a, long address) {
    for (int i = 0; i < 3; i++) {
      a.address(address == 0 ? 0 : address + i * d.s * Float.BYTES);
    }
  }
}
