package convlstm4j.backend;

import convlstm4j.op.Winners;
import convlstm4j.tensor.Shape;

/**
 * {@link Winners} as all backends see them: a pooling whose windows' places are packed along one
 * axis.
 */
public final class WinnersGeometry {
  private final PoolGeometry pool;
  private final int axis;
  private final int bits;
  private final int perNumber;

  /**
   * Of known shapes.
   *
   * @param op what is computed
   * @param x {@code [N, image]} in the window's format
   */
  public WinnersGeometry(Winners op, Shape x) {
    this.pool = new PoolGeometry(op.window(), x);
    this.axis = PoolGeometry.AXES - op.window().rank() + op.spatial();
    this.bits = Winners.bits(pool.size(axis));
    this.perNumber = Winners.perNumber(pool.size(axis));
  }

  /**
   * The pooling.
   *
   * @return its windows over images
   */
  public PoolGeometry pool() {
    return pool;
  }

  /**
   * Along which places are told.
   *
   * @return 0 to 2 for D, H and W
   */
  public int axis() {
    return axis;
  }

  /**
   * Bits of a place.
   *
   * @return at least 1
   */
  public int bits() {
    return bits;
  }

  /**
   * Places in a number.
   *
   * @return at least 1
   */
  public int perNumber() {
    return perNumber;
  }

  /**
   * Numbers, each of {@link #perNumber} windows along the axis and of one along the others.
   *
   * @param d 0 to 2
   * @return how many there are
   */
  public int numbers(int d) {
    return d == axis ? (pool.out(d) + perNumber - 1) / perNumber : pool.out(d);
  }
}
