package convlstm4j.backend.cuda;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/**
 * Pinned host memory through which arrays go to the device and back, in pieces: the device reads
 * one piece while the next is being filled. An event tells when a piece may be filled again.
 */
final class Staging implements AutoCloseable {
  private static final int PIECES = 2;
  private static final int PIECE_FLOATS = 1 << 20;

  private final Device device;
  private final Piece[] pieces = new Piece[PIECES];
  private int next;

  /** One piece of pinned memory. */
  private static final class Piece {
    final Pointer pinned = new Pointer();
    final CUevent free = new CUevent();
    FloatBuffer floats;

    /** Whether the event tells of the last copy: not after a call in between has failed. */
    boolean tells = true;
  }

  Staging(Device device) {
    this.device = device;
  }

  /** The next piece, once the device is done with it. Made at first use. */
  private Piece piece() {
    int i = next;
    next = (next + 1) % PIECES;
    if (pieces[i] == null) {
      Piece p = new Piece();
      long bytes = (long) PIECE_FLOATS * Float.BYTES;
      Driver.call("cuMemHostAlloc", () -> JCudaDriver.cuMemHostAlloc(p.pinned, bytes, 0));
      try {
        Driver.call(
            "cuEventCreate",
            () -> JCudaDriver.cuEventCreate(p.free, CUevent_flags.CU_EVENT_DISABLE_TIMING));
      } catch (RuntimeException e) {
        Driver.call("cuMemFreeHost", () -> JCudaDriver.cuMemFreeHost(p.pinned));
        throw e;
      }
      p.floats = p.pinned.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
      pieces[i] = p;
    } else if (pieces[i].tells) {
      CUevent free = pieces[i].free;
      Driver.call("cuEventSynchronize", () -> JCudaDriver.cuEventSynchronize(free));
    } else {
      device.synchronize();
    }
    pieces[i].tells = false;
    return pieces[i];
  }

  /** Starts the copy of an array to the device; the array may be changed at once. */
  void upload(float[] source, long target) {
    for (int at = 0; at < source.length; at += PIECE_FLOATS) {
      int n = Math.min(PIECE_FLOATS, source.length - at);
      Piece p = piece();
      p.floats.put(0, source, at, n);
      long to = target + (long) at * Float.BYTES;
      Driver.call(
          "cuMemcpyHtoDAsync",
          () ->
              JCudaDriver.cuMemcpyHtoDAsync(
                  Address.of(to), p.pinned, (long) n * Float.BYTES, device.stream()));
      Driver.call("cuEventRecord", () -> JCudaDriver.cuEventRecord(p.free, device.stream()));
      p.tells = true;
    }
  }

  /** Copies an array from the device, after all that was started before. */
  void download(long source, float[] target) {
    for (int at = 0; at < target.length; at += PIECE_FLOATS) {
      int n = Math.min(PIECE_FLOATS, target.length - at);
      Piece p = piece();
      long from = source + (long) at * Float.BYTES;
      Driver.call(
          "cuMemcpyDtoHAsync",
          () ->
              JCudaDriver.cuMemcpyDtoHAsync(
                  p.pinned, Address.of(from), (long) n * Float.BYTES, device.stream()));
      device.synchronize();
      p.floats.get(0, target, at, n);
    }
  }

  @Override
  public void close() {
    device.synchronize();
    for (int i = 0; i < PIECES; i++) {
      Piece p = pieces[i];
      if (p != null) {
        Driver.call("cuEventDestroy", () -> JCudaDriver.cuEventDestroy(p.free));
        Driver.call("cuMemFreeHost", () -> JCudaDriver.cuMemFreeHost(p.pinned));
        pieces[i] = null;
      }
    }
  }
}
