package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.f32.Convolution.Frames;
import convlstm4j.op.ConvTranspose;
import convlstm4j.op.Window;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * {@link ConvTranspose}: the {@link Convolution} from y to x, whose gradient it is. Workspace as
 * that of {@link ConvPlan}.
 */
final class ConvTransposePlan extends ReferencePlan<ConvTranspose> {
  private final Convolution convolution;
  private final ImageChunks image;
  private final ImageChunks result;
  private final int channels;
  private final int batch;

  /** Images taken at a time. */
  private final int chunk;

  ConvTransposePlan(ConvTranspose op, List<Shape> inputs) {
    super(op, inputs);
    Window window = op.window();
    Shape x = inputs.get(0);
    Shape y = out.get(0).from(1);
    this.channels = (int) window.format().channels(x.from(1));
    this.batch = (int) x.dim(0);
    this.convolution = new Convolution(window, window.format().spatial(y), op.filters(), channels);
    ChannelsLast xs = new ChannelsLast(window.format(), x.from(1));
    ChannelsLast ys = new ChannelsLast(window.format(), y);
    this.chunk = ImageChunks.chunk(batch, xs, ys);
    this.image = new ImageChunks(xs, batch, chunk, convolution.weights());
    this.result = new ImageChunks(ys, batch, chunk, convolution.weights() + (int) image.copies());
    workspace.take(convolution.weights() + image.copies() + result.copies());
  }

  @Override
  protected void compute(Forward call) {
    float[] x = input(call.inputs(), "x");
    float[] y = output(call.outputs(), "y");
    float[] work = array(call.workspace());
    convolution.transpose(input(call.inputs(), "w"), work, 0);
    Arrays.fill(y, 0);
    for (int first = 0; first < batch; first += chunk) {
      Frames xs = image.read(x, first, work);
      Frames ys = result.sums(y, first, work);
      convolution.addDataGradient(xs, work, 0, ys, 0, channels);
      result.write(ys, y, first);
    }
  }

  @Override
  protected void addGradients(Backward call) {
    float[] x = input(call.inputs(), "x");
    float[] w = input(call.inputs(), "w");
    float[] dy = output(call.outputGradients(), "y");
    float[] dx = input(call.inputGradients(), "x");
    float[] dw = input(call.inputGradients(), "w");
    float[] work = array(call.workspace());
    for (int first = 0; first < batch; first += chunk) {
      Frames dys = result.read(dy, first, work);
      if (dw != null) {
        convolution.addWeightGradient(dys, image.read(x, first, work), dw, 0, channels);
      }
      if (dx != null) {
        Frames dxs = image.sums(dx, first, work);
        convolution.addForward(dys, w, dxs, 0, channels);
        image.add(dxs, dx, first);
      }
    }
  }
}
