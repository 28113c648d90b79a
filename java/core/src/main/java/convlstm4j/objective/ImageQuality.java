package convlstm4j.objective;

import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;

/** The weighted mean of a number per image {@code [H, W, C]}, the last three axes. */
final class ImageQuality implements Metric.Accumulator {
  /** Edge of SSIM's window, pixels. */
  static final int WINDOW = 11;

  private static final double SIGMA = 1.5;
  private static final double K1 = 0.01;
  private static final double K2 = 0.03;

  private final boolean structural;
  private final double range;
  private double sum;
  private double weight;

  ImageQuality(boolean structural, double range) {
    this.structural = structural;
    this.range = range;
  }

  @Override
  public void add(Tensor target, Tensor prediction, Tensor weights) {
    Shape s = prediction.shape();
    int h = (int) s.dim(-3);
    int w = (int) s.dim(-2);
    int c = (int) s.dim(-1);
    for (int image = 0; image < prediction.size() / (h * w * c); image++) {
      double own = 0;
      for (int i = 0; i < h * w; i++) {
        own += weights.get(image * h * w + i) / (h * w);
      }
      int at = image * h * w * c;
      sum +=
          own
              * (structural
                  ? ssim(target, prediction, at, h, w, c)
                  : psnr(target, prediction, at, h * w * c));
      weight += own;
    }
  }

  /** {@code 10 log10(range^2 / mean (p-t)^2)}. */
  private double psnr(Tensor target, Tensor prediction, int at, int n) {
    double squares = 0;
    for (int i = at; i < at + n; i++) {
      double e = prediction.get(i) - target.get(i);
      squares += e * e;
    }
    return 10 * Math.log10(range * range * n / squares);
  }

  /** Wang et al. 2004, equation 13, with a Gaussian window, of each channel, inside the image. */
  private double ssim(Tensor target, Tensor prediction, int at, int h, int w, int c) {
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
    return weight == 0 ? 0 : sum / weight;
  }

  @Override
  public double[] state() {
    return new double[] {sum, weight};
  }

  @Override
  public void restore(double[] state) {
    sum = state[0];
    weight = state[1];
  }
}
