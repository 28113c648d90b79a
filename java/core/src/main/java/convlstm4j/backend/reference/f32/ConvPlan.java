package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.f32.Convolution.Frames;
import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Conv;
import convlstm4j.op.Window;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * {@link Conv} by {@link Convolution}. Channels-first images go through channels-last copies, some
 * at a time. Workspace: {@code transposed weights}, then {@code x [chunk]} and {@code y [chunk]}
 * where there are copies.
 */
final class ConvPlan extends ReferencePlan<Conv> {
  /** Elements that the copies may take, beyond those of a single image. */
  private static final int COPY = 1 << 22;

  private final Convolution convolution;
  private final ChannelsLast image;
  private final ChannelsLast result;
  private final int batch;

  /** Images taken at a time. */
  private final int chunk;

  ConvPlan(Conv op, List<Shape> inputs) {
    super(op, inputs);
    Window window = op.window();
    Shape x = inputs.get(0);
    int channels = (int) window.format().channels(x.from(1));
    this.batch = (int) x.dim(0);
    this.image = new ChannelsLast(window.format(), x.from(1));
    this.result = new ChannelsLast(window.format(), out.get(0).from(1));
    this.convolution =
        new Convolution(window, window.format().spatial(x.from(1)), channels, op.filters());
    int fitting = (int) Math.max(1, COPY / ((long) image.size() + result.size()));
    this.chunk = image.isNeeded() ? Math.min(batch, fitting) : batch;
    long copies = image.isNeeded() ? (long) chunk * ((long) image.size() + result.size()) : 0;
    workspace.take(convolution.weights() + copies);
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] w = input(call.inputs(), "w");
    float[] b = optional(call.inputs(), "b");
    float[] y = output(call.outputs(), "y");
    float[] work = array(call.workspace());
    for (int first = 0; first < batch; first += chunk) {
      Frames xs = read(image, x, first, work, xCopy());
      Frames ys = place(result, y, first, work, yCopy());
      Parallel.each(ys.count(), f -> fill(ys, f, b));
      convolution.addForward(xs, w, ys, 0, op.filters());
      if (image.isNeeded()) {
        int from = first;
        Parallel.each(
            ys.count(),
            f -> result.write(work, yCopy() + f * result.size(), y, (from + f) * result.size()));
      }
    }
  }

  private void fill(Frames ys, int frame, float[] b) {
    int from = ys.offset() + frame * ys.distance();
    for (int k = 0; k < result.size(); k++) {
      ys.data()[from + k] = b == null ? 0 : b[k % op.filters()];
    }
  }

  @Override
  protected void addGradients(Backward call) {
    float[] x = input(call.inputs(), "x");
    float[] dy = output(call.outputGradients(), "y");
    float[] dx = input(call.inputGradients(), "x");
    float[] dw = input(call.inputGradients(), "w");
    float[] db = optional(call.inputGradients(), "b");
    float[] work = array(call.workspace());
    if (dx != null) {
      convolution.transpose(input(call.inputs(), "w"), work, 0);
    }
    for (int first = 0; first < batch; first += chunk) {
      Frames dys = read(result, dy, first, work, yCopy());
      if (dw != null) {
        Frames xs = read(image, x, first, work, xCopy());
        convolution.addWeightGradient(xs, dys, dw, 0, op.filters());
      }
      if (db != null) {
        convolution.addBiasGradient(dys, db, 0);
      }
      if (dx != null) {
        addDataGradient(dys, work, dx, first);
      }
    }
  }

  private void addDataGradient(Frames dys, float[] work, float[] dx, int first) {
    Frames dxs = place(image, dx, first, work, xCopy());
    if (image.isNeeded()) {
      Arrays.fill(work, xCopy(), xCopy() + dxs.count() * image.size(), 0);
    }
    convolution.addDataGradient(dys, work, 0, dxs, 0, op.filters());
    if (image.isNeeded()) {
      Parallel.each(
          dxs.count(),
          f -> image.add(work, xCopy() + f * image.size(), dx, (first + f) * image.size()));
    }
  }

  private int xCopy() {
    return convolution.weights();
  }

  private int yCopy() {
    return xCopy() + chunk * image.size();
  }

  /** The channels-last images of a chunk: where they are, or copied. */
  private Frames read(ChannelsLast frame, float[] user, int first, float[] work, int copy) {
    Frames frames = place(frame, user, first, work, copy);
    if (frame.isNeeded()) {
      Parallel.each(
          frames.count(),
          f -> frame.read(user, (first + f) * frame.size(), work, copy + f * frame.size()));
    }
    return frames;
  }

  /** Where the channels-last images of a chunk are, or are to be copied. */
  private Frames place(ChannelsLast frame, float[] user, int first, float[] work, int copy) {
    int count = Math.min(chunk, batch - first);
    return frame.isNeeded()
        ? new Frames(work, copy, frame.size(), count)
        : new Frames(user, first * frame.size(), frame.size(), count);
  }
}
