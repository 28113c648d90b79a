package convlstm4j.io.npy;

import convlstm4j.data.ByteScale;
import convlstm4j.data.Frames;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Frames of a file, read when they are asked for. */
public final class NpyFrames implements Frames {
  private final NpyFile file;
  private final long first;
  private final Shape shape;
  private final boolean oneVideo;
  private final DType dtype;

  private NpyFrames(NpyFile file, long first, Shape shape, boolean oneVideo, DType dtype) {
    this.file = file;
    this.first = first;
    this.shape = shape;
    this.oneVideo = oneVideo;
    this.dtype = dtype;
  }

  /**
   * Some samples of a file.
   *
   * @param file {@code [N, ..]}
   * @param from first sample
   * @param to last sample + 1
   * @param dtype element type to give
   * @return {@code [to - from, ..]}
   * @throws IllegalArgumentException if the array is a scalar
   */
  public static NpyFrames samples(NpyFile file, long from, long to, DType dtype) {
    if (file.shape().rank() == 0) {
      throw new IllegalArgumentException(file.name() + ": is a scalar and has no samples");
    }
    return new NpyFrames(file, from, file.shape().with(0, to - from), false, dtype);
  }

  /**
   * One video.
   *
   * @param file {@code [T, ..]}
   * @param dtype element type to give
   * @return {@code [1, T, ..]}
   */
  public static NpyFrames video(NpyFile file, DType dtype) {
    return new NpyFrames(file, 0, file.shape().prepend(1), true, dtype);
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public Tensor all() {
    return oneVideo
        ? file.read(dtype).reshape(shape)
        : file.readFrames(first, first + shape.dim(0), dtype);
  }

  @Override
  public Tensor read(long from, long to) {
    Shape some = shape.with(1, to - from);
    if (from < 0 || to < from || to > shape.dim(1)) {
      throw new IndexOutOfBoundsException(
          file.name() + ": frames " + from + " to " + to + " of " + shape.dim(1));
    }
    if (file.columns()) { // no frame lies in one piece
      return Frames.of(all()).read(from, to);
    }
    List<Tensor> samples = new ArrayList<>();
    for (long n = 0; n < shape.dim(0); n++) {
      long frame = (oneVideo ? 0 : (first + n) * shape.dim(1)) + from;
      long element = frame * shape.from(2).elements();
      samples.add(file.readElements(element, some.with(0, 1), dtype));
    }
    return samples.size() == 1 ? samples.get(0) : Tensor.joined(samples, some);
  }

  @Override
  public Optional<ByteScale> byteScale() {
    return file.byteScale();
  }

  @Override
  public String description() {
    return file.name();
  }
}
