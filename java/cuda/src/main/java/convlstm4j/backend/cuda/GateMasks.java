package convlstm4j.backend.cuda;

import convlstm4j.op.GateOrder;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Philox;

/** Dropout masks of a ConvLSTM, one per gate: the kernels of cuda/include/gate_masks.h. */
final class GateMasks {
  private final Device device;
  private final long samples;
  private final long channels;
  private final long pixels;

  GateMasks(Device device, long samples, long channels, long pixels) {
    this.device = device;
    this.samples = samples;
    this.channels = channels;
    this.pixels = pixels;
  }

  /** How many random numbers the masks use. */
  long numbers() {
    return GateOrder.COUNT * samples * channels * pixels;
  }

  /** Draws the masks {@code [4,N,C,P]}. */
  void draw(Philox random, long firstNumber, double rate, DataFormat format, long masks) {
    Arguments a = device.arguments().put32((int) (long) (rate * 0x1.0p32));
    device.launch(
        "gate_masks_draw",
        numbers(),
        device
            .putRandom(a, random)
            .put64(firstNumber)
            .address(masks)
            .put64(GateOrder.COUNT * samples)
            .put64(channels)
            .divisor(pixels)
            .divisor(channels * pixels)
            .put32(format == DataFormat.CHANNELS_LAST ? 1 : 0)
            .put((float) (1 / (1 - rate))));
  }

  /** {@code to[n,t,q] = from[n,t] masks[q,n]}; distance: from sample to sample of the target. */
  void spread(long from, long to, long masks, long steps, long distance) {
    apply("gate_masks_spread", from, to, masks, steps, distance);
  }

  /** {@code to[n,t] += sum_q from[n,t,q] masks[q,n]}. */
  void gather(long from, long to, long masks, long steps) {
    apply("gate_masks_gather", from, to, masks, steps, GateOrder.COUNT * steps * channels * pixels);
  }

  private void apply(String kernel, long from, long to, long masks, long steps, long distance) {
    device.launch(
        kernel,
        samples * steps * channels * pixels,
        device
            .arguments()
            .put32(0)
            .address(from)
            .address(to)
            .address(masks)
            .put64(samples)
            .divisor(steps)
            .divisor(channels * pixels)
            .put64(distance));
  }
}
