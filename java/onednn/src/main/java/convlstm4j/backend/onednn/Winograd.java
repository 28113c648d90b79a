package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.GateOrder;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Locale;

/** Which ConvLSTMs {@link WinogradPlan} computes, and which of them faster than oneDNN does. */
final class Winograd {
  /**
   * System property: {@code auto} (the default: where it is faster), {@code always} (wherever it
   * works) or {@code never} (for those who want the rounding of direct convolution).
   */
  static final String PROPERTY = "convlstm4j.onednn.winograd";

  private static final List<Integer> THREE = List.of(3, 3);
  private static final List<Integer> ONE = List.of(1, 1);

  private static final double LANES = 16;
  private static final double TRANSFORM = 8;

  /** The backward pass gains more: by direct convolution it copies more to and fro. */
  private static final double TRAINING = 0.8;

  private Winograd() {}

  private enum Use {
    AUTO,
    ALWAYS,
    NEVER
  }

  private static Use use() {
    String value = System.getProperty(PROPERTY, "auto");
    for (Use u : Use.values()) {
      if (u.name().toLowerCase(Locale.ROOT).equals(value)) {
        return u;
      }
    }
    throw new BackendException(
        OneDnnBackend.NAME + ": " + PROPERTY + "=" + value + "; expected auto, always or never");
  }

  /** Whether a layer is to be computed so. */
  static boolean isChosen(Dnnl engine, ConvLstm2d op, List<Shape> inputs, Mode mode) {
    Use use = use();
    if (use == Use.NEVER || engine.kernels() == null || !fits(op, inputs)) {
      return false;
    }
    return use == Use.ALWAYS || isFaster(op, inputs, mode);
  }

  private static boolean fits(ConvLstm2d op, List<Shape> inputs) {
    Window w = op.window();
    Shape image = w.format().spatial(inputs.get(0).from(2));
    Shape state = w.format().spatial(inputs.get(1).from(1));
    return w.size().equals(THREE)
        && w.strides().equals(ONE)
        && w.dilation().equals(ONE)
        && state.equals(image)
        && !op.masked()
        && op.dropout() == 0
        && op.recurrentDropout() == 0;
  }

  /**
   * Counts multiplications of both ways. Tiles stick out of the image, filters fill whole vectors,
   * and each value of a transformed tile costs as much as {@link #TRANSFORM} of them. The constants
   * fit a table of measurements, which {@code WinogradTest} holds them against.
   */
  static boolean isFaster(ConvLstm2d op, List<Shape> inputs, Mode mode) {
    DataFormat format = op.window().format();
    Shape image = format.spatial(inputs.get(0).from(2));
    double channels = format.channels(inputs.get(0).from(2));
    double filters = op.filters();
    double depth = channels + filters;
    double gates = GateOrder.COUNT * vectors(filters);
    double direct = image.elements() * 9 * depth * GateOrder.COUNT * filters;
    double tiles = Math.ceil(image.dim(0) / 4.0) * Math.ceil(image.dim(1) / 4.0);
    double transforms = TRANSFORM * (vectors(channels) + vectors(filters) + gates);
    double winograd = tiles * 36 * (depth * gates + transforms);
    return winograd * (mode == Mode.TRAINING ? TRAINING : 1) < direct;
  }

  private static double vectors(double channels) {
    return Math.ceil(channels / LANES) * LANES;
  }
}
