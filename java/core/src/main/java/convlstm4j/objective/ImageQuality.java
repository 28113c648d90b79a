package convlstm4j.objective;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;

/** The weighted mean of a number per image {@code [H, W, C]}, the last three axes. */
final class ImageQuality implements Metric.Accumulator {
  /** Edge of SSIM's window, pixels. */
  static final int WINDOW = 11;

  private static final double SIGMA = 1.5;
  private static final double K1 = 0.01;
  private static final double K2 = 0.03;

  /** The number of the image that starts at {@code at}. */
  private interface Quality {
    double of(Tensor target, Tensor prediction, int at, Shape image);
  }

  private final WeightedMean mean;

  /** Of the images at work; of no axes before the first. */
  private Shape image = Shape.of();

  private ImageQuality(Quality quality) {
    this.mean =
        new WeightedMean(
            (target, t, n, prediction, p, k) -> quality.of(target, prediction, p, image));
  }

  /** Peak signal-to-noise ratio of values from 0 to a range. */
  static ImageQuality psnr(double range) {
    return new ImageQuality(
        (target, prediction, at, image) ->
            psnr(range, target, prediction, at, (int) image.elements()));
  }

  /** Structural similarity of values from 0 to a range. */
  static ImageQuality ssim(double range) {
    return new ImageQuality(
        (target, prediction, at, image) -> ssim(range, target, prediction, at, image));
  }

  /** An image is one position, whose weight is the mean of its pixels'. */
  @Override
  public void add(Tensor target, Tensor prediction, Tensor weights) {
    image = prediction.shape().from(prediction.shape().rank() - 3);
    long images = prediction.size() / image.elements();
    int pixels = (int) (weights.size() / images);
    Tensor means = Tensor.zeros(DType.FLOAT64, Shape.of(images));
    for (int i = 0; i < weights.size(); i++) {
      means.set(i / pixels, means.get(i / pixels) + weights.get(i) / pixels);
    }
    Shape flat = Shape.of(images, image.elements());
    mean.add(target.reshape(flat), prediction.reshape(flat), means);
  }

  /** {@code 10 log10(range^2 / mean (p-t)^2)}. */
  private static double psnr(double range, Tensor target, Tensor prediction, int at, int n) {
    double squares = 0;
    for (int i = at; i < at + n; i++) {
      double e = prediction.get(i) - target.get(i);
      squares += e * e;
    }
    return 10 * Math.log10(range * range * n / squares);
  }

  /** Wang et al. 2004, equation 13, with a Gaussian window, of each channel, inside the image. */
  private static double ssim(double range, Tensor target, Tensor prediction, int at, Shape image) {
    int h = (int) image.dim(0);
    int w = (int) image.dim(1);
    int c = (int) image.dim(2);
    double[] g = gaussian();
    double c1 = (K1 * range) * (K1 * range);
    double c2 = (K2 * range) * (K2 * range);
    double all = 0;
    for (int y = 0; y + WINDOW <= h; y++) {
      for (int x = 0; x + WINDOW <= w; x++) {
        for (int channel = 0; channel < c; channel++) {
          double a = 0;
          double b = 0;
          double ab = 0;
          double squares = 0;
          for (int i = 0; i < WINDOW; i++) {
            for (int j = 0; j < WINDOW; j++) {
              int place = at + ((y + i) * w + x + j) * c + channel;
              double weighted = g[i] * g[j];
              double p = prediction.get(place);
              double t = target.get(place);
              a += weighted * p;
              b += weighted * t;
              ab += weighted * p * t;
              squares += weighted * (p * p + t * t);
            }
          }
          double luminance = (2 * a * b + c1) / (a * a + b * b + c1);
          double structure = (2 * (ab - a * b) + c2) / (squares - a * a - b * b + c2);
          all += luminance * structure;
        }
      }
    }
    return all / ((double) (h - WINDOW + 1) * (w - WINDOW + 1) * c);
  }

  private static double[] gaussian() {
    double[] g = new double[WINDOW];
    double total = 0;
    for (int i = 0; i < WINDOW; i++) {
      double d = i - WINDOW / 2;
      g[i] = Math.exp(-d * d / (2 * SIGMA * SIGMA));
      total += g[i];
    }
    for (int i = 0; i < WINDOW; i++) {
      g[i] /= total;
    }
    return g;
  }

  @Override
  public double result() {
    return mean.result();
  }

  @Override
  public double[] state() {
    return mean.state();
  }

  @Override
  public void restore(double[] state) {
    mean.restore(state);
  }
}
