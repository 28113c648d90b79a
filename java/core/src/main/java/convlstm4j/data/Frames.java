package convlstm4j.data;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjLongConsumer;

/**
 * A batch for one input, of which some frames at a time are read: {@code [N, T, ..]}, T the frames.
 */
public interface Frames {
  /**
   * Sizes of the axes, the batch first, then the frames.
   *
   * @return a known shape of rank 1 or more
   */
  Shape shape();

  /**
   * Reads some frames of all samples.
   *
   * @param from first frame
   * @param to last frame + 1
   * @return {@code [N, to - from, ..]}, of either type
   */
  Tensor read(long from, long to);

  /**
   * Reads all of it.
   *
   * @return of {@link #shape}
   */
  default Tensor all() {
    return read(0, shape().dim(1));
  }

  /**
   * How the bytes of a file become the numbers.
   *
   * @return empty where there are no bytes, or it is not known
   */
  default Optional<ByteScale> byteScale() {
    return Optional.empty();
  }

  /**
   * How a file becomes the numbers.
   *
   * @return what is known of it
   */
  default InputForm form() {
    return InputForm.ofBytes(byteScale());
  }

  /**
   * What messages call it.
   *
   * @return a file's name, for instance
   */
  default String description() {
    return "frames";
  }

  /**
   * The same frames, all that is read of which somebody sees.
   *
   * @param watcher is given what was read, and the number of its first frame; what it throws ends
   *     the reading
   * @return the frames
   */
  default Frames watched(ObjLongConsumer<Tensor> watcher) {
    Frames frames = this;
    return new Frames() {
      @Override
      public Shape shape() {
        return frames.shape();
      }

      @Override
      public Tensor read(long from, long to) {
        Tensor read = frames.read(from, to);
        watcher.accept(read, from);
        return read;
      }

      @Override
      public Tensor all() {
        Tensor all = frames.all();
        watcher.accept(all, 0);
        return all;
      }

      @Override
      public Optional<ByteScale> byteScale() {
        return frames.byteScale();
      }

      @Override
      public InputForm form() {
        return frames.form();
      }

      @Override
      public String description() {
        return frames.description();
      }
    };
  }

  /**
   * Frames that are in memory.
   *
   * @param all {@code [N, T, ..]}
   * @return the frames
   */
  static Frames of(Tensor all) {
    return new Frames() {
      @Override
      public Shape shape() {
        return all.shape();
      }

      @Override
      public Tensor all() {
        return all;
      }

      @Override
      public Tensor read(long from, long to) {
        return from == 0 && to == all.shape().dim(1) ? all : all.slice(1, from, to);
      }
    };
  }

  /**
   * The frames of one video.
   *
   * @param video {@code [T, ..]}
   * @param form how it is read
   * @param dtype element type to give
   * @return {@code [1, T, ..]}
   */
  static Frames of(FrameSource video, InputForm form, DType dtype) {
    return new Frames() {
      @Override
      public Shape shape() {
        return video.shape().prepend(1);
      }

      @Override
      public Tensor read(long from, long to) {
        Tensor some = video.readFrames(from, to, dtype);
        return some.reshape(some.shape().prepend(1));
      }

      @Override
      public Optional<ByteScale> byteScale() {
        return video.byteScale();
      }

      @Override
      public InputForm form() {
        return form;
      }

      @Override
      public String description() {
        return video.name();
      }
    };
  }

  /**
   * Puts frames one after the other.
   *
   * @param parts in memory each {@code [N, frames, K]}, of one element type
   * @param all the shape of them together, {@code [N, T, K]}
   * @return a new tensor
   */
  static Tensor joined(List<Tensor> parts, Shape all) {
    Tensor y = Tensor.zeros(parts.get(0).dtype(), all);
    int n = (int) all.dim(0);
    int row = y.size() / n;
    int at = 0;
    for (Tensor t : parts) {
      int length = t.size() / n;
      for (int i = 0; i < n; i++) {
        System.arraycopy(array(t), i * length, array(y), i * row + at, length);
      }
      at += length;
    }
    return y;
  }

  private static Object array(Tensor t) {
    return t.isPixels() ? t.pixels() : t.dtype() == DType.FLOAT32 ? t.floats() : t.doubles();
  }
}
