package convlstm4j.program.time;

import convlstm4j.tensor.Shape;

/**
 * Some frames that come in one stretch. Values that were made by looking ahead lag behind those
 * that it begins with: in a stretch they have earlier frames, fewer in the first and more in the
 * last.
 *
 * @param from first frame
 * @param to last frame + 1
 * @param steps frames in all
 */
public record Span(long from, long to, long steps) {
  /** What the program of a stretch depends on. */
  public record Form(long frames, boolean first, boolean last) {}

  /**
   * All frames.
   *
   * @param steps how many
   * @return the only stretch
   */
  public static Span all(long steps) {
    return new Span(0, steps, steps);
  }

  /**
   * The first frame of a value.
   *
   * @param lag of the value, frames
   * @return at least 0
   */
  public long from(long lag) {
    return isFirst() ? 0 : from - lag;
  }

  /**
   * The last frame of a value, + 1.
   *
   * @param lag of the value, frames
   * @return at most {@link #steps}
   */
  public long to(long lag) {
    return isLast() ? steps : to - lag;
  }

  /**
   * How many frames of a value there are.
   *
   * @param lag of the value, frames
   * @return a number of frames
   */
  public long count(long lag) {
    return to(lag) - from(lag);
  }

  /**
   * Whether no stretch comes before.
   *
   * @return whether it begins with the first frame
   */
  public boolean isFirst() {
    return from == 0;
  }

  /**
   * Whether no stretch comes after.
   *
   * @return whether it ends with the last frame
   */
  public boolean isLast() {
    return to == steps;
  }

  /**
   * What the program of this stretch depends on.
   *
   * @return equal for stretches that run by the same program
   */
  public Form form() {
    return new Form(to - from, isFirst(), isLast());
  }

  /** A shape of a value, in the place of that for all frames. */
  Shape of(Shape shape, TimeAxis time, long lag) {
    return time.resized(shape, count(lag));
  }
}
