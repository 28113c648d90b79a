package convlstm4j.backend.cuda;

import convlstm4j.backend.cuda.Algorithms.Algorithm;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;

/**
 * cuDNN's convolution of a number of images. Where the padding is lopsided (Keras's "same" with an
 * even window or a stride), which cuDNN cannot do, images are copied into padded ones first. The
 * recurrent one of a ConvLSTM finds its images padded: {@link HiddenImages}.
 */
final class Convolution implements AutoCloseable {
  private static final Pointer ONE = Pointer.to(new float[] {1});
  private static final Pointer ZERO = Pointer.to(new float[] {0});
  private static final long ALIGN = 256;

  private final Device device;
  private final Geometry g;
  private final long images;
  private final long xDistance;
  private final boolean pads;
  private final Descriptors descriptors;
  private final long room;
  private final Map<Pass, Algorithms> algorithms = new EnumMap<>(Pass.class);

  /**
   * Prepares it.
   *
   * @param device where
   * @param g geometry
   * @param images how many
   * @param xDistance elements from one image to the next
   * @param yDistance elements from one result to the next
   * @param passes what will be computed
   */
  Convolution(
      Device device, Geometry g, long images, long xDistance, long yDistance, Set<Pass> passes) {
    this.device = device;
    this.g = g;
    this.images = images;
    this.xDistance = xDistance;
    this.pads = g.isLopsided();
    long distance = pads ? paddedElements() : xDistance;
    this.descriptors = new Descriptors(g, images, distance, yDistance, device.mayRound());
    long limit = device.workspaceBytes();
    for (Pass p : passes) {
      algorithms.put(
          p,
          device.algorithms(
              Algorithms.key(p, g, images, distance, yDistance, descriptors, limit),
              () -> Algorithms.of(device.cudnn(), p, g, descriptors, limit)));
    }
    room = algorithms.values().stream().mapToLong(a -> a.best().workspaceBytes()).max().orElse(0);
  }

  private long paddedElements() {
    return g.channels() * g.padded().elements();
  }

  /** Bytes of the padded images at the start of the workspace. */
  private long paddedBytes() {
    long bytes = pads ? images * paddedElements() * Float.BYTES : 0;
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
  }

  /** Bytes of workspace that any pass needs. */
  long workspaceBytes() {
    return paddedBytes() + room;
  }

  /** The algorithms of the passes in order, for people. */
  String algorithms() {
    return algorithms.values().stream()
        .map(a -> a.best().name())
        .collect(Collectors.joining(" | "));
  }

  /** One pass by a given algorithm. */
  private interface Work {
    /** The status of cuDNN's function. */
    int run(Algorithm a, Pointer scratch);
  }

  /**
   * Does a pass by the best algorithm, or by the next if that refuses: nothing has been started
   * then.
   */
  private void run(Pass pass, long workspace, Work work) {
    String name = "cudnnConvolution" + pass.nameInCalls();
    Algorithms all = Objects.requireNonNull(algorithms.get(pass), "a pass that was not planned");
    while (true) {
      Algorithm a = all.best();
      boolean extra = a.workspaceBytes() > room;
      long scratch =
          extra ? device.extraWorkspace().of(a.workspaceBytes()) : workspace + paddedBytes();
      if (extra && scratch == 0) {
        all.refuse(a, "no room for " + a.workspaceBytes() + " bytes of workspace");
        continue;
      }
      long at = a.workspaceBytes() == 0 ? 0 : scratch;
      int status = Driver.statusOf(name, () -> work.run(a, Address.pointer(at)));
      if (status == 0) {
        return;
      }
      all.refuse(a, status, name);
    }
  }

  /** {@code y = x * w}, or {@code y += x * w}. */
  void forward(long x, long w, long y, boolean add, long workspace) {
    long in = padded(x, workspace);
    run(
        Pass.FORWARD,
        workspace,
        (a, scratch) ->
            JCudnn.cudnnConvolutionForward(
                device.cudnn().handle(),
                ONE,
                descriptors.x,
                Address.pointer(in),
                descriptors.w,
                Address.pointer(w),
                descriptors.convolution,
                a.number(),
                scratch,
                a.workspaceBytes(),
                add ? ONE : ZERO,
                descriptors.y,
                Address.pointer(y)));
  }

  /** {@code dx = } (or {@code +=}) the gradient of x for dy. */
  void backwardData(long dy, long w, long dx, boolean add, long workspace) {
    run(
        Pass.BACKWARD_DATA,
        workspace,
        (a, scratch) ->
            JCudnn.cudnnConvolutionBackwardData(
                device.cudnn().handle(),
                ONE,
                descriptors.w,
                Address.pointer(w),
                descriptors.y,
                Address.pointer(dy),
                descriptors.convolution,
                a.number(),
                scratch,
                a.workspaceBytes(),
                add && !pads ? ONE : ZERO,
                descriptors.x,
                Address.pointer(pads ? workspace : dx)));
    if (pads) {
      move(workspace + offset(), paddedStrides(), dx, strides(), add);
    }
  }

  /** {@code dw = } (or {@code +=}) the gradient of w for x and dy. */
  void backwardFilter(long x, long dy, long dw, boolean add, long workspace) {
    long in = padded(x, workspace);
    run(
        Pass.BACKWARD_FILTER,
        workspace,
        (a, scratch) ->
            JCudnn.cudnnConvolutionBackwardFilter(
                device.cudnn().handle(),
                ONE,
                descriptors.x,
                Address.pointer(in),
                descriptors.y,
                Address.pointer(dy),
                descriptors.convolution,
                a.number(),
                scratch,
                a.workspaceBytes(),
                add ? ONE : ZERO,
                descriptors.w,
                Address.pointer(dw)));
  }

  /** The images as cuDNN takes them. */
  private long padded(long x, long workspace) {
    if (!pads) {
      return x;
    }
    device.zero(workspace, images * paddedElements() * Float.BYTES);
    move(x, strides(), workspace + offset(), paddedStrides(), false);
    return workspace;
  }

  private void move(long from, long[] fromStrides, long to, long[] toStrides, boolean add) {
    long[] sizes = new long[g.rank() + 2];
    sizes[0] = images;
    sizes[1] = g.channels();
    System.arraycopy(g.spatial().dims(), 0, sizes, 2, g.rank());
    StridedCopy.copy(device, sizes, from, fromStrides, to, toStrides, add);
  }

  private long[] strides() {
    return strides(g.spatial().dims(), xDistance);
  }

  private long[] paddedStrides() {
    return strides(g.padded().dims(), paddedElements());
  }

  private static long[] strides(long[] spatial, long distance) {
    long[] s = new long[spatial.length + 2];
    long stride = 1;
    for (int i = spatial.length - 1; i >= 0; i--) {
      s[i + 2] = stride;
      stride *= spatial[i];
    }
    s[1] = stride;
    s[0] = distance;
    return s;
  }

  /** Bytes from the first padded pixel to the first real one. */
  private long offset() {
    long[] s = paddedStrides();
    long at = 0;
    for (int i = 0; i < g.rank(); i++) {
      at += g.padBefore(i) * s[i + 2];
    }
    return at * Float.BYTES;
  }

  @Override
  public void close() {
    descriptors.close();
  }
}
