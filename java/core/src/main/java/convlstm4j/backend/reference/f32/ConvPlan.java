package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.f32.Convolution.Frames;
import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.op.Conv;
import convlstm4j.op.Window;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@link Conv} by {@link Convolution}. Channels-first images go through channels-last copies, some
 * at a time. Workspace: {@code transposed weights}, then {@code x [chunk]} and {@code y [chunk]}
 * where there are copies.
 */
final class ConvPlan extends ReferencePlan<Conv> {
  private final Convolution convolution;
  private final ImageChunks image;
  private final ImageChunks result;
  private final int batch;

  /** Images taken at a time. */
  private final int chunk;

  ConvPlan(Conv op, List<Shape> inputs) {
    super(op, inputs);
    Window window = op.window();
    Shape x = inputs.get(0);
    int channels = (int) window.format().channels(x.from(1));
    this.batch = (int) x.dim(0);
    this.convolution =
        new Convolution(
            window, window.format().spatial(x.from(1)), channels, op.filters(), op.groups());
    ChannelsLast xs = new ChannelsLast(window.format(), x.from(1));
    ChannelsLast ys = new ChannelsLast(window.format(), out.get(0).from(1));
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
    float[] work = array(call.workspace());
    for (int first = 0; first < batch; first += chunk) {
      Frames xs = image.read(x, first, work);
      Frames ys = result.place(y, first, work);
      Parallel.each(ys.count(), f -> fill(ys, f, b));
      for (int f = 0; f < op.filters(); f += group()) {
        convolution.addForward(xs, w, ys, f, f + group());
      }
      result.write(ys, y, first);
    }
  }

  /** Output channels of a group. */
  private int group() {
    return op.filters() / op.groups();
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
      Frames dys = result.read(dy, first, work);
      if (dw != null) {
        Frames xs = image.read(x, first, work);
        for (int f = 0; f < op.filters(); f += group()) {
          convolution.addWeightGradient(xs, dys, dw, f, f + group());
        }
      }
      if (db != null) {
        convolution.addBiasGradient(dys, db, 0);
      }
      if (dx != null) {
        Frames dxs = image.sums(dx, first, work);
        for (int f = 0; f < op.filters(); f += group()) {
          convolution.addDataGradient(dys, work, 0, dxs, f, f + group());
        }
        image.add(dxs, dx, first);
      }
    }
  }
}
