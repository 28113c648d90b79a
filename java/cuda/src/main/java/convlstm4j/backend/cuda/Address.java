package convlstm4j.backend.cuda;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

/** A pointer into device memory whose number can be read, which JCuda's own hides. */
final class Address extends CUdeviceptr {
  private static final CUdeviceptr ZERO = new CUdeviceptr();

  /** The address that a call has written here. */
  long value() {
    return getNativePointer();
  }

  /** An address as the driver's calls take it. */
  static CUdeviceptr of(long address) {
    return ZERO.withByteOffset(address);
  }

  /** An address as cuDNN's calls take it; 0 is NULL. */
  static Pointer pointer(long address) {
    return address == 0 ? new Pointer() : ZERO.withByteOffset(address);
  }
}
