package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Window;
import convlstm4j.option.Padding;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;

/**
 * Keras's {@code Conv1D}. Input {@code [N, T, C]}, or {@code [N, C, T]} with channels first;
 * weights {@code kernel [K, C, F]}, {@code bias [F]}.
 */
public final class Conv1D extends DirectConvolution<Conv1D> {
  private static final String CAUSAL = "causal";

  private boolean causal;

  /**
   * A layer.
   *
   * @param filters F, output channels; at least 1
   * @param kernelSize K, steps; at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public Conv1D(int filters, int kernelSize) {
    super(filters, kernelSize);
  }

  @Override
  public Conv1D padding(Padding value) {
    set(() -> causal = false);
    return super.padding(value);
  }

  /**
   * Sets the padding by its name in Keras 3.
   *
   * @param value {@code "valid"}, {@code "same"}, or {@code "causal"}: all padding is in front, so
   *     that no output sees a later step
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  @Override
  public Conv1D padding(String value) {
    return value.equals(CAUSAL)
        ? padding(Padding.VALID).set(() -> causal = true)
        : super.padding(value);
  }

  @Override
  Value convolve(Lowering g, Value images, long channels) {
    Window window = window(Padding.VALID);
    int[] front = {causal ? (int) window.extent(0) - 1 : 0};
    return super.convolve(g, padded(g, images, front, new int[1]), channels);
  }

  @Override
  String paddingName() {
    return causal ? CAUSAL : super.paddingName();
  }

  static Conv1D fromConfig(Config c) {
    int[] k = Config.array(c.ints("kernel_size", 1));
    Conv1D layer = new Conv1D(c.integer("filters"), k[0]).groups(c.integer("groups", 1));
    return CAUSAL.equals(c.get("padding")) ? layer.padding(CAUSAL).readBut(c) : layer.read(c);
  }
}
