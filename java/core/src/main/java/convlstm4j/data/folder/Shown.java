package convlstm4j.data.folder;

import convlstm4j.data.Augmentation;
import convlstm4j.data.ByteScale;
import convlstm4j.data.Clip;
import convlstm4j.data.FrameSource;
import convlstm4j.data.folder.Selection.Sample;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** A sample as it is shown in an epoch: which frames of its video, and what is changed in them. */
final class Shown {
  private final Sample sample;
  private final List<Augmentation> changes;
  private final RandomGenerator random;
  private final long[] frames;

  private Shown(Sample sample, List<Augmentation> changes, RandomGenerator random, long[] frames) {
    this.sample = sample;
    this.changes = changes;
    this.random = random;
    this.frames = frames;
  }

  /** Draws its frames. */
  static Shown of(Sample sample, List<Augmentation> changes, RandomGenerator random) {
    long[] frames = LongStream.range(sample.from(), sample.to()).toArray();
    long available = sample.trailer().frames();
    for (Augmentation change : changes) {
      long[] chosen = change.frames(frames.clone(), available, random);
      if (chosen.length != frames.length
          || LongStream.of(chosen).anyMatch(f -> f < 0 || f >= available)) {
        throw new IllegalArgumentException(
            change
                + ": chose the frames "
                + Arrays.toString(chosen)
                + " of "
                + sample.trailer().fileName()
                + ", expected "
                + frames.length
                + " from 0 to "
                + (available - 1));
      }
      frames = chosen;
    }
    return new Shown(sample, changes, random, frames);
  }

  Sample sample() {
    return sample;
  }

  /** The number in the video of a frame shown. */
  long frame(int place) {
    return frames[place];
  }

  /** The first in the video of the frames shown. */
  long first() {
    return LongStream.of(frames).min().orElseThrow();
  }

  long last() {
    return LongStream.of(frames).max().orElseThrow();
  }

  /**
   * Rows of the frames shown.
   *
   * @param all rows of the frames from {@link #first} to {@link #last}
   * @param columns of a row
   */
  double[] rows(double[] all, int columns) {
    long first = first();
    double[] rows = new double[frames.length * columns];
    for (int i = 0; i < frames.length; i++) {
      System.arraycopy(all, (int) (frames[i] - first) * columns, rows, i * columns, columns);
    }
    return rows;
  }

  /** Reads the frames shown, in the order of the video: going back is slow. */
  void read(FrameSource file, Tensor all, int at) {
    if (changes.isEmpty()) {
      file.readFrames(sample.from(), sample.to(), all, at);
      return;
    }
    int size = Tensor.arrayLength(file.shape().from(1));
    int[] order =
        IntStream.range(0, frames.length)
            .boxed()
            .sorted(Comparator.comparingLong(i -> frames[i]))
            .mapToInt(i -> i)
            .toArray();
    int before = -1;
    for (int i : order) {
      if (before >= 0 && frames[before] == frames[i]) {
        for (int k = 0; k < size; k++) {
          all.set(at + i * size + k, all.get(at + before * size + k));
        }
      } else {
        file.readFrames(frames[i], frames[i] + 1, all, at + i * size);
      }
      before = i;
    }
  }

  /** Changes their pixels. */
  void change(FrameSource file, Tensor all, int at) {
    if (changes.stream().noneMatch(Augmentation::changesPixels)) {
      return;
    }
    Shape shape = file.shape();
    int[] sizes = {frames.length, (int) shape.dim(1), (int) shape.dim(2), (int) shape.dim(3)};
    Optional<ByteScale> scale = file.byteScale();
    double zero = scale.map(s -> s.value(0)).orElse(Double.NEGATIVE_INFINITY);
    double most = scale.map(s -> s.value(255)).orElse(Double.POSITIVE_INFINITY);
    Clip clip = new Clip(all, at, sizes, Math.min(zero, most), Math.max(zero, most));
    changes.forEach(change -> change.change(clip, random));
  }
}
