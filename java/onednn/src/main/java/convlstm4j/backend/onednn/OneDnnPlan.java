package convlstm4j.backend.onednn;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Layout;
import convlstm4j.backend.PlanFrame;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plan over native memory; offsets are in floats, at multiples of 64 bytes. */
abstract class OneDnnPlan<O extends Op> extends PlanFrame<O, NativeBuffer> {
  private static final int ALIGN = 64;

  OneDnnPlan(O op, List<Shape> inputs) {
    super(op, inputs, () -> new Layout(Float.BYTES, ALIGN, Float.BYTES));
  }

  @Override
  public String algorithm() {
    return "Java loops over native memory";
  }

  /** The gradient at an index; null where it is not wanted. */
  static @Nullable NativeBuffer wantedAt(List<? extends Buffer> gradients, int index) {
    return NativeBuffer.orNull(gradients.get(index));
  }

  /** The buffer at an index. */
  static NativeBuffer at(List<? extends Buffer> buffers, int index) {
    return NativeBuffer.of(buffers.get(index));
  }

  @Override
  protected final NativeBuffer data(Buffer b) {
    return NativeBuffer.of(b);
  }
}
