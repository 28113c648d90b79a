package convlstm4j.layer;

import convlstm4j.config.Forms;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;

/**
 * The options of recurrent layers whose steps are images: those of the input's convolution. The
 * recurrent one always has stride 1 and {@link Padding#SAME}.
 *
 * @param <S> the layer's own type
 */
public sealed interface Convolved<S extends Recurrent<S>> extends DataFormatted<S>
    permits ConvLSTM1D, ConvLSTM2D, ConvLSTM3D, ConvGRU1D, ConvGRU2D, ConvGRU3D {

  /** The layer itself. */
  @SuppressWarnings("unchecked") // every permitted class names itself as S
  private Recurrent<S> layer() {
    return (Recurrent<S>) this;
  }

  /**
   * Sets the strides of the input convolution.
   *
   * @param pixels one value per spatial axis, default 1
   * @return this layer
   * @throws IllegalArgumentException if there are more or fewer, or one is below 1
   */
  default S strides(int... pixels) {
    Recurrent<S> l = layer();
    return l.window(l.window().withStrides(l.perAxis("strides", l.window().axes(), pixels)));
  }

  /**
   * Sets the dilation of the input convolution.
   *
   * @param pixels one value per spatial axis, default 1
   * @return this layer
   * @throws IllegalArgumentException if there are more or fewer, or one is below 1
   */
  default S dilationRate(int... pixels) {
    Recurrent<S> l = layer();
    int axes = l.window().axes();
    return l.window(l.window().withDilationRate(l.perAxis("dilation_rate", axes, pixels)));
  }

  /**
   * Sets the padding of the input convolution.
   *
   * @param value default {@link Padding#VALID}
   * @return this layer
   */
  default S padding(Padding value) {
    return layer().window(layer().window().withPadding(value));
  }

  /**
   * Sets the padding by its name in Keras 3.
   *
   * @param value {@code "valid"} or {@code "same"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  default S padding(String value) {
    return padding(layer().word("padding", value, () -> Forms.choice(Padding.class, value, "")));
  }

  /**
   * Makes both kernels separable (Chollet 2017, arXiv:1610.02357), which Keras has no option for:
   * each channel is convolved with M kernels of its own, then the pixels' channels are mixed,
   * {@code kernel[k, c, o] = sum_m depthwise_kernel[k, c, m] pointwise_kernel[c M + m, o]}, and
   * likewise the recurrent one. In place of {@code kernel [K.., C, GF]} and {@code recurrent_kernel
   * [K.., F, GF]}, G gates, there are {@code depthwise_kernel [K.., C, M]}, {@code pointwise_kernel
   * [C M, GF]}, {@code recurrent_depthwise_kernel [K.., F, M]} and {@code
   * recurrent_pointwise_kernel [F M, GF]}; initialisers and penalties are those of the kernel for
   * both its parts.
   *
   * <p>The parts are multiplied once in a step, and the layer runs with the product: it has fewer
   * weights than the ordinary one, and takes the same time.
   *
   * @param depthMultiplier M, at least 1
   * @return this layer
   * @throws IllegalArgumentException if it is below 1
   */
  default S separable(int depthMultiplier) {
    return layer().multiplied(depthMultiplier);
  }

  @Override
  default S dataFormat(DataFormat value) {
    return layer().window(layer().window().withDataFormat(value));
  }
}
