package convlstm4j.bench;

import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * The layers that are measured: 3x3, "same", channels last, Keras 3's defaults, sequences returned.
 */
public enum BenchShape {
  /** Large: N4 T10 64x64 C64 F64. */
  S1(4, 10, 64, 64, 64, 64),
  /** One video: N1 T16 100x100 C3 F20. */
  S2(1, 16, 100, 100, 3, 20),
  /** Small images, large batch: N8 T8 32x32 C16 F16. */
  S3(8, 8, 32, 32, 16, 16),
  /** Hardly any arithmetic: N1 T8 16x16 C1 F4. */
  SMALL(1, 8, 16, 16, 1, 4);

  private static final int KERNEL = 3;

  private final Shape input;
  private final int filters;

  BenchShape(long n, long t, long h, long w, long c, int filters) {
    this.input = Shape.of(n, t, h, w, c);
    this.filters = filters;
  }

  /**
   * The layer.
   *
   * @return the op
   */
  public ConvLstm2d op() {
    return op(filters);
  }

  /**
   * A layer of this kind.
   *
   * @param filters F
   * @return the op
   */
  public static ConvLstm2d op(int filters) {
    return op(filters, DataFormat.CHANNELS_LAST);
  }

  /**
   * A layer of this kind.
   *
   * @param filters F
   * @param format where its arrays have their channels
   * @return the op
   */
  public static ConvLstm2d op(int filters, DataFormat format) {
    Window window =
        new Window(List.of(KERNEL, KERNEL), List.of(1, 1), List.of(1, 1), Padding.SAME, format);
    return new ConvLstm2d(
        filters,
        window,
        Activation.TANH,
        Activation.SIGMOID,
        true,
        false,
        true,
        false,
        false,
        false,
        0,
        0);
  }

  /**
   * Shapes of x, h0, c0, wx, wh, b.
   *
   * @return the shapes of the op's inputs
   */
  public List<Shape> inputs() {
    Shape state = op().stateShape(input);
    long gates = 4L * filters;
    return List.of(
        input,
        state,
        state,
        Shape.of(KERNEL, KERNEL, input.dim(-1), gates),
        Shape.of(KERNEL, KERNEL, filters, gates),
        Shape.of(gates));
  }

  /**
   * Floating-point operations of the convolutions of a forward pass, padding counted as data: 2 N T
   * H W KH KW (C + F) 4F. A backward pass takes twice as many.
   *
   * @return operations
   */
  public long forwardFlops() {
    long pixels = input.elements() / input.dim(-1);
    return 2 * pixels * KERNEL * KERNEL * (input.dim(-1) + filters) * 4 * filters;
  }
}
