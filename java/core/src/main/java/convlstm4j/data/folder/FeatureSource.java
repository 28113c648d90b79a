package convlstm4j.data.folder;

import convlstm4j.data.ByteScale;
import convlstm4j.data.FrameFeatures;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import convlstm4j.io.file.FileException;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Features of a video's frames in place of the frames. They are computed when a frame is first
 * asked for, all of the video's, into a file that is named by what they are of; whoever finds that
 * file computes nothing and decodes nothing.
 */
final class FeatureSource implements FrameSource {
  private static final Logger LOG = LoggerFactory.getLogger(FeatureSource.class);

  /** Frames at a time. */
  private static final int FRAMES = 8;

  private final Video video;

  /** What all views of it share: features are computed once. */
  private static final class Video {
    private final Path path;
    private final FrameFeatures features;
    private final Supplier<FrameSource> frames;
    private final Path file;
    private final Stamp stamp;
    private @Nullable FeatureFile kept;
    private @Nullable FrameSource opened;
    private @Nullable Shape shape;

    Video(Path path, FrameFeatures features, Supplier<FrameSource> frames, Path file, Stamp stamp) {
      this.path = path;
      this.features = features;
      this.frames = frames;
      this.file = file;
      this.stamp = stamp;
    }

    /** Sizes, without computing. */
    synchronized Shape shape() {
      if (shape == null) {
        shape = kept().map(FeatureFile::shape).orElseGet(this::shapeOfFrames);
      }
      return shape;
    }

    private Shape shapeOfFrames() {
      Shape all = opened().shape();
      if (all.rank() != 4 || all.elements() == 0) {
        throw new FolderException(
            path, "array of shape " + all + ", expected [T, C, H, W], none of them 0");
      }
      try {
        return features.shape(all.from(1)).prepend(all.dim(0));
      } catch (IllegalArgumentException e) {
        throw new FolderException(path, String.valueOf(e.getMessage()), e);
      }
    }

    private Optional<FeatureFile> kept() {
      if (kept == null) {
        try {
          kept = FeatureFile.open(file).orElse(null);
        } catch (FeatureFile.DamagedException e) {
          LOG.warn("{}: is damaged: {}; the features are computed anew", file, e.getMessage());
        } catch (IOException e) {
          throw new FolderException(file, "cannot be read: " + e.getMessage(), e);
        }
      }
      return Optional.ofNullable(kept);
    }

    private FrameSource opened() {
      if (opened == null) {
        opened = frames.get();
      }
      return opened;
    }

    Optional<double[]> seconds() {
      synchronized (this) {
        return kept().map(FeatureFile::seconds).orElseGet(() -> seconds(opened()));
      }
    }

    private static Optional<double[]> seconds(FrameSource frames) {
      if (frames.seconds(0).isEmpty() || frames.end().isEmpty()) {
        return Optional.empty();
      }
      double[] seconds = new double[(int) frames.shape().dim(0) + 1];
      for (int i = 0; i < seconds.length - 1; i++) {
        seconds[i] = frames.seconds(i).getAsDouble();
      }
      seconds[seconds.length - 1] = frames.end().getAsDouble();
      return Optional.of(seconds);
    }

    synchronized FeatureFile computed() {
      return kept().orElseGet(this::compute);
    }

    private FeatureFile compute() {
      Shape all = shape();
      FrameSource source = opened().scaled(features.bytes());
      try (FeatureFile.Writer writer = new FeatureFile.Writer(file, all, seconds(source))) {
        for (long t = 0; t < all.dim(0); t += FRAMES) {
          long to = Math.min(t + FRAMES, all.dim(0));
          Tensor some = features.of(source.readFrames(t, to, DType.FLOAT32));
          if (!some.shape().equals(all.with(0, to - t))) {
            throw new FolderException(
                path,
                features.form() + " are " + some.shape() + ", expected " + all.with(0, to - t));
          }
          if (!some.isFinite()) {
            throw new FolderException(
                path,
                features.form() + " hold a NaN or an infinity in frames " + t + "-" + (to - 1));
          }
          writer.add(some);
        }
        if (!Stamp.of(path).equals(stamp)) {
          throw new FolderException(path, "was changed while it was read");
        }
        kept = writer.commit();
      } catch (IOException e) {
        throw new UncheckedIOException(e.getMessage(), e);
      }
      close();
      return kept;
    }

    synchronized void close() {
      if (opened != null) {
        opened.close();
        opened = null;
      }
    }
  }

