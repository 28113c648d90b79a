package convlstm4j.backend.reference.heap;

import convlstm4j.backend.Buffer;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A buffer on the Java heap. A view shares the array and has no memory of its own to give back. */
public final class HeapBuffer implements Buffer {
  private final @Nullable HeapMemory owner;
  private final @Nullable HeapBuffer viewed;
  private @Nullable Tensor tensor;

  HeapBuffer(Tensor tensor, HeapMemory owner) {
    this.tensor = tensor;
    this.owner = owner;
    this.viewed = null;
  }

  private HeapBuffer(HeapBuffer viewed, Shape shape) {
    this.tensor = viewed.tensor().reshape(shape);
    this.owner = null;
    this.viewed = viewed;
  }

  /**
   * The elements.
   *
   * @return a tensor over the buffer's own array
   * @throws IllegalStateException if the buffer is closed
   */
  public Tensor tensor() {
    if (viewed != null) {
      viewed.tensor(); // fails if that is closed
    }
    if (tensor == null) {
      throw new IllegalStateException(
          "the buffer is closed, its values are gone; allocate another");
    }
    return tensor;
  }

  @Override
  public Shape shape() {
    return tensor().shape();
  }

  @Override
  public DType dtype() {
    return tensor().dtype();
  }

  @Override
  public HeapBuffer view(Shape shape) {
    return new HeapBuffer(this, shape);
  }

  @Override
  public void close() {
    if (tensor != null && owner != null) {
      owner.released(tensor);
    }
    tensor = null;
  }
}
