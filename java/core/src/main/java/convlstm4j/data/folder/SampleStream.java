package convlstm4j.data.folder;

import convlstm4j.data.Batch;
import convlstm4j.data.ByteScale;
import convlstm4j.data.FrameSource;
import convlstm4j.data.folder.Selection.Sample;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.PixelSource;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Loads the samples of a pass, a batch at a time. */
final class SampleStream implements Iterator<Batch> {
  private record Opened(Video video, FrameSource source) {}

  private final Selection selection;
  private final Iterator<List<Sample>> batches;
  private final DType dtype;
  private final ByteScale bytes;
  private final Options options;
  private final long epoch;
  private @Nullable Opened opened;

  /** Place in the epoch of the next sample. */
  private long place;

  /**
   * Of some batches.
   *
   * @param epoch which epoch they are of
   * @param place in it of the first sample
   */
  SampleStream(
      Selection selection,
      Iterator<List<Sample>> batches,
      Options options,
      long epoch,
      long place) {
    this.selection = selection;
    this.batches = batches;
    this.options = options;
    this.dtype = options.dtype;
    this.bytes = options.bytes;
    this.epoch = epoch;
    this.place = place;
  }

  @Override
  public boolean hasNext() {
    return batches.hasNext();
  }

  @Override
  public Batch next() {
    List<Sample> samples = batches.next();
    List<Shown> shown = samples.stream().map(this::shown).toList();
    List<Tensor> targets = List.of();
    Labels from = selection.labels();
    if (from != null) {
      List<double[]> labels = shown.stream().map(s -> labels(from, s)).toList();
      int genres = from.genres().size();
      targets = selection.targets().cut(labels, genres, samples.get(0).frames(), dtype);
    }
    String description = samples.stream().map(Sample::toString).collect(Collectors.joining("; "));
    List<Tensor> weights = List.of();
    FrameWeights given = selection.weights();
    if (given != null) {
      weights = Collections.nCopies(targets.size(), weights(given, shown));
    }
    // What somebody's own change makes is looked at by the model.
    boolean finite = options.augmentations.isEmpty();
    return new Batch(List.of(input(shown)), targets, weights, description, finite);
  }

  private Shown shown(Sample sample) {
    return Shown.of(
        sample,
        options.augmentations,
        Streams.augmentation(options.augmentationSeed, epoch, place++));
  }

  /** {@code [N, T]}. */
  private Tensor weights(FrameWeights given, List<Shown> samples) {
    long frames = samples.get(0).sample().frames();
    Tensor weights = Tensor.zeros(DType.FLOAT64, Shape.of(samples.size(), frames));
    int at = 0;
    for (Shown s : samples) {
      double[] all = given.read(s.sample().trailer(), s.first(), s.last() + 1);
      double[] some = s.rows(all, 1);
      System.arraycopy(some, 0, weights.doubles(), at, some.length);
      at += some.length;
    }
    return weights;
  }

  private Tensor input(List<Shown> samples) {
    Sample first = samples.get(0).sample();
    Shape shape = selection.frame().prepend(first.frames()).prepend(samples.size());
    boolean unread =
        options.augmentations.isEmpty()
            && samples.stream()
                .map(Shown::sample)
                .allMatch(s -> pixels(s, s.trailer().header().scaled(bytes)).isPresent());
    return unread
        ? unread(samples.stream().map(Shown::sample).toList(), shape)
        : read(samples, shape);
  }

  private Optional<PixelSource> pixels(Sample s, FrameSource file) {
    return dtype == DType.FLOAT32 ? file.pixels(s.from(), s.to()) : Optional.empty();
  }

  /** Pixels stay in their files, or as they are decoded, until a backend takes them. */
  private Tensor unread(List<Sample> samples, Shape shape) {
    int elements = length(samples.get(0), shape) / samples.size();
    List<PixelSource> parts = new ArrayList<>();
    for (Sample s : samples) {
      PixelSource part = pixels(s, file(s)).orElseThrow();
      // Here, where another thread may have asked for the batch, and before the next video is open.
      part.load();
      parts.add(part);
    }
    return Tensor.ofPixels(PixelSource.joined(parts, elements), shape);
  }

