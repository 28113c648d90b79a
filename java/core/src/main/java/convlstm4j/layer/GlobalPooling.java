package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.Forms;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.ImageAxes;
import convlstm4j.op.GlobalAveragePool;
import convlstm4j.option.DataFormat;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the global pooling layers share. The input may have more axes between the batch and the
 * image, which stay in the output: every image is pooled by itself.
 *
 * @param <S> the layer's own type
 */
public abstract class GlobalPooling<S extends GlobalPooling<S>> extends KerasLayer<S> {
  private final int rank;
  private DataFormat dataFormat = DataFormat.CHANNELS_LAST;
  private boolean keepDims;

  /** For the layers of this package. */
  GlobalPooling(int rank) {
    this.rank = rank;
  }

  /**
   * Sets where the channels stand.
   *
   * @param value default {@link DataFormat#CHANNELS_LAST}
   * @return this layer
   */
  public final S dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  /**
   * Sets where the channels stand by its name in Keras 3.
   *
   * @param value {@code "channels_last"} or {@code "channels_first"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  public final S dataFormat(String value) {
    return dataFormat(word("data_format", value, () -> Forms.choice(DataFormat.class, value, "")));
  }

  /**
   * Says whether the spatial axes stay, with size 1.
   *
   * @param value default false
   * @return this layer
   */
  public final S keepDims(boolean value) {
    return set(() -> keepDims = value);
  }

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Folded folded = Folded.of(g, only(arguments), rank + 1);
    GlobalAveragePool op = new GlobalAveragePool(dataFormat, rank, keepDims);
    return List.of(folded.unfold(g, g.op(op, folded.images())));
  }

  @Override
  public final Optional<ImageAxes> imageAxes() {
    return Optional.of(new ImageAxes(dataFormat, rank));
  }

  @Override
  public final Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("data_format", dataFormat.kerasName());
    c.put("keepdims", keepDims);
    return c;
  }

  final S read(Config c) {
    return dataFormat(c.dataFormat("data_format")).keepDims(c.bool("keepdims", false));
  }
}
