package convlstm4j.backend;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;

/** A backend's memory: allocation, copies to and from the host, and the books on both. */
public interface Memory {
  /**
   * Allocates a buffer of zeros.
   *
   * @param dtype element type
   * @param shape a known shape
   * @return a buffer that the caller closes
   * @throws BackendException if there is not enough memory
   */
  Buffer allocate(DType dtype, Shape shape);

  /**
   * Allocates a buffer whose elements may be anything, for what is overwritten before it is read.
   *
   * @param dtype element type
   * @param shape a known shape
   * @return a buffer that the caller closes
   * @throws BackendException if there is not enough memory
   */
  default Buffer allocateUnset(DType dtype, Shape shape) {
    return allocate(dtype, shape);
  }

  /**
   * Allocates a buffer as {@link #allocateUnset} does, for what stays while much else comes and
   * goes. A memory may keep such apart, so that it does not lie between what becomes free.
   *
   * @param dtype element type
   * @param shape a known shape
   * @return a buffer that the caller closes
   * @throws BackendException if there is not enough memory
   */
  default Buffer allocateLasting(DType dtype, Shape shape) {
    return allocateUnset(dtype, shape);
  }

  /**
   * Allocates a buffer of zeros for what stays as long as a model, such as its weights. A memory
   * may keep such apart, so that what runs finds room as if nothing else were there.
   *
   * @param dtype element type
   * @param shape a known shape
   * @return a buffer that the caller closes
   * @throws BackendException if there is not enough memory
   */
  default Buffer allocatePermanent(DType dtype, Shape shape) {
    return allocate(dtype, shape);
  }

  /**
   * Gives back to the system what plans that are closed have left, before a run whose memory was
   * counted.
   */
  default void tidy() {}

  /**
   * Begins a run that may take no more than was counted: what it allocates finds the room that it
   * would find if nothing had run before. May cost a tenth of a short step's time.
   */
  default void begin() {}

  /**
   * Begins to keep arrays in files.
   *
   * @param folder where the files are
   * @return what allocates them, closed by the caller before the backend
   * @throws IllegalArgumentException if this backend's arrays cannot lie in files
   */
  default Spill spill(SpillFolder folder) {
    throw new IllegalArgumentException(
        "spill="
            + folder.path()
            + ": arrays of this backend cannot lie in files; use the backend onednn, or none (no"
            + " spill)");
  }

  /**
   * Whether {@link #spill} is there.
   *
   * @return false where arrays cannot lie in files
   */
  default boolean spills() {
    return false;
  }

  /**
   * Copies from the host.
   *
   * @param source host values of the buffer's type and number of elements
   * @param target buffer to overwrite
   */
  void upload(Tensor source, Buffer target);

  /**
   * Starts to bring host values to the backend, if it can do so while earlier work goes on.
   *
   * @param sources host values, not to be changed until {@link Upload#into} has returned
   * @return what brings them into buffers, once
   */
  default Upload stage(List<Tensor> sources) {
    return targets -> {
      for (int i = 0; i < sources.size(); i++) {
        upload(sources.get(i), targets.get(i));
      }
    };
  }

  /**
   * Whether it pays to {@link #stage} the next values while earlier work goes on.
   *
   * @return true for a device with a memory of its own
   */
  default boolean stagesAhead() {
    return false;
  }

  /**
   * Starts a copy to the host.
   *
   * @param source buffer to read, which later work may overwrite
   * @return waits for the copy, if need be, and gives it
   */
  default Supplier<Tensor> downloading(Buffer source) {
    Tensor copy = download(source);
    return () -> copy;
  }

  /**
   * Copies to the host.
   *
   * @param source buffer to read
   * @return a tensor of its own of the buffer's type and shape
   */
  Tensor download(Buffer source);

  /**
   * Copies within the backend.
   *
   * @param source buffer to read
   * @param target buffer to overwrite, of the same type and number of elements
   */
  void copy(Buffer source, Buffer target);

  /**
   * Sets every element.
   *
   * @param target buffer to overwrite
   * @param value new value
   */
  void fill(Buffer target, double value);

  /** Where a backend's memory is. */
  enum Place {
    /** On the Java heap, like everything that a program holds itself. */
    HEAP,
    /** In the process, outside the Java heap. */
    PROCESS,
    /** On a device. */
    DEVICE
  }

  /**
   * Where this memory is.
   *
   * @return decides what else is taken from the same memory
   */
  default Place place() {
    return Place.DEVICE;
  }

  /**
   * Bytes that were got from the system and not given back, whether or not buffers are in them.
   *
   * @return bytes
   */
  default long heldBytes() {
    return liveBytes();
  }

  /**
   * Bytes in buffers that are not closed.
   *
   * @return bytes
   */
  long liveBytes();

  /**
   * Bytes that {@linkplain Backend#recording recordings} keep between their runs, in no buffer.
   *
   * @return bytes, free again when the recordings are closed
   */
  default long reservedBytes() {
    return 0;
  }

  /**
   * Counts what a sequence of allocations would take of this memory.
   *
   * @return nothing counted yet
   */
  default Peak peak() {
    return Peak.ofLive();
  }

  /**
   * Bytes that buffers may take in all.
   *
   * @return bytes, live ones included
   */
  long capacityBytes();
}
