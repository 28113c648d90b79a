package convlstm4j.data;

import java.util.random.RandomGenerator;

/** Changes of which frames a clip shows. */
final class FrameChanges {
  private FrameChanges() {}

  /** {@link Augmentations#reversal}. */
  record Reversal(double chance) implements Augmentation {
    @Override
    public boolean changesPixels() {
      return false;
    }

    @Override
    public long[] frames(long[] frames, long available, RandomGenerator random) {
      if (random.nextDouble() >= chance) {
        return frames;
      }
      long[] back = new long[frames.length];
      for (int i = 0; i < back.length; i++) {
        back[i] = frames[frames.length - 1 - i];
      }
      return back;
    }
  }

  /** {@link Augmentations#speed}. */
  record Speed(double slowest, double fastest) implements Augmentation {
    @Override
    public boolean changesPixels() {
      return false;
    }

    @Override
    public long[] frames(long[] frames, long available, RandomGenerator random) {
      double factor = slowest * Math.pow(fastest / slowest, random.nextDouble());
      return faster(frames, available, factor);
    }
  }

  /** {@link Augmentations#skip}. */
  record Skip(int most) implements Augmentation {
    @Override
    public boolean changesPixels() {
      return false;
    }

    @Override
    public long[] frames(long[] frames, long available, RandomGenerator random) {
      int every = 1 + (int) (random.nextDouble() * most);
      while (every > 1 && span(frames, every) >= available) {
        every--;
      }
      return faster(frames, available, every);
    }
  }

  /** Frames from the first to the last, of one way of showing them. */
  private static double span(long[] frames, double factor) {
    long step = frames.length < 2 ? 0 : Math.abs(frames[1] - frames[0]);
    return Math.floor((frames.length - 1) * factor) * Math.max(1, step);
  }

  /** The same frames at another speed, moved so that all of them are there. */
  static long[] faster(long[] frames, long available, double wanted) {
    double factor = wanted;
    if (factor > 1 && span(frames, factor) >= available) {
      long step = Math.max(1, frames.length < 2 ? 1 : Math.abs(frames[1] - frames[0]));
      factor = Math.max(1, (available - 1.0) / step / Math.max(1, frames.length - 1));
    }
    int last = frames.length - 1;
    long step = last == 0 ? 1 : frames[last] - frames[last - 1];
    long[] shown = new long[frames.length];
    long low = Long.MAX_VALUE;
    long high = Long.MIN_VALUE;
    for (int i = 0; i < shown.length; i++) {
      long at = (long) Math.floor(i * factor + 1e-9);
      shown[i] = at <= last ? frames[(int) at] : frames[last] + (at - last) * step;
      low = Math.min(low, shown[i]);
      high = Math.max(high, shown[i]);
    }
    long move = Math.max(0, -low) - Math.max(0, high - (available - 1));
    for (int i = 0; i < shown.length; i++) {
      shown[i] = Math.max(0, Math.min(available - 1, shown[i] + move));
    }
    return shown;
  }
}
