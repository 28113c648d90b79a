package convlstm4j.data;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.PixelSource;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The frames of one video, read as much of as is asked for. Closing it gives back what it holds.
 */
public interface FrameSource extends AutoCloseable {
  /**
   * What messages call it.
   *
   * @return its path as given
   */
  String name();

  /**
   * Sizes of the axes.
   *
   * @return a known shape, of a video {@code [T, C, H, W]}
   */
  Shape shape();

  /**
   * The scale that uint8 elements are read to.
   *
   * @return {@link ByteScale#NONE} for one just opened; empty for other types
   */
  Optional<ByteScale> byteScale();

  /**
   * The same frames with uint8 elements read to a scale. Other types are read as they are.
   *
   * @param bytes what a byte stands for
   * @return another view; closing one closes both
   */
  FrameSource scaled(ByteScale bytes);

  /**
   * Reads some frames. Fast where they follow those read before.
   *
   * @param from first index
   * @param to last index + 1
   * @param dtype element type to give; values that it cannot hold are rounded
   * @return a new tensor, axis 0 of size {@code to - from}, the others as in {@link #shape}
   * @throws IndexOutOfBoundsException if they are not within axis 0
   * @throws convlstm4j.io.file.FileException if they cannot be read
   */
  Tensor readFrames(long from, long to, DType dtype);

  /**
   * Whether frames stay bytes when they are read: a tensor of {@linkplain Tensor#ofPixels pixels}.
   *
   * @param dtype element type that is asked for
   * @return true for bytes of the scale that such a tensor stands for
   */
  boolean readsPixels(DType dtype);

  /**
   * Reads some frames into a part of a tensor, such as a sample of a batch.
   *
   * @param from first index
   * @param to last index + 1
   * @param target gets the elements, row-major; of pixels only if this {@linkplain #readsPixels
   *     reads so}
   * @param at index of the first
   * @throws IndexOutOfBoundsException if they are not within axis 0
   * @throws IllegalArgumentException if they do not fit into the tensor
   * @throws convlstm4j.io.file.FileException if they cannot be read
   */
  void readFrames(long from, long to, Tensor target, int at);

  /**
   * Some frames as pixels that stay where they are, in the file or as a decoder gives them, until a
   * backend copies them into its own memory.
   *
   * @param from first index
   * @param to last index + 1
   * @return empty where frames are no {@linkplain #readsPixels pixels}; what is read from may throw
   *     as {@link #readFrames} does, also after this is closed; what has to be decoded is so by
   *     {@link PixelSource#load}, before this is closed
   * @throws IndexOutOfBoundsException if they are not within axis 0
   */
  default Optional<PixelSource> pixels(long from, long to) {
    return Optional.empty();
  }

  /**
   * When a frame is shown.
   *
   * @param frame its index
   * @return seconds since the start of the video; empty if it does not say
   * @throws IndexOutOfBoundsException if there is no such frame
   */
  default OptionalDouble seconds(long frame) {
    return OptionalDouble.empty();
  }

  /**
   * When the last frame ends.
   *
   * @return seconds since the start of the video; empty if it does not say
   */
  default OptionalDouble end() {
    return OptionalDouble.empty();
  }

  /**
   * The same video, for another reader: what one reads or closes does not move the other.
   *
   * @return a source, to be closed
   */
  FrameSource reopened();

  /** Gives back files, threads and processes. */
  @Override
  void close();
}
