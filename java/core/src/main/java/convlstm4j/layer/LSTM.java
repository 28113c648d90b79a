package convlstm4j.layer;

import convlstm4j.config.Config;
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
 * Keras's {@code LSTM}: Hochreiter and Schmidhuber 1997 with forget gates (Gers et al. 2000).
 * Defaults are Keras's.
 *
 * <p>Input {@code [N, T, C]}, of which C must be known when the graph is built; output {@code [N,
 * U]}, with {@code returnSequences} {@code [N, T, U]}. Weights: {@code kernel [C, 4U]}, {@code
 * recurrent_kernel [U, 4U]}, {@code bias [4U]}, gates in the order i, f, g, o.
 */
public final class LSTM extends Recurrent<LSTM> {
  /**
   * A layer.
   *
   * @param units U, at least 1
   * @throws IllegalArgumentException if it is below 1
   */
  public LSTM(int units) {
    super("units", units);
  }

  @Override
  Window window() {
    List<Integer> ones = List.of(1, 1);
    return new Window(ones, ones, ones, Padding.VALID, DataFormat.CHANNELS_LAST);
  }

  @Override
  Value frames(Lowering g, Value x) {
    Shape s = x.shape();
    if (s.rank() != 3) {
      throw new ShapeException(
          "input has shape " + s + " of rank " + s.rank() + ", expected rank 3: [N, T, C]");
    }
    if (s.dim(2) == Shape.UNKNOWN) {
      throw new ShapeException(
          "input has shape " + s + ", of which C must be known; give fixed sizes in Input");
    }
    return g.reshape(x, Shape.of(s.dim(0), s.dim(1), 1, 1, s.dim(2)));
  }

  @Override
  Shape own(Shape imageShape) {
    return imageShape.without(-2).without(-2);
  }

  @Override
  Shape ownKernel(Shape kernel) {
    return kernel.from(2);
  }

  @Override
  LSTM copy() {
    return new LSTM(units).copyRecurrent(this);
  }

  @Override
  public Optional<ImageAxes> imageAxes() {
    return Optional.of(new ImageAxes(DataFormat.CHANNELS_LAST, 0));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("units", units);
    putRecurrent(c);
    return c;
  }

  static LSTM fromConfig(Config c) {
    // Both Keras 2's tf.keras and Keras 3 have sigmoid; multi-backend Keras 2 wrote its own always.
    return new LSTM(c.integer("units")).readRecurrent(c, Activation.SIGMOID);
  }
}
