package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Keras's {@code GroupNormalization} (Wu and He 2018, arXiv:1803.08494): each sample and group of
 * channels by its own mean and variance over all pixels. With as many groups as channels it is
 * instance normalisation. Weights, of the channels' number: {@code gamma} if scaled, {@code beta}
 * if centred.
 */
public final class GroupNormalization extends Standardizing<GroupNormalization> {
  /** Each channel is a group: instance normalisation. */
  public static final int EACH_CHANNEL = -1;

  private final int groups;
  private int axis = -1;

  /** A layer of Keras's 32 groups. */
  public GroupNormalization() {
    this(32);
  }

  /**
   * A layer.
   *
   * @param groups how many, at least 1, or {@link #EACH_CHANNEL}
   * @throws IllegalArgumentException if it is neither
   */
  public GroupNormalization(int groups) {
    if (groups < 1 && groups != EACH_CHANNEL) {
      throw new IllegalArgumentException(
          label() + ": groups=" + groups + ", must be >= 1, or -1 for each channel");
    }
    this.groups = groups;
  }

  /**
   * Sets which axis the channels are.
   *
   * @param value negative counted from the end; default -1
   * @return this layer
   * @throws IllegalArgumentException if it is 0, the batch
   */
  public GroupNormalization axis(int value) {
    if (value == 0) {
      throw new IllegalArgumentException(label() + ": axis=0 is the batch, expected another axis");
    }
    return set(() -> axis = value);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    Shape s = x.shape();
    int channels = Axes.resolved(List.of(axis), s).get(0);
    long size = s.dim(channels);
    long count = groups == EACH_CHANNEL ? size : groups;
    if (size == Shape.UNKNOWN || size % count != 0) {
      throw new ShapeException(
          "input has shape "
              + s
              + ", expected a known multiple of groups="
              + groups
              + " along axis="
              + axis);
    }
    Shape split = Shape.of();
    for (int d = s.rank() - 1; d >= 0; d--) {
      boolean isChannels = d == channels;
      split = isChannels ? split.prepend(count, size / count) : split.prepend(s.dim(d));
    }
    List<Integer> axes =
        IntStream.range(1, split.rank()).filter(d -> d != channels).boxed().toList();
    List<Integer> weighted = List.of(channels, channels + 1);
    Value y = standardized(g, g.reshape(x, split), axes, weighted, Shape.of(size));
    return List.of(g.reshape(y, s));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("groups", groups);
    c.put("axis", axis);
    putOptions(c);
    return c;
  }

  static GroupNormalization fromConfig(Config c) {
    return new GroupNormalization(c.integer("groups", 32)).axis(c.integer("axis", -1)).read(c);
  }
}
