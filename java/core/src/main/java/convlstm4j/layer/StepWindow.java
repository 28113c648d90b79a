package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.ImageAxes;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What a recurrent layer's steps are: images of 1, 2 or 3 axes with the window that is moved over
 * them, or of none, vectors. Ops see at least two spatial axes; those that are lacking have size 1.
 */
record StepWindow(
    List<Integer> kernelSize,
    List<Integer> strides,
    List<Integer> dilationRate,
    Padding padding,
    DataFormat dataFormat) {
  private static final int LEAST_AXES = 2;
  private static final List<String> AXES = List.of("D", "H", "W");

  /** Vectors. */
  static StepWindow none() {
    return of(List.of());
  }

  /** Keras's defaults for a kernel. */
  static StepWindow of(List<Integer> kernelSize) {
    List<Integer> ones = Collections.nCopies(kernelSize.size(), 1);
    return new StepWindow(
        List.copyOf(kernelSize), ones, ones, Padding.VALID, DataFormat.CHANNELS_LAST);
  }

  static StepWindow read(Config c, int axes) {
    StepWindow w = of(c.ints("kernel_size", axes));
    return new StepWindow(
        w.kernelSize,
        c.ints("strides", axes, w.strides),
        c.ints("dilation_rate", axes, w.dilationRate),
        c.padding("padding"),
        c.dataFormat("data_format"));
  }

  void put(Map<String, Object> config) {
    if (axes() > 0) {
      config.put("kernel_size", kernelSize);
      config.put("strides", strides);
      config.put("padding", padding.kerasName());
      config.put("data_format", dataFormat.kerasName());
      config.put("dilation_rate", dilationRate);
    }
  }

  StepWindow withStrides(List<Integer> value) {
    return new StepWindow(kernelSize, value, dilationRate, padding, dataFormat);
  }

  StepWindow withDilationRate(List<Integer> value) {
    return new StepWindow(kernelSize, strides, value, padding, dataFormat);
  }

  StepWindow withPadding(Padding value) {
    return new StepWindow(kernelSize, strides, dilationRate, value, dataFormat);
  }

  StepWindow withDataFormat(DataFormat value) {
    return new StepWindow(kernelSize, strides, dilationRate, padding, value);
  }

  int axes() {
    return kernelSize.size();
  }

  /** Axes of size 1 that ops see before those of the images. */
  private int lacking() {
    return Math.max(0, LEAST_AXES - axes());
  }

  boolean channelsFirst() {
    return dataFormat == DataFormat.CHANNELS_FIRST;
  }

  ImageAxes imageAxes() {
    return new ImageAxes(dataFormat, axes());
  }

  Window window() {
    return new Window(
        filled(kernelSize), filled(strides), filled(dilationRate), padding, dataFormat);
  }

  private List<Integer> filled(List<Integer> values) {
    List<Integer> all = new ArrayList<>(Collections.nCopies(lacking(), 1));
    all.addAll(values);
    return all;
  }

  /** The layer's input as {@code [N, T, image]}. */
  Value frames(Lowering g, Value x) {
    Shape s = x.shape();
    if (s.rank() != axes() + 3) {
      throw new ShapeException(
          "input has shape "
              + s
              + " of rank "
              + s.rank()
              + ", expected rank "
              + (axes() + 3)
              + ": ["
              + String.join(", ", names())
              + "]");
    }
    if (axes() == 0 && s.dim(2) == Shape.UNKNOWN) {
      throw new ShapeException(
          "input has shape " + s + ", of which C must be known; give fixed sizes in Input");
    }
    return g.reshape(x, image(s));
  }

  private List<String> names() {
    List<String> names = new ArrayList<>(List.of("N", "T"));
    names.addAll(AXES.subList(AXES.size() - axes(), AXES.size()));
    names.add(channelsFirst() ? 2 : names.size(), "C");
    return names;
  }

  /** A shape that ends with the layer's image, as ops see it. */
  Shape image(Shape own) {
    int at = own.rank() - (channelsFirst() ? axes() : axes() + 1);
    List<Long> dims = new ArrayList<>();
    for (long d : own.dims()) {
      dims.add(d);
    }
    dims.addAll(at, Collections.nCopies(lacking(), 1L));
    return Shape.of(dims.stream().mapToLong(d -> d).toArray());
  }

  /** A shape that ends with an image as ops see it, as the layer has it. */
  Shape own(Shape image) {
    int at = image.rank() - (channelsFirst() ? LEAST_AXES : LEAST_AXES + 1);
    Shape s = image;
    for (int i = 0; i < lacking(); i++) {
      s = s.without(at);
    }
    return s;
  }

  /** A kernel's shape without the axes that the layer lacks. */
  Shape ownKernel(Shape kernel) {
    return kernel.from(lacking());
  }

  /** Order of the axes of an array that ends with an image, with its channels moved to the end. */
  List<Integer> toChannelsLast(int rank) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      order.add(i);
    }
    order.add(order.remove(rank - 1 - window().rank()));
    return order;
  }

  /** The way back. */
  List<Integer> toChannelsFirst(int rank) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      order.add(i);
    }
    order.add(rank - 1 - window().rank(), order.remove(rank - 1));
    return order;
  }
}
