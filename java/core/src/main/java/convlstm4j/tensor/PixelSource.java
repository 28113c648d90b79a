package convlstm4j.tensor;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/**
 * Pixels that are somewhere else, such as in a file, until somebody wants them: see {@link
 * Tensor#ofPixels(PixelSource, Shape)}. They stay what they are, and any thread may ask.
 */
@FunctionalInterface
public interface PixelSource {
  /**
   * Copies pixels.
   *
   * @param from index of the first, from 0
   * @param target where they go, from its position to its limit
   */
  void read(int from, ByteBuffer target);

  /** Has them brought to where {@link #read} is fast, such as from a disk; copies nothing. */
  default void load() {}

  /**
   * How much of them lies on the Java heap already.
   *
   * @return bytes; 0 where they are in a file
   */
  default long heapBytes() {
    return 0;
  }

  /**
   * Puts pixels one after the other, such as samples into a batch.
   *
   * @param parts at least one
   * @param each how many pixels every one of them has
   * @return all of them
   */
  static PixelSource joined(List<PixelSource> parts, int each) {
    List<PixelSource> all = List.copyOf(parts);
    return new PixelSource() {
      @Override
      public void read(int from, ByteBuffer target) {
        int end = target.limit();
        Objects.checkFromIndexSize(from, target.remaining(), all.size() * each);
        for (int at = from; target.position() < end; ) {
          int inside = at % each;
          int some = Math.min(end - target.position(), each - inside);
          all.get(at / each).read(inside, target.limit(target.position() + some));
          target.limit(end);
          at += some;
        }
      }

      @Override
      public void load() {
        all.forEach(PixelSource::load);
      }

      @Override
      public long heapBytes() {
        return all.stream().mapToLong(PixelSource::heapBytes).sum();
      }
    };
  }
}
