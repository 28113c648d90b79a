package convlstm4j.video;

import convlstm4j.data.ByteScale;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import convlstm4j.io.file.InputFile;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.PixelSource;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A video file (mp4, mkv, avi, webm, mov, gif ..) or a folder of pictures, its frames read in
 * stretches as {@code [T, C, H, W]} bytes. The program {@code ffmpeg} decodes it, 5.1 or later
 * ({@link FfmpegPrograms}). Opening decodes the whole film once, since only that tells how many
 * frames it has. Frames are decoded ahead, a bounded number of them, so that films of hours need no
 * more memory than those of seconds. Reading on is fast; reading what lies before decodes the film
 * from its start.
 *
 * <pre>{@code
 * FramePreparation small =
 *     new FramePreparation(64, 64, FramePreparation.Fit.CROP, 8, FramePreparation.Colours.RGB);
 * try (VideoFile film = VideoFile.open(Path.of("film.mp4"), small)) {
 *   Tensor first = film.readFrames(0, 16, DType.FLOAT32); // [16, 3, 64, 64], 0 to 255
 *   double when = film.seconds(15).getAsDouble();
 * }
 * }</pre>
 *
 * <p>Where the file says that it is to be rotated, frames are rotated. Not safe for use by several
 * threads at once.
 */
public final class VideoFile implements FrameSource {
  private static final Logger LOG = LoggerFactory.getLogger(VideoFile.class);

  /** What all views of one file share. */
  private static final class Film {
    private final Footage footage;
    private final FramePreparation.Colours colours;
    private final Shape shape;
    private @Nullable Decoder decoder;
    private boolean closed;

    Film(Footage footage) {
      this.footage = footage;
      FramePreparation preparation = footage.preparation();
      Timeline timeline = footage.timeline();
      this.colours = preparation.colours();
      int height = preparation.scales() ? preparation.height() : timeline.height();
      int width = preparation.scales() ? preparation.width() : timeline.width();
      this.shape = Shape.of(timeline.frames(), colours.channels(), height, width);
    }

    int frameBytes() {
      return Tensor.arrayLength(shape.from(1));
    }

    /** Frames come one after the other; to go back, or far on, decoding begins anew. */
    byte[] frame(long index) {
      if (closed) {
        throw new IllegalStateException(footage.path() + ": is closed");
      }
      byte[] frame = decoded(footage.start(decoder == null ? -1 : decoder.next(), index), index);
      if (frame == null) {
        footage.distrust();
        frame = decoded(0, index);
      }
      return Objects.requireNonNull(frame, "from the start it is decoded or refused");
    }

    /**
     * A frame, by a decoder that goes on or begins; null if the film was sought for it and it is
     * not what it should be.
     */
    private byte @Nullable [] decoded(long start, long index) {
      if (decoder == null || decoder.next() != start) {
        rewind();
        decoder = new Decoder(footage, start, frameBytes());
      }
      boolean sure = decoder.isFromStart() || footage.isExact();
      try {
        while (true) {
          long at = decoder.next();
          Optional<byte[]> frame = decoder.read();
          if (frame.isEmpty()) {
            if (sure) {
              throw changed(at);
            }
            return null;
          }
          boolean sound = footage.isSound(at, frame.get(), sure);
          if (at == index) {
            return sound ? frame.get() : null;
          }
        }
      } catch (VideoException e) {
        rewind(); // nothing comes from it any more
        if (sure) {
          throw e;
        }
        return null;
      }
    }

    private VideoException changed(long frames) {
      return new VideoException(
          footage.path(),
          "has changed, or its decoder is not to be relied on: it ended after "
              + frames
              + " frames, had "
              + shape.dim(0));
    }

    void rewind() {
      if (decoder != null) {
        decoder.close();
        decoder = null;
      }
    }
  }

  private final Film film;
  private final ByteScale scale;

  private VideoFile(Film film, ByteScale scale) {
    this.film = film;
    this.scale = scale;
  }

  /**
   * Opens a video and counts its frames. What the decoder complains about, though it goes on, is
   * {@link #damage} and a warning in the log.
   *
   * @param path the file
   * @param preparation how its frames are prepared
   * @return its frames, to be closed
   * @throws VideoException if it is absent, no regular file, not a video or damaged so that no
   *     frame can be decoded, or if there is no {@code ffmpeg}
   */
  public static VideoFile open(Path path, FramePreparation preparation) {
    try {
      InputFile.checked(path);
    } catch (NoSuchFileException e) {
      throw new VideoException(path, "there is no such file", e);
    } catch (IOException e) {
      throw new VideoException(path, String.valueOf(e.getMessage()), e);
    }
    FilmFootage footage = FilmFootage.of(path, preparation);
    Timeline timeline = footage.timeline();
    timeline
        .complaint()
        .ifPresent(
            c ->
                LOG.warn("{}: {} frames could be decoded; ffmpeg: {}", path, timeline.frames(), c));
    return new VideoFile(new Film(footage), ByteScale.NONE);
  }

