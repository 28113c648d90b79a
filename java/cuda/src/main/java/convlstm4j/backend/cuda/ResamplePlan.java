package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.op.Resample;
import convlstm4j.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Resample}: cuda/include/resample.h, along one axis after the other. The tables lie in
 * device memory with the plan. Workspace: what is between two axes.
 */
final class ResamplePlan extends CudaPlan<Resample> {
  private final List<Lines> forward = new ArrayList<>();
  private final List<Lines> backward = new ArrayList<>();

  /**
   * Shapes before the first axis, between two, and behind the last, and where those between lie.
   */
  private final List<Shape> shapes = new ArrayList<>();

  private final List<Long> between = new ArrayList<>();

  /** A table in device memory: starts, then places, then weights. */
  private record Lines(DeviceBuffer buffer, int rows, long columns, int entries)
      implements AutoCloseable {
    static Lines of(DeviceMemory memory, Resample.Table t) {
      int[] starts = t.starts();
      int entries = t.places().size();
      ByteBuffer bytes =
          ByteBuffer.allocate((starts.length + 2 * entries) * Float.BYTES)
              .order(ByteOrder.nativeOrder());
      for (int start : starts) {
        bytes.putInt(start);
      }
      t.places().forEach(bytes::putInt);
      t.weights().forEach(w -> bytes.putFloat(w.floatValue()));
      DeviceBuffer buffer = memory.allocate(Shape.of(bytes.capacity() / Float.BYTES));
      memory.staging().upload(bytes.array(), buffer.address());
      return new Lines(buffer, t.rows(), t.columns(), entries);
    }

    Arguments put(Arguments a) {
      long places = buffer.address() + (rows + 1L) * Integer.BYTES;
      return a.address(buffer.address())
          .address(places)
          .address(places + (long) entries * Integer.BYTES);
    }

    @Override
    public void close() {
      buffer.close();
    }
  }

  ResamplePlan(Device device, DeviceMemory memory, Resample op, List<Shape> inputs) {
    super(device, op, inputs);
    shapes.add(in.get(0));
    for (int k = 0; k < op.tables().size(); k++) {
      shapes.add(op.one(k).outputShapes(List.of(shapes.get(k))).get(0));
      between.add(k == 0 ? 0L : workspace.take(shapes.get(k).elements()));
      forward.add(own(Lines.of(memory, op.tables().get(k))));
      backward.add(own(Lines.of(memory, op.tables().get(k).transposed())));
    }
  }

  /** The array before an axis that is not the first one. */
  private long before(int number, @Nullable Buffer space) {
    return DeviceBuffer.address(space) + between.get(number);
  }

  @Override
  protected void compute(Forward call) {
    long x = input(call.inputs(), "x");
    int last = forward.size() - 1;
    for (int k = 0; k <= last; k++) {
      long y = k == last ? output(call.outputs(), "y") : before(k + 1, call.workspace());
      run("resample_forward", forward.get(k), k, x, y, shapes.get(k + 1));
      x = y;
    }
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    long dy = output(call.outputGradients(), "y");
    for (int k = backward.size() - 1; k > 0; k--) {
      long dx = before(k, call.workspace());
      run("resample_forward", backward.get(k), k, dy, dx, shapes.get(k));
      dy = dx;
    }
    long dx = wanted(call.inputGradients(), "x");
    String kernel = isWritten(call, "x") ? "resample_forward" : "resample_backward";
    run(kernel, backward.get(0), 0, dy, dx, in.get(0));
  }

  private void run(String kernel, Lines table, int number, long from, long to, Shape target) {
    long inner = in.get(0).from(op.axis() + number + 1).elements();
    if (target.elements() == 0) {
      return;
    }
    Arguments a = table.put(device.arguments().put32(0).address(from).address(to));
    a.put64(table.columns).put64(target.elements()).divisor(inner).divisor(table.rows);
    device.launch(kernel, target.elements(), a);
  }
}
