package convlstm4j.backend.reference.f32;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Plan;
import convlstm4j.backend.reference.heap.HeapBuffer;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * What the plans of all ops share: shapes, access to the arrays, sizes of scratch memory in
 * elements.
 */
abstract class ReferencePlan<O extends Op> implements Plan {
  private static final long ELEMENT_BYTES = Float.BYTES;

  final O op;
  final List<Shape> in;
  final List<Shape> out;

  ReferencePlan(O op, List<Shape> inputs) {
    this.op = op;
    this.in = List.copyOf(inputs);
    this.out = op.outputShapes(inputs);
  }

  /** Elements of workspace. */
  long workspace() {
    return 0;
  }

  /** Elements of reserve. */
  long reserve() {
    return 0;
  }

  @Override
  public final long workspaceBytes() {
    return Math.multiplyExact(workspace(), ELEMENT_BYTES);
  }

  @Override
  public final long reserveBytes() {
    return Math.multiplyExact(reserve(), ELEMENT_BYTES);
  }

  @Override
  public String algorithm() {
    return "plain loops";
  }

  @Override
  public void backward(Backward call) {
    throw new UnsupportedOperationException(op.opName() + " has no gradient");
  }

  @Override
  public void close() {}

  /** The array behind a buffer; null for null. */
  static float[] array(Buffer b) {
    return b == null ? null : ((HeapBuffer) b).tensor().floats();
  }

  /** The array of a named input; null if the options leave it out. */
  final float[] input(List<? extends Buffer> buffers, String name) {
    int i = op.input(name);
    return i < 0 ? null : array(buffers.get(i));
  }
}
