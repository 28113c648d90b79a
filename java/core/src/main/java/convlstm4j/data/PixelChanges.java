package convlstm4j.data;

import java.util.random.RandomGenerator;

/** Changes of pixels. */
final class PixelChanges {
  private PixelChanges() {}

  /** {@link Augmentations#flip} and {@link Augmentations#flipUpsideDown}. */
  record Flip(double chance, boolean upsideDown) implements Augmentation {
    @Override
    public void change(Clip clip, RandomGenerator random) {
      if (random.nextDouble() >= chance) {
        return;
      }
      int rows = upsideDown ? clip.height() / 2 : clip.height();
      int columns = upsideDown ? clip.width() : clip.width() / 2;
      for (int t = 0; t < clip.frames(); t++) {
        for (int c = 0; c < clip.channels(); c++) {
          for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
              int otherY = upsideDown ? clip.height() - 1 - y : y;
              int otherX = upsideDown ? x : clip.width() - 1 - x;
              double value = clip.get(t, c, y, x);
              clip.set(t, c, y, x, clip.get(t, c, otherY, otherX));
              clip.set(t, c, otherY, otherX, value);
            }
          }
        }
      }
    }
  }

  /** {@link Augmentations#crop}. */
  record Crop(double least) implements Augmentation {
    @Override
    public void change(Clip clip, RandomGenerator random) {
      double part = least + (1 - least) * random.nextDouble();
      double top = random.nextDouble() * (1 - part) * clip.height();
      double left = random.nextDouble() * (1 - part) * clip.width();
      double[][] from = new double[clip.height()][clip.width()];
      for (int t = 0; t < clip.frames(); t++) {
        for (int c = 0; c < clip.channels(); c++) {
          for (int y = 0; y < clip.height(); y++) {
            for (int x = 0; x < clip.width(); x++) {
              from[y][x] = clip.get(t, c, y, x);
            }
          }
          for (int y = 0; y < clip.height(); y++) {
            for (int x = 0; x < clip.width(); x++) {
              // Middles of pixels lie at halves.
              double row = top + (y + 0.5) * part - 0.5;
              double column = left + (x + 0.5) * part - 0.5;
              clip.set(t, c, y, x, between(from, row, column));
            }
          }
        }
      }
    }

    private static double between(double[][] from, double row, double column) {
      double y = Math.max(0, Math.min(from.length - 1, row));
      double x = Math.max(0, Math.min(from[0].length - 1, column));
      int y0 = (int) y;
      int x0 = (int) x;
      int y1 = Math.min(y0 + 1, from.length - 1);
      int x1 = Math.min(x0 + 1, from[0].length - 1);
      double above = from[y0][x0] + (x - x0) * (from[y0][x1] - from[y0][x0]);
      double below = from[y1][x0] + (x - x0) * (from[y1][x1] - from[y1][x0]);
      return above + (y - y0) * (below - above);
    }
  }

  /** {@link Augmentations#brightness}. */
  record Brightness(double most) implements Augmentation {
    @Override
    public void change(Clip clip, RandomGenerator random) {
      double more = (2 * random.nextDouble() - 1) * most * clip.range();
      clip.each(v -> v + more);
    }
  }

  /** {@link Augmentations#contrast}. */
  record Contrast(double most) implements Augmentation {
    @Override
    public void change(Clip clip, RandomGenerator random) {
      double factor = 1 + (2 * random.nextDouble() - 1) * most;
      double mean = clip.mean();
      clip.each(v -> mean + factor * (v - mean));
    }
  }

  /** {@link Augmentations#noise}. */
  record Noise(double most) implements Augmentation {
    @Override
    public void change(Clip clip, RandomGenerator random) {
      double deviation = random.nextDouble() * most * clip.range();
      clip.each(v -> v + deviation * random.nextGaussian());
    }
  }
}
