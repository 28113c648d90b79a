package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.Forms;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.ImageAxes;
import convlstm4j.op.GlobalAveragePool;
import convlstm4j.op.Pool;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
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
  private final Pool.Mode mode;
  private final int rank;
  private DataFormat dataFormat = DataFormat.CHANNELS_LAST;
  private boolean keepDims;

  /** For the layers of this package. */
  GlobalPooling(Pool.Mode mode, int rank) {
    this.mode = mode;
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
    Value images = folded.images();
    if (mode == Pool.Mode.AVERAGE && rank > 1) {
      GlobalAveragePool op = new GlobalAveragePool(dataFormat, rank, keepDims);
      return List.of(folded.unfold(g, g.op(op, images)));
    }
    checkRank(images.shape());
    boolean last = dataFormat == DataFormat.CHANNELS_LAST;
    long n = images.shape().dim(0);
    long channels = images.shape().dim(last ? rank + 1 : 1);
    Value y = g.reshape(pooled(g, images, last), Shape.of(n, channels));
    long[] ones = new long[keepDims ? rank : 0];
    Arrays.fill(ones, 1);
    Shape kept = last ? Shape.of(channels).prepend(ones) : Shape.of(ones).prepend(channels);
    return List.of(folded.unfold(g, g.reshape(y, kept.prepend(n))));
  }

  private void checkRank(Shape images) {
    if (images.rank() != rank + 2) {
      throw new ShapeException(
          "input has shape "
              + images
              + ", expected rank "
              + (rank + 2)
              + " or more: batch, channels and "
              + rank
              + " spatial "
              + (rank == 1 ? "axis" : "axes"));
    }
  }

  /** By a window of the whole image; a sequence is an image of one column. */
  private Value pooled(Lowering g, Value sequence, boolean last) {
    Value images = sequence;
    if (rank == 1) {
      images = g.reshape(sequence, Axes.withColumn(sequence.shape(), dataFormat));
    }
    if (mode == Pool.Mode.AVERAGE) {
      return g.op(new GlobalAveragePool(dataFormat, Math.max(rank, 2), false), images);
    }
    List<Integer> size = new ArrayList<>();
    for (int a = 0; a < Math.max(rank, 2); a++) {
      long pixels = images.shape().dim(a + (last ? 1 : 2));
      // Of an unknown size, while a graph is built, only the shape counts.
      size.add(pixels == Shape.UNKNOWN ? 1 : Math.toIntExact(pixels));
    }
    List<Integer> ones = size.stream().map(k -> 1).toList();
    return g.op(new Pool(mode, new Window(size, size, ones, Padding.VALID, dataFormat)), images);
  }

  @Override
  public final Optional<ImageAxes> imageAxes() {
    return rank == 1 ? Optional.empty() : Optional.of(new ImageAxes(dataFormat, rank));
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