  /**
   * Opens a folder of pictures (PNG, JPEG) as one video: its frames in the order of their names,
   * numbers by value, 2 before 10. Files beginning with a dot, of other endings, and folders in it
   * are left out. A picture is turned as its EXIF data says; transparency and, of 16 bits, the
   * lower 8 are dropped. All are read once here, and decoded when frames are read; one that is cut
   * off or damaged is refused.
   *
   * @param folder the folder
   * @param preparation how its frames are prepared; pictures of several sizes need one
   * @param perSecond how many are shown in a second
   * @return its frames, to be closed
   * @throws VideoException if there are none, one is none or damaged, or two are of one name or of
   *     different sizes
   */
  public static VideoFile ofPictures(Path folder, FramePreparation preparation, double perSecond) {
    if (!(perSecond > 0 && Double.isFinite(perSecond))) {
      throw new IllegalArgumentException(
          "pictures per second = " + perSecond + ", expected more than 0");
    }
    return new VideoFile(
        new Film(PictureFolder.of(folder, preparation, perSecond)), ByteScale.NONE);
  }

  @Override
  public String name() {
    return film.footage.path().toString();
  }

  @Override
  public Shape shape() {
    return film.shape;
  }

  @Override
  public OptionalDouble seconds(long frame) {
    check(frame, frame + 1);
    return OptionalDouble.of(film.footage.timeline().seconds((int) frame));
  }

  @Override
  public OptionalDouble end() {
    return OptionalDouble.of(film.footage.timeline().end());
  }

  /** Does not count the frames again. */
  @Override
  public VideoFile reopened() {
    return new VideoFile(new Film(film.footage), scale);
  }

  /**
   * What the decoder complained about, though it went on: a damaged or cut file may have lost
   * frames.
   *
   * @return its words; empty if nothing was wrong
   */
  public Optional<String> damage() {
    return film.footage.timeline().complaint();
  }

  @Override
  public Optional<ByteScale> byteScale() {
    return Optional.of(scale);
  }

  @Override
  public VideoFile scaled(ByteScale bytes) {
    return new VideoFile(film, bytes);
  }

  @Override
  public Tensor readFrames(long from, long to, DType dtype) {
    check(from, to);
    Shape shape = film.shape.with(0, to - from);
    Tensor result =
        readsPixels(dtype)
            ? Tensor.ofPixels(new byte[Tensor.arrayLength(shape)], shape)
            : Tensor.zeros(dtype, shape);
    readFrames(from, to, result, 0);
    return result;
  }

  @Override
  public boolean readsPixels(DType dtype) {
    return scale.equals(ByteScale.UNIT) && dtype == DType.FLOAT32;
  }

  @Override
  public Optional<PixelSource> pixels(long from, long to) {
    check(from, to);
    return readsPixels(DType.FLOAT32) ? Optional.of(new Frames(from, to)) : Optional.empty();
  }

  /** Frames as they are decoded, channels last: whoever reads them puts the channels apart. */
  private final class Frames implements PixelSource {
    private final long from;
    private final long to;
    private byte @Nullable [][] decoded;

    Frames(long from, long to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public void load() {
      frames();
    }

    private synchronized byte[][] frames() {
      if (decoded == null) {
        byte[][] all = new byte[(int) (to - from)][];
        for (int f = 0; f < all.length; f++) {
          all[f] = film.frame(from + f);
        }
        decoded = all;
      }
      return decoded;
    }

    @Override
    public synchronized long heapBytes() {
      return decoded == null ? 0 : (long) decoded.length * film.frameBytes();
    }

    @Override
    public void read(int at, ByteBuffer target) {
      byte[][] all = frames();
      int size = film.frameBytes();
      int channels = film.colours.channels();
      int plane = size / channels;
      Objects.checkFromIndexSize(at, target.remaining(), (long) all.length * size);
      for (int next = at; target.hasRemaining(); ) {
        byte[] frame = all[next / size];
        int channel = next % size / plane;
        int pixel = next % plane;
        int n = Math.min(plane - pixel, target.remaining());
        for (int k = pixel; k < pixel + n; k++) {
          target.put(frame[k * channels + channel]);
        }
        next += n;
      }
    }
  }

  @Override
  public void readFrames(long from, long to, Tensor target, int first) {
    check(from, to);
    if (first < 0 || (to - from) * film.frameBytes() > target.size() - first) {
      throw new IllegalArgumentException(
          name() + ": " + (to - from) + " frames from " + first + " on do not fit into " + target);
    }
    boolean pixels = target.isPixels();
    if (pixels && !readsPixels(target.dtype())) {
      throw new IllegalArgumentException(name() + ": is not read as pixels, as " + target + " is");
    }
    int channels = film.colours.channels();
    int plane = film.frameBytes() / channels;
    int at = first;
    for (long f = from; f < to; f++) {
      byte[] frame = film.frame(f);
      for (int c = 0; c < channels; c++) {
        for (int i = c; i < frame.length; i += channels) {
          if (pixels) {
            target.pixels()[at++] = frame[i];
          } else {
            target.set(at++, scale.value(frame[i] & 0xFF));
          }
        }
      }
      assert at == first + (f - from + 1) * plane * channels;
    }
  }

  /** Whether what was read last was sought; for tests. */
  boolean isSought() {
    return film.decoder != null && !film.decoder.isFromStart();
  }

  private void check(long from, long to) {
    if (from < 0 || to < from || to > film.shape.dim(0)) {
      throw new IndexOutOfBoundsException(
          "%s: frames %d to %d (not included), the film has %d"
              .formatted(name(), from, to, film.shape.dim(0)));
    }
  }

  @Override
  public void close() {
    film.closed = true;
    film.rewind();
  }
}
