package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.Forms;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.ImageAxes;
import convlstm4j.op.Conv;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@link Conv2D} and {@link Conv3D} share. The input may have more axes between the batch and
 * the image, which stay in the output: every image is convolved by itself.
 *
 * @param <S> the layer's own type
 */
public abstract class Convolution<S extends Convolution<S>> extends Weighted<S> {
  private final int filters;
  private final List<Integer> kernelSize;
  private List<Integer> strides;
  private List<Integer> dilationRate;
  private Padding padding = Padding.VALID;
  private DataFormat dataFormat = DataFormat.CHANNELS_LAST;

  /** For the layers of this package. */
  Convolution(int filters, int... kernelSize) {
    super(Activation.LINEAR);
    this.filters = positive("filters", filters);
    this.kernelSize = perAxis("kernel_size", kernelSize.length, kernelSize);
    this.strides = this.kernelSize.stream().map(k -> 1).toList();
    this.dilationRate = strides;
  }

  /**
   * Sets the strides.
   *
   * @param values pixels, one per spatial axis, default 1
   * @return this layer
   * @throws IllegalArgumentException if the number of values is wrong or one is below 1
   */
  public final S strides(int... values) {
    return set(() -> strides = perAxis("strides", kernelSize.size(), values));
  }

  /**
   * Sets the dilation.
   *
   * @param values pixels, one per spatial axis, default 1
   * @return this layer
   * @throws IllegalArgumentException if the number of values is wrong or one is below 1
   */
  public final S dilationRate(int... values) {
    return set(() -> dilationRate = perAxis("dilation_rate", kernelSize.size(), values));
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

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    Window window = new Window(kernelSize, strides, dilationRate, padding, dataFormat);
    Conv op = new Conv(filters, window, useBias);
    int rank = kernelSize.size() + 2;
    if (x.shape().rank() < rank) {
      throw new ShapeException(
          "input has shape "
              + x.shape()
              + ", expected rank "
              + rank
              + " or more: batch, channels and "
              + kernelSize.size()
              + " spatial axes");
    }
    Folded folded = Folded.of(g, x, rank - 1);
    long channels = dataFormat.channels(folded.images().shape().from(1));
    if (channels == Shape.UNKNOWN) {
      throw new ShapeException(
          "input has shape " + x.shape() + ", of which the channels must be known");
    }
    Shape kernel =
        Shape.of(kernelSize.stream().mapToLong(k -> k).toArray()).append(channels, filters);
    List<Value> inputs = new ArrayList<>(List.of(folded.images(), kernel(g, kernel)));
    if (useBias) {
      inputs.add(parameter(g, "bias", Shape.of(filters), biasInitializer, biasRegularizer, true));
    }
    return List.of(finish(g, folded.unfold(g, g.ops(op, inputs).get(0))));
  }

  @Override
  public final Optional<ImageAxes> imageAxes() {
    return Optional.of(new ImageAxes(dataFormat, kernelSize.size()));
  }

  @Override
  public final Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("filters", filters);
    c.put("kernel_size", kernelSize);
    c.put("strides", strides);
    c.put("padding", padding.kerasName());
    c.put("data_format", dataFormat.kerasName());
    c.put("dilation_rate", dilationRate);
    c.put("groups", 1);
    putActivation(c);
    putWeights(c);
    return c;
  }

  final S read(Config c) {
    int n = kernelSize.size();
    return strides(Config.array(c.ints("strides", n, strides)))
        .dilationRate(Config.array(c.ints("dilation_rate", n, dilationRate)))
        .padding(c.padding("padding"))
        .dataFormat(c.dataFormat("data_format"))
        .readWeights(c);
  }
}
