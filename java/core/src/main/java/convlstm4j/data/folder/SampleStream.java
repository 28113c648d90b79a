package convlstm4j.data.folder;

import convlstm4j.data.Batch;
import convlstm4j.data.ByteScale;
import convlstm4j.data.FrameSource;
import convlstm4j.data.folder.Selection.Sample;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.PixelSource;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;

/** Loads the samples of a pass, a batch at a time. */
final class SampleStream implements Iterator<Batch> {
  private record Opened(Video video, FrameSource source) {}

  private final Selection selection;
  private final Iterator<List<Sample>> batches;
  private final DType dtype;
  private final ByteScale bytes;
  private Opened opened;

  SampleStream(Selection selection, Iterator<List<Sample>> batches, DType dtype, ByteScale bytes) {
    this.bytes = bytes;
    this.selection = selection;
    this.batches = batches;
    this.dtype = dtype;
  }

  @Override
  public boolean hasNext() {
    return batches.hasNext();
  }

  @Override
  public Batch next() {
    List<Sample> samples = batches.next();
    List<Tensor> targets = List.of();
    if (selection.labels() != null) {
      List<double[]> labels = samples.stream().map(this::labels).toList();
      int genres = selection.labels().genres().size();
      targets = selection.targets().cut(labels, genres, samples.get(0).frames(), dtype);
    }
    String description = samples.stream().map(Sample::toString).collect(Collectors.joining("; "));
    List<Tensor> weights = List.of();
    if (selection.weights() != null) {
      weights = Collections.nCopies(targets.size(), weights(samples));
    }
    return new Batch(List.of(input(samples)), targets, weights, description, true);
  }

  /** {@code [N, T]}. */
  private Tensor weights(List<Sample> samples) {
    long frames = samples.get(0).frames();
    Tensor weights = Tensor.zeros(DType.FLOAT64, Shape.of(samples.size(), frames));
    int at = 0;
    for (Sample s : samples) {
      double[] some = selection.weights().read(s.trailer(), s.from(), s.to());
      System.arraycopy(some, 0, weights.doubles(), at, some.length);
      at += some.length;
    }
    return weights;
  }

  private Tensor input(List<Sample> samples) {
    Shape shape = selection.frame().prepend(samples.get(0).frames()).prepend(samples.size());
    return samples.stream().allMatch(s -> pixels(s, s.trailer().header().scaled(bytes)).isPresent())
        ? unread(samples, shape)
        : read(samples, shape);
  }

  private Optional<PixelSource> pixels(Sample s, FrameSource file) {
    return dtype == DType.FLOAT32 ? file.pixels(s.from(), s.to()) : Optional.empty();
  }

  /** Pixels stay in their files until a backend takes them. */
  private Tensor unread(List<Sample> samples, Shape shape) {
    int elements = length(samples.get(0), shape) / samples.size();
    List<PixelSource> parts = samples.stream().map(s -> pixels(s, file(s)).orElseThrow()).toList();
    PixelSource all = PixelSource.joined(parts, elements);
    all.load(); // here, where another thread may have asked for the batch
    return Tensor.ofPixels(all, shape);
  }

  private Tensor read(List<Sample> samples, Shape shape) {
    boolean pixels =
        samples.stream().allMatch(s -> s.trailer().header().scaled(bytes).readsPixels(dtype));
    Tensor all = room(samples.get(0), shape, pixels);
    int elements = all.size() / samples.size();
    for (int i = 0; i < samples.size(); i++) {
      Sample s = samples.get(i);
      file(s).readFrames(s.from(), s.to(), all, i * elements);
    }
    if (!all.isFinite()) {
      for (int i = 0; i < samples.size(); i++) {
        int first = i * elements;
        Sample s = samples.get(i);
        checkFinite(s.trailer().header().name(), k -> all.get(first + k), elements, s);
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
      throw new FolderException(first.trailer().header().name(), e.getMessage(), e);
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

  private double[] labels(Sample s) {
    double[] rows = selection.labels().read(s.trailer(), s.from(), s.to());
    boolean narrow = dtype == DType.FLOAT32; // which large labels become infinite in
    checkFinite(
        selection.labels().source(s.trailer()),
        k -> narrow ? (float) rows[k] : rows[k],
        rows.length,
        s);
    return rows;
  }

  /**
   * Fails unless the n elements of a sample are finite. Nobody looks again: {@link
   * Batch#foundFinite}.
   */
  private static void checkFinite(String file, IntToDoubleFunction values, int n, Sample s) {
    int perFrame = n / (int) s.frames();
    for (int i = 0; i < n; i++) {
      double value = values.applyAsDouble(i);
      if (!Double.isFinite(value)) {
        throw new FolderException(
            file,
            (Double.isNaN(value) ? "NaN" : "infinity")
                + " in frame "
                + (s.from() + i / perFrame)
                + ", expected finite numbers");
      }
    }
  }
}
