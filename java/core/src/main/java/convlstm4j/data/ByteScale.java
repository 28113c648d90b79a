package convlstm4j.data;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How bytes (uint8), such as pixels, become the numbers that a model is fed with: {@code byte *
 * factor + offset}. It belongs to the model: one that was trained on pixels from 0 to 1 takes those
 * from 0 to 255 for something else.
 *
 * @param factor finite, not 0
 * @param offset finite
 */
public record ByteScale(double factor, double offset) {
  /** As they are, from 0 to 255. */
  public static final ByteScale NONE = new ByteScale(1, 0);

  /** Divided by 255, so from 0 to 1. */
  public static final ByteScale UNIT = new ByteScale(1 / 255.0, 0);

  private static final String FACTOR = "factor";
  private static final String OFFSET = "offset";

  public ByteScale {
    if (!Double.isFinite(factor) || factor == 0 || !Double.isFinite(offset)) {
      throw new IllegalArgumentException(
          "bytes times " + factor + " plus " + offset + ", expected finite numbers, not times 0");
    }
  }

  /**
   * What a byte stands for.
   *
   * @param unsigned its value, 0 to 255
   * @return the number that a model is fed with
   */
  public double value(int unsigned) {
    return equals(UNIT) ? unsigned / 255.0 : unsigned * factor + offset;
  }

  Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put(FACTOR, factor);
    config.put(OFFSET, offset);
    return config;
  }

  static ByteScale fromConfig(Map<String, Object> config) {
    if (config.get(FACTOR) instanceof Number factor
        && config.get(OFFSET) instanceof Number offset) {
      return new ByteScale(factor.doubleValue(), offset.doubleValue());
    }
    throw new IllegalArgumentException(
        "scales of bytes: expected {} or {factor, offset}, got " + config);
  }

  /** In words, to follow "bytes". */
  @Override
  public String toString() {
    return equals(NONE)
        ? "as they are, 0 to 255"
        : equals(UNIT) ? "divided by 255" : "times " + factor + " plus " + offset;
  }
}
