package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.f32.Convolution.Frames;
import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Conv;
import convlstm4j.op.ConvTranspose;
import convlstm4j.op.Op;
import convlstm4j.op.Window;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Conv} by {@link Convolution}; {@link ConvTranspose} by the one from y to x, whose gradient
 * it is. Channels-first images go through channels-last copies, some at a time. Workspace: {@code
 * transposed weights}, then {@code x [chunk]} and {@code y [chunk]} where there are copies.
 */
final class ConvPlan extends ReferencePlan<Op> {
  private final boolean transposed;
  private final Convolution convolution;
  private final ImageChunks image;
  private final ImageChunks result;
  private final int filters;
  private final int batch;

  /** Channels of the convolution's result, and those of them that a group has. */
  private final int outputs;

  private final int group;

  /** Images taken at a time. */
  private final int chunk;

  ConvPlan(Conv op, List<Shape> inputs) {
    this(op, op.window(), op.groups(), inputs);
  }

  ConvPlan(ConvTranspose op, List<Shape> inputs) {
    this(op, op.window(), 1, inputs);
  }

  private ConvPlan(Op op, Window window, int groups, List<Shape> inputs) {
    super(op, inputs);
    Shape x = inputs.get(0).from(1);
    Shape y = out.get(0).from(1);
    int channels = (int) window.format().channels(x);
    this.transposed = op instanceof ConvTranspose;
    this.filters = (int) window.format().channels(y);
    this.batch = (int) inputs.get(0).dim(0);
    this.outputs = transposed ? channels : filters;
    this.group = outputs / groups;
    Shape spatial = window.format().spatial(transposed ? y : x);
    this.convolution =
        new Convolution(window, spatial, transposed ? filters : channels, outputs, groups);
    ChannelsLast xs = new ChannelsLast(window.format(), x);
    ChannelsLast ys = new ChannelsLast(window.format(), y);
    this.chunk = ImageChunks.chunk(batch, xs, ys);
    this.image = new ImageChunks(xs, batch, chunk, convolution.weights());
    this.result = new ImageChunks(ys, batch, chunk, convolution.weights() + (int) image.copies());
    workspace.take(convolution.weights() + image.copies() + result.copies());
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] w = input(call.inputs(), "w");
    float[] b = optional(call.inputs(), "b");
    float[] y = output(call.outputs(), "y");
    float[] work = memory(call.workspace());
    if (transposed) {
      convolution.transpose(w, work, 0);
    }
    for (int first = 0; first < batch; first += chunk) {
      Frames xs = image.read(x, first, work);
      Frames ys = result.place(y, first, work);
      Parallel.each(ys.count(), f -> fill(ys, f, b));
      add(transposed, xs, w, work, ys);
      result.write(ys, y, first);
    }
  }

  private void fill(Frames ys, int frame, float @Nullable [] b) {
    int from = ys.offset() + frame * ys.distance();
    for (int k = 0; k < result.size(); k++) {
      ys.data()[from + k] = b == null ? 0 : b[k % filters];
    }
  }

  /** The convolution, or its gradient from result to image by weights transposed in work. */
  private void add(boolean gradient, Frames from, float[] w, float[] work, Frames to) {
    for (int f = 0; f < outputs; f += group) {
      if (gradient) {
        convolution.addDataGradient(from, work, 0, to, f, f + group);
      } else {
        convolution.addForward(from, w, to, f, f + group);
      }
    }
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x");
  }

  @Override
  protected void addGradients(Backward call) {
    float[] x = input(call.inputs(), "x");
    float[] w = input(call.inputs(), "w");
    float[] dy = output(call.outputGradients(), "y");
    float[] dx = wanted(call.inputGradients(), "x");
    float[] dw = wanted(call.inputGradients(), "w");
    float[] db = optional(call.inputGradients(), "b");
    float[] work = memory(call.workspace());
    if (dx != null && !transposed) {
      convolution.transpose(w, work, 0);
    }
    for (int first = 0; first < batch; first += chunk) {
      Frames dys = result.read(dy, first, work);
      if (dw != null) {
        Frames xs = image.read(x, first, work);
        for (int f = 0; f < outputs; f += group) {
          convolution.addWeightGradient(
              transposed ? dys : xs, transposed ? xs : dys, dw, f, f + group);
        }
      }
      if (db != null) {
        convolution.addBiasGradient(dys, db, 0);
      }
      if (dx != null) {
        boolean write = isWritten(call, "x");
        Frames dxs = image.sums(dx, first, write, work);
        add(!transposed, dys, w, work, dxs);
        if (write) {
          image.write(dxs, dx, first);
        } else {
          image.add(dxs, dx, first);
        }
      }
    }
  }
}
