package convlstm4j.backend.reference.heap;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Buffers on the Java heap, as many as the JVM's maximum heap allows. */
public final class HeapMemory implements Memory {
  private final AtomicLong live = new AtomicLong();
  private volatile boolean closed;

  /** Starts with no buffers. */
  public HeapMemory() {}

  @Override
  public Buffer allocate(DType dtype, Shape shape) {
    checkOpen();
    try {
      Tensor t = Tensor.zeros(dtype, shape);
      live.addAndGet(bytes(t));
      return new HeapBuffer(t, this);
    } catch (OutOfMemoryError e) {
      throw new BackendException(
          "reference: no memory for "
              + shape
              + " ("
              + shape.elements() * dtype.bytes() / (1 << 20)
              + " MiB) beside "
              + liveBytes() / (1 << 20)
              + " MiB in use of a heap of "
              + capacityBytes() / (1 << 20)
              + " MiB; give Java more (-Xmx) or use fewer frames, a smaller batch or a smaller model",
          e);
    } catch (IllegalArgumentException e) {
      throw new BackendException("reference: " + e.getMessage(), e);
    }
  }

  /** Hands out nothing more; buffers may still be closed. */
  public void close() {
    closed = true;
  }

  /**
   * Fails once the memory is closed.
   *
   * @throws IllegalStateException if it is
   */
  public void checkOpen() {
    Backend.checkOpen("reference", closed);
  }

  void released(Tensor t) {
    live.addAndGet(-bytes(t));
  }

  private static long bytes(Tensor t) {
    return (long) t.size() * t.dtype().bytes();
  }

  @Override
  public void upload(Tensor source, Buffer target) {
    Tensor to = ((HeapBuffer) target).tensor();
    if (source.isPixels() && to.dtype() == DType.FLOAT32 && source.size() == to.size()) {
      source.read(0, FloatBuffer.wrap(to.floats())); // without numbers of its own
    } else {
      move(source, to);
    }
  }

  @Override
  public Tensor download(Buffer source) {
    return ((HeapBuffer) source).tensor().copy();
  }

  @Override
  public void copy(Buffer source, Buffer target) {
    move(((HeapBuffer) source).tensor(), ((HeapBuffer) target).tensor());
  }

  private static void move(Tensor source, Tensor target) {
    if (source.dtype() != target.dtype() || source.size() != target.size()) {
      throw new IllegalArgumentException("cannot copy " + source + " into a buffer of " + target);
    }
    if (source.dtype() == DType.FLOAT32) {
      System.arraycopy(source.floats(), 0, target.floats(), 0, source.size());
    } else {
      System.arraycopy(source.doubles(), 0, target.doubles(), 0, source.size());
    }
  }

  @Override
  public void fill(Buffer target, double value) {
    Tensor t = ((HeapBuffer) target).tensor();
    if (t.dtype() == DType.FLOAT32) {
      Arrays.fill(t.floats(), (float) value);
    } else {
      Arrays.fill(t.doubles(), value);
    }
  }

  @Override
  public Place place() {
    return Place.HEAP;
  }

  @Override
  public long liveBytes() {
    return live.get();
  }

  @Override
  public long capacityBytes() {
    return Runtime.getRuntime().maxMemory();
  }
}
