package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@link ConvLstm2d}. Forward: one convolution of all frames with wx writes the pre-activations;
 * then two launches per step: the convolution of h with wh adds to them in place, and one kernel
 * makes gates, c and h. Backward: two launches per step, one kernel that makes the gradients of the
 * pre-activations (in place of the gates) and one convolution that hands them to the h before; then
 * the gradients of weights, bias and x, once for all frames. Even windows take no more launches:
 * see {@link HiddenImages}.
 *
 * <p>At inference, where pre-activations are not kept, the frames are taken in chunks of time.
 */
final class ConvLstm2dPlan extends CudaPlan<ConvLstm2d> {
  /** Most bytes of pre-activations that inference holds at once. */
  private static final long CHUNK_BYTES = 256L << 20;

  final ConvLstmSizes d;
  final ConvLstmParts at;
  final Gates gates;
  final GateMasks xMasks;
  final GateMasks hMasks;
  final StretchGraphs forwardGraphs;
  final StretchGraphs backwardGraphs;

  /** The recurrent convolution of a step and the gradient of its h. */
  final ImageBatches recurrent;

  final ImageBatches recurrentData;

  /** Gradients of wh over all frames. */
  final ImageBatches recurrentWeights;

  /** Convolves all frames; for inference in chunks, the frames of one sample in a chunk. */
  final ImageBatches input;

  /** Null where none is wanted. */
  final BiasGradient bias;

  /** In chunks: the last one, if it is shorter. */
  private final ImageBatches rest;

  private final int chunk;

  ConvLstm2dPlan(Device device, ConvLstm2d op, List<Shape> inputs, Mode mode) {
    super(device, op, inputs);
    boolean training = mode == Mode.TRAINING;
    d = new ConvLstmSizes(op, inputs.get(0), training);
    long step = d.n * d.z * Float.BYTES;
    chunk = training ? d.t : (int) Math.max(1, Math.min(d.t, CHUNK_BYTES / Math.max(1, step)));
    Set<Pass> all = training ? EnumSet.allOf(Pass.class) : EnumSet.of(Pass.FORWARD);
    long copiedX = d.x * d.xCopies;
    long frames = chunk == d.t ? d.n * d.t : chunk;
    input = own(new ImageBatches(device, d.input, frames, copiedX, d.z, all));
    rest =
        d.t % chunk == 0
            ? null
            : own(new ImageBatches(device, d.input, d.t % chunk, copiedX, d.z, all));
    long images = d.hidden.elements() * d.hCopies;
    recurrent = recurrent(d.n, (training ? d.t : 1) * images, chunk * d.z, Pass.FORWARD);
    recurrentData = training ? recurrent(d.n, images, d.t * d.z, Pass.BACKWARD_DATA) : null;
    recurrentWeights = training ? recurrent(d.n * d.t, images, d.z, Pass.BACKWARD_FILTER) : null;
    bias = training && op.useBias() ? biasGradient() : null;
    long scratch =
        Stream.of(input, rest, recurrent, recurrentData, recurrentWeights)
            .filter(Objects::nonNull)
            .mapToLong(ImageBatches::workspaceBytes)
            .max()
            .orElse(0);
    scratch = Math.max(scratch, bias == null ? 0 : bias.workspaceBytes());
    at = new ConvLstmParts(d, chunk, scratch, workspace, reserve);
    gates = new Gates(device, d);
    forwardGraphs = own(new StretchGraphs(device));
    backwardGraphs = own(new StretchGraphs(device));
    xMasks = new GateMasks(device, d.n, d.channels, d.imagePixels);
    hMasks = new GateMasks(device, d.n, d.filters, d.pixels);
  }

  private BiasGradient biasGradient() {
    return new BiasGradient(d.n * d.t, d.input.filters(), d.pixels);
  }

  private ImageBatches recurrent(long images, long hDistance, long zDistance, Pass pass) {
    Geometry g = d.hidden.convolution();
    return own(new ImageBatches(device, g, images, hDistance, zDistance, EnumSet.of(pass)));
  }

  @Override
  public String algorithm() {
    return "2 launches per step; cuDNN x: "
        + input.algorithms()
        + ", h: "
        + recurrent.algorithms()
        + (d.training
            ? " | " + recurrentData.algorithms() + " | " + recurrentWeights.algorithms()
            : "")
        + "; "
        + gates.name();
  }

  @Override
  protected void compute(Forward call) {
    new ConvLstmRun(this, call.inputs(), call.workspace(), call.reserve(), call.random())
        .forward(call.outputs());
  }

  @Override
  protected void addGradients(Backward call) {
    ConvLstmRun run =
        new ConvLstmRun(this, call.inputs(), call.workspace(), call.reserve(), call.random());
    new ConvLstmGradients(this, run, call).run();
  }

  /** Convolves the frames of some steps of a chunk that starts with frame {@code from}. */
  void preActivations(long frames, long wx, long z, int from, int steps, long scratch) {
    if (chunk == d.t) {
      input.forward(frames, wx, z, false, scratch);
      return;
    }
    ImageBatches c = steps == chunk ? input : rest;
    long image = d.x * d.xCopies * Float.BYTES;
    for (long i = 0; i < d.n; i++) {
      c.forward(
          frames + (i * d.t + from) * image, wx, z + i * chunk * d.z * Float.BYTES, false, scratch);
    }
  }

  /** Steps whose pre-activations are held at once. */
  int chunk() {
    return chunk;
  }

  /** Addresses of one's three peepholes in the user's layout. */
  List<Long> peepholes(List<? extends Buffer> buffers) {
    return List.of(optional(buffers, "wci"), optional(buffers, "wcf"), optional(buffers, "wco"));
  }

  /** Random numbers are counted on from those of x's masks. */
  void drawMasks(Philox random, long ws) {
    if (d.xCopies > 1) {
      xMasks.draw(random, 0, op.dropout(), d.format, ws + at.xMasks);
    }
    if (d.hCopies > 1) {
      hMasks.draw(random, xMasks.numbers(), op.recurrentDropout(), d.format, ws + at.hMasks);
    }
  }
}
