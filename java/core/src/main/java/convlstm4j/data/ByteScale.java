package convlstm4j.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  /**
   * The scales of several inputs, for a file.
   *
   * @param scales one per input, empty where it is not known
   * @return what JSON can be made of
   */
  public static List<Object> configs(List<Optional<ByteScale>> scales) {
    List<Object> all = new ArrayList<>();
    for (Optional<ByteScale> scale : scales) {
      Map<String, Object> config = new LinkedHashMap<>();
      scale.ifPresent(
          s -> {
            config.put(FACTOR, s.factor());
            config.put(OFFSET, s.offset());
          });
      all.add(config);
    }
    return all;
  }

  /**
   * The scales from a file.
   *
   * @param configs as {@link #configs} gives them
   * @param inputs how many there must be
   * @return one per input, empty where it is not known
   * @throws IllegalArgumentException if they are not of that form
   */
  public static List<Optional<ByteScale>> fromConfigs(Object configs, int inputs) {
    if (!(configs instanceof List<?> list) || list.size() != inputs) {
      throw new IllegalArgumentException(
          "scales of bytes: expected a list for " + inputs + " inputs, got " + configs);
    }
    List<Optional<ByteScale>> all = new ArrayList<>();
    for (Object o : list) {
      if (o instanceof Map<?, ?> m && m.isEmpty()) {
        all.add(Optional.empty());
      } else if (o instanceof Map<?, ?> m
          && m.get(FACTOR) instanceof Number factor
          && m.get(OFFSET) instanceof Number offset) {
        all.add(Optional.of(new ByteScale(factor.doubleValue(), offset.doubleValue())));
      } else {
        throw new IllegalArgumentException(
            "scales of bytes: expected {} or {factor, offset}, got " + o);
      }
    }
    return all;
  }

  /** In words, to follow "bytes". */
  @Override
  public String toString() {
    return equals(NONE)
        ? "as they are, 0 to 255"
        : equals(UNIT) ? "divided by 255" : "times " + factor + " plus " + offset;
  }
}
