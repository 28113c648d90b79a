package convlstm4j.backend.onednn;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Plan;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** What the plans of all ops share: shapes, access to buffers, workspace and reserve. */
abstract class OneDnnPlan<O extends Op> implements Plan {
  final O op;
  final List<Shape> in;
  final List<Shape> out;
  final Layout workspace = new Layout();
  final Layout reserve = new Layout();
  private final List<AutoCloseable> owned = new ArrayList<>();

  OneDnnPlan(O op, List<Shape> inputs) {
    this.op = op;
    this.in = List.copyOf(inputs);
    this.out = op.outputShapes(inputs);
  }

  /** Cuts memory into parts; offsets are in floats, at multiples of 64 bytes. */
  static final class Layout {
    private static final long ALIGN = 16;
    private long floats;

    /** Takes a part of so many floats; its offset. */
    long take(long count) {
      long at = floats;
      floats = Math.addExact(floats, (count + ALIGN - 1) / ALIGN * ALIGN);
      return at;
    }

    /** Takes a part of so many bytes; its offset in floats. */
    long takeBytes(long bytes) {
      return take((bytes + Float.BYTES - 1) / Float.BYTES);
    }

    long bytes() {
      return Math.multiplyExact(floats, (long) Float.BYTES);
    }
  }

  /** Makes an object close with the plan. */
  final <T extends AutoCloseable> T own(T object) {
    owned.add(object);
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
    return "Java loops over native memory";
  }

  @Override
  public void backward(Backward call) {
    throw new UnsupportedOperationException(op.opName() + " has no gradient");
  }

  @Override
  public final void close() {
    for (AutoCloseable c : owned) {
      try {
        c.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    owned.clear();
  }

  /** The buffer at an index; null where there is none. */
  static NativeBuffer at(List<? extends Buffer> buffers, int index) {
    return NativeBuffer.of(buffers.get(index));
  }

  /** The buffer of a named input; null if the options leave it out or it is not wanted. */
  final NativeBuffer input(List<? extends Buffer> buffers, String name) {
    int i = op.input(name);
    return i < 0 ? null : NativeBuffer.of(buffers.get(i));
  }
}