  /** Sizes and times of change: other ones mean that a file was changed. */
  private record Stamp(List<String> states) {
    static Stamp of(Path video) {
      return new Stamp(FeatureSource.files(video).stream().map(Stamp::one).toList());
    }

    private static String one(Path file) {
      try {
        BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
        return file + " " + a.size() + " " + a.lastModifiedTime();
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }
  }

  private FeatureSource(Video video) {
    this.video = video;
  }

  /**
   * Features of a video.
   *
   * @param what says how its frames are made, for the name of the file
   * @param frames opens it; not asked if features are there
   * @param folder where features are kept; made if it is not there
   */
  static FeatureSource of(
      Path path, String what, Supplier<FrameSource> frames, FrameFeatures features, Path folder) {
    Stamp stamp = Stamp.of(path);
    MessageDigest digest = sha256();
    for (String part :
        List.of(what, features.form().id(), features.computedBy(), features.bytes().toString())) {
      digest.update((part + "\n").getBytes(StandardCharsets.UTF_8));
    }
    for (Path file : files(path)) {
      digest.update(
          (Files.isDirectory(path) ? file.getFileName() + "\n" : "\n")
              .getBytes(StandardCharsets.UTF_8));
      update(digest, file);
    }
    String name = HexFormat.of().formatHex(digest.digest()) + ".features";
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be made: " + e.getMessage(), e);
    }
    return new FeatureSource(new Video(path, features, frames, folder.resolve(name), stamp));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The bytes of a file, after their number. */
  private static void update(MessageDigest digest, Path file) {
    byte[] block = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      digest.update((Files.size(file) + "\n").getBytes(StandardCharsets.UTF_8));
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        digest.update(block, 0, n);
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** What a video consists of: a file, or the files of a folder, by name. */
  private static List<Path> files(Path video) {
    if (!Files.isDirectory(video)) {
      return List.of(video);
    }
    try (Stream<Path> all = Files.list(video)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw unreadable(video, e);
    }
  }

  private static FileException unreadable(Path file, IOException e) {
    return e instanceof java.nio.file.NoSuchFileException
        ? new FolderException(file, "there is no such file", e)
        : new FolderException(file, "cannot be read: " + e.getMessage(), e);
  }

  /**
   * How the frames of a video are made, in words that tell one way from another.
   *
   * @param isDecoded whether it is a film or pictures, not an array
   */
  static String what(
      Path path, boolean isDecoded, FramePreparation preparation, double picturesPerSecond) {
    return !isDecoded
        ? "array"
        : preparation + (Files.isDirectory(path) ? ", " + picturesPerSecond + " pictures" : "");
  }

  @Override
  public String name() {
    return video.path.toString();
  }

  @Override
  public Shape shape() {
    return video.shape();
  }

  @Override
  public Optional<ByteScale> byteScale() {
    return Optional.empty();
  }

  @Override
  public FrameSource scaled(ByteScale bytes) {
    return this; // features are no bytes
  }

  @Override
  public Tensor readFrames(long from, long to, DType dtype) {
    if (from < 0 || to < from || to > shape().dim(0)) {
      throw new IndexOutOfBoundsException(
          name() + ": frames " + from + " to " + to + " of " + shape().dim(0));
    }
    FeatureFile file = video.computed();
    try {
      return file.read(from, to).cast(dtype);
    } catch (IOException e) {
      throw new FolderException(file.file(), "cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean readsPixels(DType dtype) {
    return false;
  }

  @Override
  public void readFrames(long from, long to, Tensor target, int at) {
    Tensor some = readFrames(from, to, target.dtype());
    if (at < 0 || some.size() > target.size() - at) {
      throw new IllegalArgumentException(
          name() + ": " + some.size() + " numbers do not fit behind " + at + " of " + target);
    }
    for (int i = 0; i < some.size(); i++) {
      target.set(at + i, some.get(i));
    }
  }

  @Override
  public OptionalDouble seconds(long frame) {
    java.util.Objects.checkIndex(frame, shape().dim(0));
    return time(frame);
  }

  private OptionalDouble time(long place) {
    return video
        .seconds()
        .map(s -> OptionalDouble.of(s[(int) place]))
        .orElseGet(OptionalDouble::empty);
  }

  @Override
  public OptionalDouble end() {
    return time(shape().dim(0));
  }

  @Override
  public FrameSource reopened() {
    return new FeatureSource(video);
  }

  /** What is open is closed when all is computed; until then it is for all views. */
  @Override
  public void close() {
    video.close();
  }
}