  private Tensor read(List<Shown> samples, Shape shape) {
    // What is changed is no byte any more.
    boolean pixels =
        options.augmentations.isEmpty()
            && samples.stream()
                .allMatch(s -> s.sample().trailer().header().scaled(bytes).readsPixels(dtype));
    Tensor all = room(samples.get(0).sample(), shape, pixels);
    int elements = all.size() / samples.size();
    for (int i = 0; i < samples.size(); i++) {
      samples.get(i).read(file(samples.get(i).sample()), all, i * elements);
    }
    if (!all.isFinite()) {
      for (int i = 0; i < samples.size(); i++) {
        int first = i * elements;
        Shown s = samples.get(i);
        String name = s.sample().trailer().header().name();
        checkFinite(name, k -> all.get(first + k), elements, s);
      }
    }
    if (!options.augmentations.isEmpty()) {
      for (int i = 0; i < samples.size(); i++) {
        samples.get(i).change(file(samples.get(i).sample()), all, i * elements);
      }
    }
    return all;
  }

  private FrameSource file(Sample s) {
    FrameSource file = source(s.trailer()).scaled(bytes);
    Shape expected = selection.frame().prepend(s.trailer().frames());
    if (!file.shape().equals(expected)) {
      throw new FolderException(
          file.name(), "has changed: shape " + file.shape() + ", was " + expected);
    }
    return file;
  }

  private static int length(Sample first, Shape shape) {
    try {
      return Tensor.arrayLength(shape);
    } catch (IllegalArgumentException e) {
      throw new FolderException(first.trailer().header().name(), String.valueOf(e.getMessage()), e);
    }
  }

  private Tensor room(Sample first, Shape shape, boolean pixels) {
    int length = length(first, shape);
    try {
      return pixels ? Tensor.ofPixels(new byte[length], shape) : Tensor.zeros(dtype, shape);
    } catch (OutOfMemoryError e) {
      long bytes = shape.elements() * (pixels ? 1 : dtype.bytes());
      throw new FolderException(
          first.trailer().header().name(),
          "%s of it at once need %d MiB in one piece of the Java heap, which has %d MiB (-Xmx)"
                  .formatted(shape, bytes >> 20, Runtime.getRuntime().maxMemory() >> 20)
              + ": use a smaller batch or fewer frames, or give Java more memory (-Xmx)",
          e);
    }
  }

  /** One is open at a time: stretches of a video follow one another, or it is read whole. */
  private FrameSource source(Video video) {
    if (opened == null || !opened.video.path().equals(video.path())) {
      close();
      opened = new Opened(video, video.header().reopened());
    }
    return opened.source;
  }

  /** Closes what is being read. */
  void close() {
    if (opened != null) {
      opened.source.close();
      opened = null;
    }
  }

  private double[] labels(Labels from, Shown s) {
    Sample sample = s.sample();
    int genres = from.genres().size();
    double[] read = from.read(sample.trailer(), s.first(), s.last() + 1);
    double[] rows = s.rows(read, genres);
    boolean narrow = dtype == DType.FLOAT32; // which large labels become infinite in
    checkFinite(
        from.source(sample.trailer()), k -> narrow ? (float) rows[k] : rows[k], rows.length, s);
    return rows;
  }

  /**
   * Fails unless the n elements of a sample are finite. Nobody looks again: {@link
   * Batch#foundFinite}.
   */
  private static void checkFinite(String file, IntToDoubleFunction values, int n, Shown s) {
    int perFrame = n / (int) s.sample().frames();
    for (int i = 0; i < n; i++) {
      double value = values.applyAsDouble(i);
      if (!Double.isFinite(value)) {
        throw new FolderException(
            file,
            (Double.isNaN(value) ? "NaN" : "infinity")
                + " in frame "
                + s.frame(i / perFrame)
                + ", expected finite numbers");
      }
    }
  }
}
