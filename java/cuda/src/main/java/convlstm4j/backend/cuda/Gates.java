package convlstm4j.backend.cuda;

import convlstm4j.op.ConvLstm2d;

/** Starts the kernels of cuda/include/gates.h: those that an op's activations and options need. */
final class Gates {
  private final Device device;
  private final ConvLstmSizes d;
  private final ConvLstm2d op;

  /** Of the last step, whose h no convolution reads, and of the others. */
  private final GateKernel last;

  private final GateKernel other;
  private final int functions;

  Gates(Device device, ConvLstmSizes d) {
    this.device = device;
    this.d = d;
    this.op = d.op;
    last = GateKernel.of(d, false);
    other = GateKernel.of(d, d.hCopies > 1);
    functions = GateKernel.functions(op);
  }

  /** The kernel of forward steps, for people. */
  String name() {
    return other.name(forwardPass());
  }

  private String forwardPass() {
    return d.training ? "forward" : "infer";
  }

  /** Whether kernels read numbers that are the same for all samples. */
  boolean readConstants() {
    return other.mask() || other.dropout();
  }

  /**
   * An array per sample.
   *
   * @param address of the first sample's
   * @param distance elements from one sample to the next
   */
  record Samples(long address, long distance) {
    static final Samples NONE = new Samples(0, 0);
  }

  /**
   * The arrays of one forward step; those of h are images.
   *
   * @param last whether it is the last step
   * @param z pre-activations
   * @param bias is always there
   * @param cBefore c before the step
   * @param cAfter c after it
   * @param hBefore h before it, where a masked step finds it
   * @param h where the next convolution finds h, with dropout its copies
   * @param y where the output goes, or none
   * @param yBefore the output before, or none where that of a masked step is 0
   */
  record Forward(
      boolean last,
      Samples z,
      long bias,
      Samples cBefore,
      Samples cAfter,
      Samples hBefore,
      Samples h,
      Samples y,
      Samples yBefore) {}

  /**
   * The arrays of one backward step.
   *
   * @param last whether it is the last step
   * @param z as forward left it, to be overwritten
   * @param cBefore c before the step
   * @param cAfter c after it
   * @param dy gradient of the output, or none
   * @param dh gradient of h, or of its copies: images
   * @param dc gradient of c
   */
  record Backward(
      boolean last, Samples z, Samples cBefore, Samples cAfter, Samples dy, long dh, long dc) {}

  /**
   * The arrays of the options; 0 where an option is not used.
   *
   * @param peepholes three arrays one after the other
   * @param dPeepholes their gradients, to be added to
   * @param mask of the step, or one number for all samples
   * @param maskAfter of the step after it, or one number
   * @param running h itself, images, where there are only copies but masked steps need it
   * @param hMasks recurrent dropout
   * @param carry gradient that masked steps hand past the convolution
   * @param dOutput gradient of what masked steps repeat
   * @param one the number 1, a factor for all
   */
  record Options(
      long peepholes,
      long dPeepholes,
      long mask,
      long maskAfter,
      long running,
      long hMasks,
      long carry,
      long dOutput,
      long one) {}

  void forward(Forward f, Options o) {
    GateKernel kernel = kernel(f.last);
    int copies = copies(f.last);
    // Where it makes copies of h, h itself only if masked steps will ask for it.
    boolean runs = copies > 1 && o.running != 0;
    long h = runs ? o.running : kernel.dropout() ? 0 : f.h.address;
    Arguments a = device.arguments().put32(Math.toIntExact(d.n));
    a.address(f.z.address).address(f.bias).address(f.cBefore.address).address(f.cAfter.address);
    a.address(inside(h)).address(f.y.address);
    a.put64(d.s).put64(d.filters).divisor(d.pixels).divisor(d.s / kernel.pack());
    a.put64(f.z.distance).put64(f.cBefore.distance).put64(f.cAfter.distance);
    a.put64(runs ? d.hidden.elements() : f.h.distance).put64(f.y.distance);
    alphasAndBorder(a);
    three(a, o.peepholes);
    a.address(o.mask).put64(op.masked() ? d.t : 0);
    a.address(inside(f.hBefore.address)).put64(f.hBefore.distance).address(f.yBefore.address);
    a.address(inside(f.h.address)).put64(f.h.distance).put64(d.hidden.elements());
    hMasks(a, copies, o);
    device.launch(kernel.name(forwardPass()), d.n * d.s / kernel.pack(), a);
  }

  void backward(Backward b, Options o) {
    GateKernel kernel = kernel(b.last);
    int copies = copies(b.last);
    Arguments a = device.arguments().put32(Math.toIntExact(d.n));
    a.address(b.z.address).address(b.cBefore.address).address(b.cAfter.address);
    a.address(b.dy.address).address(inside(b.dh)).address(b.dc);
    a.put64(d.s).divisor(d.pixels).divisor(d.s / kernel.pack());
    a.put64(b.z.distance).put64(b.cBefore.distance).put64(b.cAfter.distance);
    a.put64(b.dy.distance).put64(copies * d.hidden.elements());
    alphasAndBorder(a);
    three(a, o.peepholes);
    three(a, o.dPeepholes);
    a.address(o.mask).address(o.maskAfter);
    a.put64(op.masked() ? d.t : 0).put64(op.masked() && !b.last ? d.t : 0);
    a.address(o.carry).address(o.dOutput).put64(d.hidden.elements());
    hMasks(a, copies, o);
    // With peepholes a thread takes an element of all samples.
    long threads = op.peephole() ? d.s : d.n * d.s / kernel.pack();
    device.launch(kernel.name("backward"), threads, a);
  }

  private GateKernel kernel(boolean isLast) {
    return isLast ? last : other;
  }

  /** Copies of h that a step makes. */
  private int copies(boolean isLast) {
    return isLast ? 1 : d.hCopies;
  }

  private long inside(long image) {
    return image == 0 ? 0 : d.hidden.inside(image);
  }

  private void alphasAndBorder(Arguments a) {
    a.put((float) op.recurrentActivation().alpha()).put((float) op.activation().alpha());
    d.hidden.putBorder(a);
  }

  private void hMasks(Arguments a, int copies, Options o) {
    a.address(copies > 1 ? o.hMasks : o.one).put64(copies > 1 ? 1 : 0);
    a.put32(copies).put32(functions);
  }

  private void three(Arguments a, long address) {
    for (int i = 0; i < 3; i++) {
      a.address(address == 0 ? 0 : address + i * d.s * Float.BYTES);
    }
  }
}
