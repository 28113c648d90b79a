package convlstm4j.backend.cuda;

import convlstm4j.backend.Closing;
import convlstm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * Pinned host memory through which arrays go to the device and back, in pieces: the device reads
 * one piece while the next is being filled. An event tells when a piece may be filled again.
 */
final class Staging implements AutoCloseable {
  private static final int PIECES = 2;
  private static final int PIECE_BYTES = 1 << 22;

  private final CUstream stream;
  private final Piece[] pieces = new Piece[PIECES];
  private int next;

  /** One piece of pinned memory. */
  private static final class Piece {
    final Pointer pinned;
    final CUevent unused = new CUevent();
    final ByteBuffer bytes;

    Use use = Use.NONE;

    /** Takes over pinned memory. */
    Piece(Pointer pinned) {
      this.pinned = pinned;
      this.bytes = pinned.getByteBuffer(0, PIECE_BYTES).order(ByteOrder.nativeOrder());
    }

    void destroyEvent() {
      Driver.call("cuEventDestroy", () -> JCudaDriver.cuEventDestroy(unused));
    }

    void free() {
      Driver.call("cuMemFreeHost", () -> JCudaDriver.cuMemFreeHost(pinned));
    }
  }

  /** What the device may still do with a piece. */
  private enum Use {
    NONE,
    /** A copy, of which the event tells. */
    TOLD,
    /** A copy, perhaps: a call has failed before the event was recorded. */
    UNKNOWN
  }

  /** Writes elements of an array into a piece. */
  private interface Filler {
    void fill(ByteBuffer piece, int from, int n);
  }

  /** Copies go on a stream. */
  Staging(CUstream stream) {
    this.stream = stream;
  }

  /** The next piece, once the device is done with it. Made at first use. */
  private Piece piece() {
    int i = next;
    next = (next + 1) % PIECES;
    if (pieces[i] == null) {
      Pointer pinned = new Pointer();
      Driver.call("cuMemHostAlloc", () -> JCudaDriver.cuMemHostAlloc(pinned, PIECE_BYTES, 0));
      Piece p = new Piece(pinned);
      try {
        Driver.call(
            "cuEventCreate",
            () -> JCudaDriver.cuEventCreate(p.unused, CUevent_flags.CU_EVENT_DISABLE_TIMING));
      } catch (RuntimeException e) {
        Closing.after(e, p::free);
        throw e;
      }
      pieces[i] = p;
    } else if (pieces[i].use == Use.TOLD) {
      CUevent unused = pieces[i].unused;
      Driver.call("cuEventSynchronize", () -> JCudaDriver.cuEventSynchronize(unused));
    } else if (pieces[i].use == Use.UNKNOWN) {
      synchronize();
    }
    pieces[i].use = Use.UNKNOWN;
    pieces[i].bytes.clear();
    return pieces[i];
  }

  private void synchronize() {
    Driver.call("cuStreamSynchronize", () -> JCudaDriver.cuStreamSynchronize(stream));
  }

  /** Starts the copy of floats to the device; the tensor may be changed at once. */
  void upload(Tensor source, long target) {
    upload(
        source.size(),
        Float.BYTES,
        target,
        (piece, from, n) -> source.read(from, piece.asFloatBuffer().limit(n)));
  }

  /** Starts the copy of pixels to the device, as bytes; the tensor may be changed at once. */
  void uploadPixels(Tensor source, long target) {
    upload(
        source.size(),
        Byte.BYTES,
        target,
        (piece, from, n) -> source.readPixels(from, piece.limit(n)));
  }

  /** Starts the copy of an array to the device; the array may be changed at once. */
  void upload(long[] source, long target) {
    upload(
        source.length,
        Long.BYTES,
        target,
        (piece, from, n) -> piece.asLongBuffer().put(source, from, n));
  }

  /** Starts the copy of an array to the device; the array may be changed at once. */
  void upload(byte[] source, long target) {
    upload(source.length, Byte.BYTES, target, (piece, from, n) -> piece.put(source, from, n));
  }

  private void upload(int length, int size, long target, Filler filler) {
    int most = PIECE_BYTES / size;
    for (int at = 0; at < length; at += most) {
      int n = Math.min(most, length - at);
      Piece p = piece();
      filler.fill(p.bytes, at, n);
      long to = target + (long) at * size;
      Driver.call(
          "cuMemcpyHtoDAsync",
          () -> JCudaDriver.cuMemcpyHtoDAsync(Address.of(to), p.pinned, (long) n * size, stream));
      Driver.call("cuEventRecord", () -> JCudaDriver.cuEventRecord(p.unused, stream));
      p.use = Use.TOLD;
    }
  }

  /** Copies an array from the device, after all that was started before. */
  void download(long source, float[] target) {
    int most = PIECE_BYTES / Float.BYTES;
    for (int at = 0; at < target.length; at += most) {
      int n = Math.min(most, target.length - at);
      Piece p = piece();
      long from = source + (long) at * Float.BYTES;
      Driver.call(
          "cuMemcpyDtoHAsync",
          () ->
              JCudaDriver.cuMemcpyDtoHAsync(
                  p.pinned, Address.of(from), (long) n * Float.BYTES, stream));
      synchronize();
      p.use = Use.NONE;
      p.bytes.asFloatBuffer().get(target, at, n);
    }
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(List.of(this::synchronize));
    for (Piece p : pieces) {
      if (p != null) {
        all.add(p::destroyEvent);
        all.add(p::free);
      }
    }
    Arrays.fill(pieces, null);
    Closing.all(all);
  }
}
