package convlstm4j.backend.cuda;

import convlstm4j.op.Resample;
import convlstm4j.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** {@link Resample}: cuda/include/resample.h. The tables lie in device memory with the plan. */
final class ResamplePlan extends CudaPlan<Resample> {
  private final Lines forward;
  private final Lines backward;
  private final long inner;

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
    this.forward = own(Lines.of(memory, op.table()));
    this.backward = own(Lines.of(memory, op.table().transposed()));
    this.inner = inputs.get(0).from(op.axis() + 1).elements();
  }

  @Override
  protected void compute(Forward call) {
    long x = input(call.inputs(), "x");
    run("resample_forward", forward, x, output(call.outputs(), "y"), out.get(0));
  }

  @Override
  public boolean writesGradient(int input) {
    return true;
  }

  @Override
  protected void addGradients(Backward call) {
    long dy = output(call.outputGradients(), "y");
    String kernel = isWritten(call, "x") ? "resample_forward" : "resample_backward";
    run(kernel, backward, dy, input(call.inputGradients(), "x"), in.get(0));
  }

  private void run(String kernel, Lines table, long from, long to, Shape target) {
    if (target.elements() == 0) {
      return;
    }
    Arguments a = table.put(device.arguments().put32(0).address(from).address(to));
    a.put64(table.columns).put64(target.elements()).divisor(inner).divisor(table.rows);
    device.launch(kernel, target.elements(), a);
  }
}
