package convlstm4j.backend.cuda;

import convlstm4j.op.ClipGradients;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.function.IntToLongFunction;

/** {@link ClipGradients}: cuda/include/clip.h. */
final class ClipPlan extends CudaPlan<ClipGradients> {
  private static final int MOST_NORMS = 64;

  private final TensorTables tables;
  private final long partialAt;
  private final long factorAt;

  ClipPlan(Device device, ClipGradients op, List<Shape> inputs) {
    super(device, op, inputs);
    tables = new TensorTables(in.stream().map(Shape::elements).toList());
    boolean norms = op.mode() != ClipGradients.Mode.VALUE;
    partialAt = norms ? workspace.takeBytes(tables.chunksBefore(op.count()) * Double.BYTES) : 0;
    factorAt = norms ? workspace.take(op.count()) : 0;
  }

  @Override
  protected void compute(Forward call) {
    List<IntToLongFunction> g = List.of(i -> at(call.inputs(), i));
    List<IntToLongFunction> clipped = List.of(i -> at(call.outputs(), i));
    if (op.mode() == ClipGradients.Mode.VALUE) {
      for (TensorTables.Part part : tables.parts()) {
        Arguments a = device.arguments().put((float) op.limit());
        device.launch("clip_value", tables.threads(part), tables.put(a, part, g, clipped));
      }
      return;
    }
    long partial = DeviceBuffer.address(call.workspace()) + partialAt;
    long factor = DeviceBuffer.address(call.workspace()) + factorAt;
    boolean global = op.mode() == ClipGradients.Mode.GLOBAL_NORM;
    for (TensorTables.Part part : tables.parts()) {
      long own = partial + tables.chunksBefore(part.first()) * Double.BYTES;
      Arguments a = device.arguments().address(own);
      device.launch("clip_squares", tables.threads(part), tables.put(a, part, g, List.of()));
    }
    if (global) {
      factors(partial, factor, new long[] {0, tables.chunksBefore(op.count())});
    }
    for (TensorTables.Part part : tables.parts()) {
      long own = global ? factor : factor + (long) part.first() * Float.BYTES;
      if (!global) {
        long[] first = new long[part.count() + 1];
        for (int i = 0; i < first.length; i++) {
          first[i] = tables.chunksBefore(part.first() + i);
        }
        factors(partial, own, first);
      }
      Arguments a = device.arguments().put32(global ? 0 : 1).address(own);
      device.launch("clip_scale", tables.threads(part), tables.put(a, part, g, clipped));
    }
  }

  /** Factors of the norms over the chunks between neighbouring entries of {@code first}. */
  private void factors(long partial, long factor, long[] first) {
    int norms = first.length - 1;
    Arguments a = device.arguments().put32(norms).address(partial).address(factor);
    a.putDouble(op.limit()).put64(first, MOST_NORMS + 1, 0);
    device.launchBlocks("clip_factors", norms, a);
  }
}
