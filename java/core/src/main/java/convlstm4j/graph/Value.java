package convlstm4j.graph;

import convlstm4j.tensor.Shape;

/** One array in a {@link Program}: a feed, a variable, or what an op yields. */
public final class Value {
  /** Where a value's memory comes from. */
  enum Kind {
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
  private final Value base;

  Value(int id, Kind kind, Shape shape, Value base) {
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

  int id() {
    return id;
  }

  Kind kind() {
    return kind;
  }

  /** What a view sees; null for all others. */
  Value base() {
    return base;
  }

  /** The value whose memory this one is: itself unless it is a view. */
  Value root() {
    return base == null ? this : base.root();
  }
}
