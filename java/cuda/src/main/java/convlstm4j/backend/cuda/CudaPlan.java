package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Layout;
import convlstm4j.backend.PlanFrame;
import convlstm4j.op.Op;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plan over addresses, 0 where there is nothing; offsets are in bytes, at multiples of 256. */
abstract class CudaPlan<O extends Op> extends PlanFrame<O, Long> {
  private static final int ALIGN = 256;

  final Device device;

  CudaPlan(Device device, O op, List<Shape> inputs) {
    super(op, inputs, () -> new Layout(Float.BYTES, ALIGN, 1));
    this.device = device;
  }

  @Override
  public String algorithm() {
    return "own kernels";
  }

  /** The address of the buffer at an index; 0 where there is none. */
  static long at(List<? extends Buffer> buffers, int index) {
    return DeviceBuffer.address(buffers.get(index));
  }

  @Override
  protected final Long data(Buffer b) {
    return DeviceBuffer.address(b);
  }

  /** The address; 0 where it is not wanted. */
  @Override
  public final Long wanted(List<? extends Buffer> buffers, String name) {
    return orZero(super.wanted(buffers, name));
  }

  /** The address; 0 where it is left out or not wanted. */
  @Override
  public final Long optional(List<? extends Buffer> buffers, String name) {
    return orZero(super.optional(buffers, name));
  }

  /** The address; 0 where the gradient is zero. */
  @Override
  public final Long given(List<? extends Buffer> buffers, String name) {
    return orZero(super.given(buffers, name));
  }

  private static Long orZero(@Nullable Long address) {
    return address == null ? 0 : address;
  }
}
