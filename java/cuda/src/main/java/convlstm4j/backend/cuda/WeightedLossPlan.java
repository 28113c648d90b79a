package convlstm4j.backend.cuda;

import convlstm4j.op.WeightedLoss;
import convlstm4j.op.WeightedLoss.Kind;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Locale;

/**
 * {@link WeightedLoss}: cuda/include/weighted_loss.h. A class number that does not exist makes loss
 * and gradient NaN: kernels cannot throw.
 */
final class WeightedLossPlan extends CudaPlan<WeightedLoss> {
  /** Positions of one partial sum where a position is summed by one thread or one warp. */
  private static final int POSITIONS = 128;

  private final Rows rows;
  private final boolean categorical;
  private final String kernel;
  private final ChunkSum sum;

  /** By what the sum over all positions, or over all elements, is multiplied. */
  private final double scale;

  private final float keep;
  private final float smooth;

  WeightedLossPlan(Device device, WeightedLoss op, List<Shape> inputs) {
    super(device, op, inputs);
    Kind kind = op.kind();
    boolean binary = kind == Kind.BINARY_CROSSENTROPY;
    boolean sparse = kind == Kind.SPARSE_CATEGORICAL_CROSSENTROPY;
    rows = Rows.of(in.get(0));
    categorical = sparse || kind == Kind.CATEGORICAL_CROSSENTROPY;
    if (categorical) {
      kernel =
          (sparse ? "loss_sparse_" : "loss_categorical_")
              + (op.fromLogits() ? "logits" : "probabilities");
    } else {
      String logits = binary && op.fromLogits() ? "_logits" : "";
      kernel = "loss_" + kind.name().toLowerCase(Locale.ROOT) + logits;
    }
    sum = categorical ? ChunkSum.of(rows.count(), POSITIONS) : ChunkSum.of(in.get(0).elements());
    scale = 1.0 / (categorical ? rows.count() : in.get(0).elements());
    double smoothing = binary || categorical ? op.labelSmoothing() : 0;
    keep = (float) (1 - smoothing);
    smooth = (float) (smoothing / (binary ? 2 : rows.length()));
    workspace.takeBytes(sum.bytes());
  }

  @Override
  protected void compute(Forward call) {
    long partial = DeviceBuffer.address(call.workspace());
    Arguments a = device.arguments().put((float) op.delta());
    a.address(input(call.inputs(), "prediction"))
        .address(input(call.inputs(), "target"))
        .address(optional(call.inputs(), "weight"));
    a.address(partial).put64(rows.count()).divisor(rows.length()).put(keep).put(smooth);
    sum.start(device, kernel("_forward"), a);
    sum.finish(device, partial, scale, output(call.outputs(), "value"));
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "prediction");
  }

  @Override
  protected void addGradients(Backward call) {
    Arguments a = device.arguments().put((float) op.delta());
    a.address(input(call.inputs(), "prediction"))
        .address(input(call.inputs(), "target"))
        .address(optional(call.inputs(), "weight"));
    a.address(output(call.outputGradients(), "value"))
        .address(wanted(call.inputGradients(), "prediction"));
    a.putDouble(scale).put64(rows.count()).divisor(rows.length()).put(keep).put(smooth);
    a.put32(isWritten(call, "prediction") ? 0 : 1).put32(0);
    device.launch(kernel("_backward"), categorical ? rows.threads() : in.get(0).elements(), a);
  }

  private String kernel(String pass) {
    return kernel + pass + (categorical ? rows.suffix() : "");
  }
}
