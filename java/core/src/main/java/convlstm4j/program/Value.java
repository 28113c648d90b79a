package convlstm4j.program;

import convlstm4j.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** One array in a {@link Program}: a feed, a variable, or what an op yields. */
public final class Value {
  /** Where a value's memory comes from. */
  public enum Kind {
    /** Handed in for each run: input, label, weight, mask. */
    FEED,
    /** A layer's parameter. */
    PARAMETER,
    /** A layer's state between runs. */
    STATE,
    /** Constant zeros. */
    ZEROS,
    /** The output of an op. */
    RESULT,
    /** Another value seen with another shape. */
    VIEW
  }

  private final int id;
  private final Kind kind;
  private final Shape shape;
  private final @Nullable Value base;

  /**
   * A value.
   *
   * @param id its place in {@link Program#values}
   * @param kind where its memory comes from
   * @param shape sizes of its axes
   * @param base what a view sees; null for all others
   */
  public Value(int id, Kind kind, Shape shape, @Nullable Value base) {
    this.id = id;
    this.kind = kind;
    this.shape = shape;
    this.base = base;
  }

  /**
   * Sizes of the axes; unknown ones only while a graph is being built.
   *
   * @return the shape
   */
  public Shape shape() {
    return shape;
  }

  /**
   * Its place in {@link Program#values}.
   *
   * @return at least 0
   */
  public int id() {
    return id;
  }

  /**
   * Where its memory comes from.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * What a view sees.
   *
   * @return null for all that are no views
   */
  public @Nullable Value base() {
    return base;
  }

  /**
   * The value whose memory this one is.
   *
   * @return itself unless it is a view
   */
  public Value root() {
    return base == null ? this : base.root();
  }
}
