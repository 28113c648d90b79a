package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.Forms;
import convlstm4j.config.KerasVersion;
import convlstm4j.graph.ImageAxes;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keras's {@code ConvLSTM2D} (Shi et al. 2015, arXiv:1506.04214; the equations are at {@link
 * convlstm4j.op.ConvLstm2d}). Defaults are Keras 3's.
 *
 * <p>Input {@code [N, T, H, W, C]}, or {@code [N, T, C, H, W]} with channels first; image sizes
 * must be known when the graph is built, N and T need not. Output {@code [N, H', W', F]}, with
 * {@code returnSequences} {@code [N, T, H', W', F]}, channels in the place of the input's. Weights:
 * {@code kernel [KH, KW, C, 4F]}, {@code recurrent_kernel [KH, KW, F, 4F]}, {@code bias [4F]},
 * gates in the order i, f, g, o.
 */
public final class ConvLSTM2D extends Recurrent<ConvLSTM2D> {
  private final List<Integer> kernelSize;
  private List<Integer> strides = List.of(1, 1);
  private List<Integer> dilationRate = List.of(1, 1);
  private Padding padding = Padding.VALID;
  private DataFormat dataFormat = DataFormat.CHANNELS_LAST;

  /**
   * A layer with a square kernel.
   *
   * @param filters F, hidden channels; at least 1
   * @param kernelSize KH and KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public ConvLSTM2D(int filters, int kernelSize) {
    this(filters, kernelSize, kernelSize);
  }

  /**
   * A layer.
   *
   * @param filters F, hidden channels; at least 1
   * @param kernelHeight KH, pixels; at least 1
   * @param kernelWidth KW, pixels; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public ConvLSTM2D(int filters, int kernelHeight, int kernelWidth) {
    super("filters", filters);
    kernelSize =
        List.of(positive("kernel_size", kernelHeight), positive("kernel_size", kernelWidth));
  }

  /**
   * Sets the strides of the input convolution.
   *
   * @param height pixels, default 1
   * @param width pixels, default 1
   * @return this layer
   * @throws IllegalArgumentException if a number is below 1
   */
  public ConvLSTM2D strides(int height, int width) {
    return set(() -> strides = List.of(positive("strides", height), positive("strides", width)));
  }

  /**
   * Sets the dilation of the input convolution.
   *
   * @param height pixels, default 1
   * @param width pixels, default 1
   * @return this layer
   * @throws IllegalArgumentException if a number is below 1
   */
  public ConvLSTM2D dilationRate(int height, int width) {
    return set(
        () ->
            dilationRate =
                List.of(positive("dilation_rate", height), positive("dilation_rate", width)));
  }

  /**
   * Sets the padding of the input convolution; the recurrent one is always {@link Padding#SAME}.
   *
   * @param value default {@link Padding#VALID}
   * @return this layer
   */
  public ConvLSTM2D padding(Padding value) {
    return set(() -> padding = value);
  }

  /**
   * Sets the padding by its name in Keras 3.
   *
   * @param value {@code "valid"} or {@code "same"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  public ConvLSTM2D padding(String value) {
    return padding(word("padding", value, () -> Forms.choice(Padding.class, value, "")));
  }

  /**
   * Sets where the channels stand.
   *
   * @param value default {@link DataFormat#CHANNELS_LAST}
   * @return this layer
   */
  public ConvLSTM2D dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  /**
   * Sets where the channels stand by its name in Keras 3.
   *
   * @param value {@code "channels_last"} or {@code "channels_first"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  public ConvLSTM2D dataFormat(String value) {
    return dataFormat(word("data_format", value, () -> Forms.choice(DataFormat.class, value, "")));
  }

  @Override
  Window window() {
    return new Window(kernelSize, strides, dilationRate, padding, dataFormat);
  }

  @Override
  Value frames(Lowering g, Value x) {
    if (x.shape().rank() != 5) {
      throw new ShapeException(
          "input has shape "
              + x.shape()
              + " of rank "
              + x.shape().rank()
              + ", expected rank 5: "
              + (dataFormat == DataFormat.CHANNELS_LAST ? "[N, T, H, W, C]" : "[N, T, C, H, W]"));
    }
    return x;
  }

  @Override
  Shape own(Shape imageShape) {
    return imageShape;
  }

  @Override
  Shape ownKernel(Shape kernel) {
    return kernel;
  }

  @Override
  ConvLSTM2D copy() {
    ConvLSTM2D l = new ConvLSTM2D(units, kernelSize.get(0), kernelSize.get(1));
    l.strides = strides;
    l.dilationRate = dilationRate;
    return l.padding(padding).dataFormat(dataFormat).copyRecurrent(this);
  }

  @Override
  public Optional<ImageAxes> imageAxes() {
    return Optional.of(new ImageAxes(dataFormat, 2));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("filters", units);
    c.put("kernel_size", kernelSize);
    c.put("strides", strides);
    c.put("padding", padding.kerasName());
    c.put("data_format", dataFormat.kerasName());
    c.put("dilation_rate", dilationRate);
    putRecurrent(c);
    return c;
  }

  static ConvLSTM2D fromConfig(Config c) {
    List<Integer> k = c.ints("kernel_size", 2);
    ConvLSTM2D l = new ConvLSTM2D(c.integer("filters"), k.get(0), k.get(1));
    List<Integer> s = c.ints("strides", 2, l.strides);
    List<Integer> d = c.ints("dilation_rate", 2, l.dilationRate);
    return l.strides(s.get(0), s.get(1))
        .dilationRate(d.get(0), d.get(1))
        .padding(c.padding("padding"))
        .dataFormat(c.dataFormat("data_format"))
        .readRecurrent(
            c,
            c.version() == KerasVersion.KERAS2
                ? Activation.HARD_SIGMOID_KERAS2
                : Activation.SIGMOID);
  }
}
