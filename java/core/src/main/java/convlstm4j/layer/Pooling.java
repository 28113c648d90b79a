package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.Forms;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Pool;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the pooling layers share. The input may have more axes between the batch and the image,
 * which stay in the output: every image is pooled by itself.
 *
 * @param <S> the layer's own type
 */
public abstract class Pooling<S extends Pooling<S>> extends ImageLayer<S>
    implements DataFormatted<S> {
  private final Pool.Mode mode;
  private final List<Integer> poolSize;
  private List<Integer> strides;
  private Padding padding = Padding.VALID;

  /** For the layers of this package. */
  Pooling(Pool.Mode mode, int rank, int... poolSize) {
    super(rank);
    this.mode = mode;
    this.poolSize = expand("pool_size", rank, poolSize);
    this.strides = this.poolSize;
  }

  /**
   * Sets the strides.
   *
   * @param values pixels, one per spatial axis or one for all; default the pool size
   * @return this layer
   * @throws IllegalArgumentException if the number of values is wrong or one is below 1
   */
  public final S strides(int... values) {
    return set(() -> strides = expand("strides", axes, values));
  }

  /**
   * Sets the padding.
   *
   * @param value default {@link Padding#VALID}
   * @return this layer
   */
  public final S padding(Padding value) {
    return set(() -> padding = value);
  }

  /**
   * Sets the padding by its name in Keras 3.
   *
   * @param value {@code "valid"} or {@code "same"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  public final S padding(String value) {
    return padding(word("padding", value, () -> Forms.choice(Padding.class, value, "")));
  }

  @Override
  public final S dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Folded folded = Folded.of(g, only(arguments), axes + 1);
    Value images = folded.images();
    if (axes > 1) {
      return List.of(folded.unfold(g, g.op(pool(poolSize, strides), images)));
    }
    // A sequence is an image of one column.
    Value columns = g.reshape(images, Axes.withColumn(images.shape(), dataFormat));
    Value y = g.op(pool(List.of(poolSize.get(0), 1), List.of(strides.get(0), 1)), columns);
    return List.of(folded.unfold(g, g.reshape(y, y.shape().without(firstAxis() + 1))));
  }

  private Pool pool(List<Integer> sizes, List<Integer> steps) {
    List<Integer> ones = sizes.stream().map(p -> 1).toList();
    return new Pool(mode, new Window(sizes, steps, ones, padding, dataFormat));
  }

  @Override
  public final Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("pool_size", poolSize);
    c.put("padding", padding.kerasName());
    c.put("strides", strides);
    c.put("data_format", dataFormat.kerasName());
    return c;
  }

  static int[] poolSize(Config c, int rank) {
    return Config.array(c.ints("pool_size", rank, List.of(2)));
  }

  final S read(Config c) {
    return strides(Config.array(c.ints("strides", axes, strides)))
        .padding(c.padding("padding"))
        .dataFormat(c.dataFormat("data_format"));
  }

  private List<Integer> expand(String option, int rank, int... values) {
    int[] all = values;
    if (values.length == 1) {
      all = new int[rank];
      java.util.Arrays.fill(all, values[0]);
    }
    return perAxis(option, rank, all);
  }
}
