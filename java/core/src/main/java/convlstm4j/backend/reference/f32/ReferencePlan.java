package convlstm4j.backend.reference.f32;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Layout;
import convlstm4j.backend.PlanFrame;
import convlstm4j.backend.reference.heap.HeapBuffer;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plan over arrays; workspace and reserve are counted in elements. */
abstract class ReferencePlan<O extends Op> extends PlanFrame<O, float[]> {
  ReferencePlan(O op, List<Shape> inputs) {
    super(op, inputs, () -> new Layout(Float.BYTES, Float.BYTES, Float.BYTES));
  }

  @Override
  public String algorithm() {
    return "plain loops";
  }

  /** The array behind a buffer; null for null. */
  static float @Nullable [] array(@Nullable Buffer b) {
    return b == null ? null : floats(b);
  }

  private static float[] floats(Buffer b) {
    return ((HeapBuffer) b).tensor().floats();
  }

  @Override
  protected final float[] data(Buffer b) {
    return floats(b);
  }
}
