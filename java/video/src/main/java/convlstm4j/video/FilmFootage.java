package convlstm4j.video;

import convlstm4j.data.FramePreparation;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.Adler32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The frames of a film. Decoding begins in the middle where that gives the frames that decoding
 * from the start gives: each is compared by its sum, and where one differs, or none is known,
 * decoding begins at the start.
 */
final class FilmFootage implements Footage {
  private static final Logger LOG = LoggerFactory.getLogger(FilmFootage.class);

  /** Seconds that are decoded and left out rather than a decoder started. */
  private static final double NEAR = 5;

  /** Seconds before a frame that are sought: some formats seek by times of decoding. */
  private static final double BEFORE = 2;

  private static final int MODULUS = 65521;

  private final Path path;
  private final FramePreparation preparation;
  private final Timeline timeline;

  /** Of each frame's bytes, {@link Timeline#UNKNOWN} as long as it is not known. */
  private final AtomicLongArray sums;

  private volatile boolean seekable;

  private FilmFootage(Path path, FramePreparation preparation, Timeline timeline) {
    this.path = path;
    this.preparation = preparation;
    this.timeline = timeline;
    this.sums = new AtomicLongArray(timeline.sums());
    this.seekable = timeline.isRising() && timeline.complaint().isEmpty();
  }

  /** Counts the frames. */
  static FilmFootage of(Path path, FramePreparation preparation) {
    return new FilmFootage(path, preparation, Timeline.of(path, preparation));
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public FramePreparation preparation() {
    return preparation;
  }

  @Override
  public Timeline timeline() {
    return timeline;
  }

  @Override
  public long start(long next, long frame) {
    boolean ahead = next >= 0 && next <= frame;
    if (ahead && seconds(frame) - seconds(next) < NEAR) {
      return next;
    }
    boolean sought =
        seekable && sums.get((int) frame) != Timeline.UNKNOWN && seconds(frame) > BEFORE + NEAR;
    return sought ? frame : ahead ? next : 0;
  }

  private double seconds(long frame) {
    return frame < 0 ? Double.NEGATIVE_INFINITY : timeline.seconds((int) frame);
  }

  @Override
  public boolean isExact() {
    return false;
  }

  @Override
  public void distrust() {
    if (seekable) {
      LOG.debug("{}: is decoded from its start, since it cannot be sought", path);
    }
    seekable = false;
  }

  @Override
  public boolean isSound(long frame, byte[] pixels, boolean fromStart) {
    long sum = sum(pixels);
    if (fromStart) {
      sums.compareAndSet((int) frame, Timeline.UNKNOWN, sum);
      return true;
    }
    return sums.get((int) frame) == sum;
  }

  /** As ffmpeg's {@code framecrc} counts, which begins with 0 and not with 1 (RFC 1950). */
  static long sum(byte[] pixels) {
    Adler32 adler = new Adler32();
    adler.update(pixels);
    long low = (adler.getValue() & 0xFFFF) - 1;
    long high = (adler.getValue() >>> 16) - pixels.length % MODULUS;
    return (long) Math.floorMod(high, MODULUS) << 16 | Math.floorMod(low, MODULUS);
  }

  @Override
  public Iterator<Run> from(long frame) {
    String rate = Filters.rate(preparation);
    String pixels = Filters.pixels(preparation, timeline.height(), timeline.width());
    Run run =
        new Run() {
          @Override
          public Ffmpeg start() {
            if (frame == 0) {
              return Ffmpeg.film(path, 0, rate + "," + pixels, Filters.raw(preparation));
            }
            // Between this frame and the one before.
            double cut = (seconds(frame - 1) + seconds(frame)) / 2;
            String trim = String.format(Locale.ROOT, "trim=start=%.6f", cut);
            return Ffmpeg.film(
                path, cut - BEFORE, rate + "," + trim + "," + pixels, Filters.raw(preparation));
          }

          @Override
          public void ended(Ffmpeg ffmpeg, long frames) {
            ffmpeg.end();
          }
        };
    return List.of(run).iterator();
  }
}
