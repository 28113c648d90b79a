package convlstm4j.backend.cuda;

import convlstm4j.op.NotFinite;
import convlstm4j.tensor.Shape;
import java.util.List;

/** {@link NotFinite}: cuda/include/not_finite.h. */
final class NotFinitePlan extends CudaPlan<NotFinite> {
  /** Arrays of one launch. */
  private static final int MOST = 256;

  private final TensorTables tables;

  NotFinitePlan(Device device, NotFinite op, List<Shape> inputs) {
    super(device, op, inputs);
    tables = new TensorTables(in.stream().map(Shape::elements).toList());
  }

  @Override
  protected void compute(Forward call) {
    long bad = output(call.outputs(), "bad");
    device.zero(bad, (long) op.count() * Float.BYTES);
    for (int first = 0; first < op.count(); first += MOST) {
      TensorTables.Part part = new TensorTables.Part(first, Math.min(op.count(), first + MOST));
      long chunks = tables.chunksBefore(part.end()) - tables.chunksBefore(first);
      Arguments a = device.arguments().put32(part.count());
      a.address(bad + (long) first * Float.BYTES).put64(chunks);
      for (int i = first; i < first + MOST; i++) {
        boolean there = i < part.end();
        a.address(there ? at(call.inputs(), i) : 0).put64(there ? tables.sizes().get(i) : 0);
        a.put64(there ? tables.chunksBefore(i) - tables.chunksBefore(first) : chunks);
      }
      device.launch("not_finite", tables.threads(part), a);
    }
  }
}
