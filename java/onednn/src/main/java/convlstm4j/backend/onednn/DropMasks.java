package convlstm4j.backend.onednn;

import convlstm4j.op.GateOrder;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Philox;

/**
 * Dropout inside a ConvLSTM: one mask per gate, constant over time. The frames that enter a
 * convolution become {@code [n, pixels, 4C]}, gate q's copy times gate q's mask, and the
 * convolution has four groups, each of which sees one gate's copy.
 */
final class DropMasks {
  private final double rate;
  private final long samples;
  private final long pixels;
  private final int channels;
  private final DataFormat format;
  private final long firstNumber;

  /**
   * Describes the masks.
   *
   * @param rate probability of dropping
   * @param samples N
   * @param pixels pixels of a frame
   * @param channels channels of a frame
   * @param format the user's, in which masks are numbered
   * @param firstNumber first number of the random stream that is ours
   */
  DropMasks(
      double rate, long samples, long pixels, int channels, DataFormat format, long firstNumber) {
    this.rate = rate;
    this.samples = samples;
    this.pixels = pixels;
    this.channels = channels;
    this.format = format;
    this.firstNumber = firstNumber;
  }

  /** Elements of the masks, and of masked frames: {@code N pixels 4C}. */
  long elements() {
    return samples * pixels * columns();
  }

  /** How many random numbers the masks use. */
  static long numbers(long samples, long pixels, long channels) {
    return GateOrder.COUNT * samples * pixels * channels;
  }

  private int columns() {
    return GateOrder.COUNT * channels;
  }

  private interface Rows {
    /** Some pixels of all samples, the first of them and their number. */
    void run(long pixel, int count);
  }

  private void rows(Rows body) {
    Parallel.ranges(samples * pixels, Math.max(1, Parallel.PIECE / columns()), body::run);
  }

  /** Draws the masks: 0 or {@code 1 / (1 - rate)}. */
  void draw(Philox random, At masks) {
    float kept = (float) (1 / (1 - rate));
    rows(
        (first, count) -> {
          float[] m = Floats.scratch(0, count * columns());
          int k = 0;
          for (long r = first; r < first + count; r++) {
            for (int q = 0; q < GateOrder.COUNT; q++) {
              for (int c = 0; c < channels; c++) {
                m[k++] = random.keeps(number(q, r / pixels, r % pixels, c), rate) ? kept : 0;
              }
            }
          }
          masks.write(m, first * columns(), k);
        });
  }

  /** Number of a decision: {@code [4, N, image]}, the image in the user's format. */
  private long number(int gate, long sample, long pixel, int channel) {
    long inImage =
        format == DataFormat.CHANNELS_LAST ? pixel * channels + channel : channel * pixels + pixel;
    return firstNumber + (gate * samples + sample) * pixels * channels + inImage;
  }

  /** {@code target[r, q, c] = source[r, c] masks[r, q, c]}. */
  void spread(At source, At masks, At target) {
    rows(
        (first, count) -> {
          float[] s =
              source.read(first * channels, Floats.scratch(0, count * channels), count * channels);
          float[] m =
              masks.read(
                  first * columns(), Floats.scratch(1, count * columns()), count * columns());
          for (int r = 0; r < count; r++) {
            for (int q = 0; q < GateOrder.COUNT; q++) {
              int to = (r * GateOrder.COUNT + q) * channels;
              for (int c = 0; c < channels; c++) {
                m[to + c] *= s[r * channels + c];
              }
            }
          }
          target.write(m, first * columns(), count * columns());
        });
  }

  /** {@code target[r, c] = sum_q source[r, q, c] masks[r, q, c]}: the transpose of spread. */
  void gather(At source, At masks, At target) {
    rows(
        (first, count) -> {
          int n = count * columns();
          float[] s = source.read(first * columns(), Floats.scratch(0, n), n);
          float[] m = masks.read(first * columns(), Floats.scratch(1, n), n);
          float[] sum = Floats.scratch(2, count * channels);
          for (int r = 0; r < count; r++) {
            for (int c = 0; c < channels; c++) {
              float v = 0;
              for (int q = 0; q < GateOrder.COUNT; q++) {
                int k = (r * GateOrder.COUNT + q) * channels + c;
                v += s[k] * m[k];
              }
              sum[r * channels + c] = v;
            }
          }
          target.write(sum, first * channels, count * channels);
        });
  }
}
