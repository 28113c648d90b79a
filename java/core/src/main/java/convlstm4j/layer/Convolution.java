package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.Forms;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.ImageAxes;
import convlstm4j.op.Pad;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What the layers of a convolution share. The input may have more axes between the batch and the
 * image, which stay in the output: every image is convolved by itself. Of one spatial axis, an
 * image is a sequence of steps.
 *
 * @param <S> the layer's own type
 */
public abstract class Convolution<S extends Convolution<S>> extends Weighted<S>
    implements DataFormatted<S> {
  private final List<Integer> kernelSize;
  private List<Integer> strides;
  private List<Integer> dilationRate;
  private Padding padding = Padding.VALID;
  private DataFormat dataFormat = DataFormat.CHANNELS_LAST;

  /** For the layers of this package. */
  Convolution(int... kernelSize) {
    super(Activation.LINEAR);
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
  public S padding(Padding value) {
    return set(() -> padding = value);
  }

  /**
   * Sets the padding by its name in Keras 3.
   *
   * @param value {@code "valid"} or {@code "same"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  public S padding(String value) {
    return padding(word("padding", value, () -> Forms.choice(Padding.class, value, "")));
  }

  @Override
  public final S dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    int rank = kernelSize.size() + 2;
    ImageLayer.checkRankOrMore(x.shape(), kernelSize.size());
    Folded folded = Folded.of(g, x, rank - 1);
    Value images = folded.images();
    long channels = dataFormat.channels(images.shape().from(1));
    if (channels == Shape.UNKNOWN) {
      throw new ShapeException(
          "input has shape " + x.shape() + ", of which the channels must be known");
    }
    Value columns = g.reshape(images, Axes.withColumn(images.shape(), dataFormat));
    Value y = convolve(g, columns, channels);
    if (rank == 3) {
      y = g.reshape(y, y.shape().without(firstAxis() + 1));
    }
    return List.of(finish(g, folded.unfold(g, y)));
  }

  /**
   * Convolves images of two or three spatial axes: a sequence is an image of one column.
   *
   * @param images as {@link #window} has them
   * @param channels theirs
   */
  abstract Value convolve(Lowering g, Value images, long channels);

  /** The geometry, of at least two axes. */
  final Window window(Padding border) {
    return new Window(
        withColumn(kernelSize), withColumn(strides), withColumn(dilationRate), border, dataFormat);
  }

  private static List<Integer> withColumn(List<Integer> values) {
    return values.size() == 1 ? List.of(values.get(0), 1) : values;
  }

  /** The kernel, seen by an op of at least two axes. */
  final Value kernel(Lowering g, long... inner) {
    Value kernel = kernel(g, taps().append(inner));
    return g.reshape(kernel, seenTaps().append(inner));
  }

  /** The kernel's sizes along the spatial axes. */
  final Shape taps() {
    return Shape.of(kernelSize.stream().mapToLong(k -> k).toArray());
  }

  /** The same, as an op of at least two axes sees them. */
  final Shape seenTaps() {
    return Shape.of(withColumn(kernelSize).stream().mapToLong(k -> k).toArray());
  }

  final Value bias(Lowering g, long filters) {
    return parameter(g, "bias", Shape.of(filters), biasInitializer, biasRegularizer, true);
  }

  /** Number of spatial axes. */
  final int rank() {
    return kernelSize.size();
  }

  final Padding padding() {
    return padding;
  }

  final DataFormat dataFormat() {
    return dataFormat;
  }

  /** The first spatial axis of images. */
  final int firstAxis() {
    return dataFormat == DataFormat.CHANNELS_LAST ? 1 : 2;
  }

  /** Zeros in front of the spatial axes and behind them; a negative number takes so many away. */
  final Value padded(Lowering g, Value images, int[] before, int[] after) {
    int rank = images.shape().rank();
    List<Integer> front = new ArrayList<>(Collections.nCopies(rank, 0));
    List<Integer> back = new ArrayList<>(front);
    for (int a = 0; a < before.length; a++) {
      front.set(firstAxis() + a, before[a]);
      back.set(firstAxis() + a, after[a]);
    }
    boolean changes = IntStream.range(0, rank).anyMatch(d -> front.get(d) != 0 || back.get(d) != 0);
    return changes ? g.op(new Pad(front, back), images) : images;
  }

  @Override
  public final Optional<ImageAxes> imageAxes() {
    return ImageLayer.imageAxes(dataFormat, kernelSize.size());
  }

  @Override
  public final Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    putOwn(c);
    c.put("kernel_size", kernelSize);
    c.put("strides", strides);
    c.put("padding", paddingName());
    c.put("data_format", dataFormat.kerasName());
    c.put("dilation_rate", dilationRate);
    putActivation(c);
    putWeights(c);
    return c;
  }

  /** Keras's name of the padding. */
  String paddingName() {
    return padding.kerasName();
  }

  /** Adds the options that not all convolutions have. */
  abstract void putOwn(Map<String, Object> config);

  /** Reads what all convolutions have but for the padding. */
  final S readBut(Config c) {
    int n = kernelSize.size();
    return strides(Config.array(c.ints("strides", n, strides)))
        .dilationRate(Config.array(c.ints("dilation_rate", n, dilationRate)))
        .dataFormat(c.dataFormat("data_format"))
        .readWeights(c);
  }

  final S read(Config c) {
    return padding(c.padding("padding")).readBut(c);
  }
}
