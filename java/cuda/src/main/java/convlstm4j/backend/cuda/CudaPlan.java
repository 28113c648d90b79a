package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Plan;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What all plans share: op, shapes, access to buffers, workspace and reserve. */
abstract class CudaPlan<O extends Op> implements Plan {
  final Device device;
  final O op;
  final List<Shape> in;
  final List<Shape> out;
  final Layout workspace = new Layout();
  final Layout reserve = new Layout();
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();

  CudaPlan(Device device, O op, List<Shape> inputs) {
    this.device = device;
    this.op = op;
    this.in = List.copyOf(inputs);
    this.out = op.outputShapes(inputs);
  }

  /** Cuts memory into parts; offsets are in bytes, at multiples of 256. */
  static final class Layout {
    private static final long ALIGN = 256;
    private long bytes;

    /** Takes a part of so many floats; its offset in bytes. */
    long take(long floats) {
      return takeBytes(Math.multiplyExact(floats, (long) Float.BYTES));
    }

    /** Takes a part of so many bytes; its offset in bytes. */
    long takeBytes(long count) {
      long at = bytes;
      bytes = Math.addExact(bytes, (count + ALIGN - 1) / ALIGN * ALIGN);
      return at;
    }

    long bytes() {
      return bytes;
    }
  }

  /** Makes an object close with the plan. */
  final <T extends AutoCloseable> T own(T object) {
    owned.push(object);
    device.planned(object);
    return object;
  }

  @Override
  public final long workspaceBytes() {
    return workspace.bytes();
  }

  @Override
  public final long reserveBytes() {
    return reserve.bytes();
  }

  @Override
  public String algorithm() {
    return "own kernels";
  }

  @Override
  public void backward(Backward call) {
    throw new UnsupportedOperationException(op.opName() + " has no gradient");
  }

  @Override
  public final void close() {
    Device.closeAll(owned);
  }

  /** The address of the buffer at an index; 0 where there is none. */
  static long at(List<? extends Buffer> buffers, int index) {
    return DeviceBuffer.address(buffers.get(index));
  }

  /** The address of a named input; 0 if the options leave it out or it is not wanted. */
  final long input(List<? extends Buffer> buffers, String name) {
    int i = op.input(name);
    return i < 0 ? 0 : DeviceBuffer.address(buffers.get(i));
  }
}
