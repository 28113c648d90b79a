package convlstm4j.layers;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Shapes of equally many elements. */
final class RandomShape {
  private RandomShape() {}

  /**
   * The axes of a sample joined or split until there are enough.
   *
   * @param rank how many, with the batch
   * @return sizes without the batch
   */
  static long[] of(Choice c, Shape shape, int rank) {
    List<Long> dims = new ArrayList<>(LongStream.of(shape.from(1).dims()).boxed().toList());
    while (dims.size() > rank - 1) {
      int at = c.below(dims.size() - 1);
      dims.set(at, dims.get(at) * dims.remove(at + 1));
    }
    while (dims.size() < rank - 1) {
      int at = c.below(dims.size());
      long size = dims.get(at);
      long part = size % 3 == 0 && c.oneIn(2) ? 3 : size % 2 == 0 ? 2 : 1;
      dims.set(at, size / part);
      dims.add(at + c.below(2), part);
    }
    return dims.stream().mapToLong(d -> d).toArray();
  }
}
