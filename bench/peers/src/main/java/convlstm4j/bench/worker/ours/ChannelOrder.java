package convlstm4j.bench.worker.ours;

import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;

/**
 * From videos as tasks have them, {@code [N,T,H,W,C]}, to those of a data format, and back.
 *
 * @param format the data format
 */
record ChannelOrder(DataFormat format) {
  /** {@code [N,T,H,W,C]} in the format. */
  Shape of(Shape last) {
    return isLast()
        ? last
        : Shape.of(last.dim(0), last.dim(1), last.dim(4), last.dim(2), last.dim(3));
  }

  /** A video of a task in the format. */
  Tensor of(Tensor last) {
    Shape s = last.shape();
    return isLast() ? last : moved(last, s.dim(2) * s.dim(3), s.dim(4), of(s));
  }

  /** A video in the format as a task has it. */
  Tensor back(Tensor video) {
    Shape s = video.shape();
    Shape last = Shape.of(s.dim(0), s.dim(1), s.dim(3), s.dim(4), s.dim(2));
    return isLast() ? video : moved(video, s.dim(2), s.dim(3) * s.dim(4), last);
  }

  private boolean isLast() {
    return format == DataFormat.CHANNELS_LAST;
  }

  /** Every frame transposed as a matrix. */
  private static Tensor moved(Tensor from, long rows, long columns, Shape shape) {
    Tensor to = Tensor.zeros(from.dtype(), shape);
    int size = (int) (rows * columns);
    for (int i = 0; i < from.size(); i++) {
      int at = i % size;
      long row = at / columns;
      long column = at % columns;
      to.set((int) (i - at + column * rows + row), from.get(i));
    }
    return to;
  }
}
