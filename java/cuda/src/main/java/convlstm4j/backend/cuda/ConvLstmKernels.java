package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Layout;
import convlstm4j.backend.Owned;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the calls of a ConvLSTM have in common: sizes, convolutions, kernels, places in memory. */
final class ConvLstmKernels implements AutoCloseable {
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

  private final @Nullable ImageBatches recurrentData;

  /** Gradients of wh over all frames. */
  private final @Nullable ImageBatches recurrentWeights;

  /** Convolves all frames; for inference in chunks, the frames of one sample in a chunk. */
  final ImageBatches input;

  /** Null where none is wanted. */
  private final @Nullable BiasGradient bias;

  /** In chunks: the last one, if it is shorter. */
  private final @Nullable ImageBatches rest;

  private final int chunk;

  private final Owned owned = new Owned();
  private final Device device;
  private final ConvLstm2d op;

  ConvLstmKernels(
      Device device,
      ConvLstm2d op,
      List<Shape> inputs,
      Mode mode,
      Layout workspace,
      Layout reserve) {
    this.device = device;
    this.op = op;
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

  /** In training, the gradient of h of a step's recurrent convolution. */
  ImageBatches recurrentData() {
    return trained(recurrentData);
  }

  /** In training, gradients of wh over all frames. */
  ImageBatches recurrentWeights() {
    return trained(recurrentWeights);
  }

  /** In training, the gradient of the bias, if there is one. */
  BiasGradient bias() {
    return trained(bias);
  }

  private static <T> T trained(@Nullable T part) {
    return Objects.requireNonNull(part, "a plan for inference has no way back");
  }

  /** Closes a part with this, or now if this does not come to be. */
  private <T extends AutoCloseable> T own(T part) {
    Owned.made(part);
    return owned.own(part);
  }

  private BiasGradient biasGradient() {
    return new BiasGradient(d.n * d.t, d.input.filters(), d.pixels);
  }

  private ImageBatches recurrent(long images, long hDistance, long zDistance, Pass pass) {
    Geometry g = d.hidden.convolution();
    return own(new ImageBatches(device, g, images, hDistance, zDistance, EnumSet.of(pass)));
  }

  /** What does the work, for people. */
  String algorithm() {
    return "2 launches per step; cuDNN x: "
        + input.algorithms()
        + ", h: "
        + recurrent.algorithms()
        + (recurrentData != null && recurrentWeights != null
            ? " | " + recurrentData.algorithms() + " | " + recurrentWeights.algorithms()
            : "")
        + "; "
        + gates.name();
  }

  /** Convolves the frames of some steps of a chunk that starts with frame {@code from}. */
  void preActivations(long frames, long wx, long z, int from, int steps, long scratch) {
    if (chunk == d.t) {
      input.forward(frames, wx, z, false, scratch);
      return;
    }
    ImageBatches c = steps == chunk ? input : Objects.requireNonNull(rest, "a shorter chunk");
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

  /** Random numbers are counted on from those of x's masks. */
  void drawMasks(Philox random, long ws) {
    if (d.xCopies > 1) {
      xMasks.draw(random, 0, op.dropout(), d.format, ws + at.xMasks);
    }
    if (d.hCopies > 1) {
      hMasks.draw(random, xMasks.numbers(), op.recurrentDropout(), d.format, ws + at.hMasks);
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
