package convlstm4j.data.folder;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import convlstm4j.data.Signature;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checked videos of a folder and the samples made of them.
 *
 * @param trailers in the order asked for
 * @param frame shape {@code [C, H, W]}, or of its features, the same for all
 * @param samples videos or windows of them
 * @param labels null if there are none or they are not wanted
 * @param targets what a batch's targets are
 * @param weights null for weights of 1
 * @param preparation of films
 */
record Selection(
    List<Video> trailers,
    Shape frame,
    List<Sample> samples,
    @Nullable Labels labels,
    Targets targets,
    @Nullable FrameWeights weights,
    FramePreparation preparation) {

  /** Frames of a video, {@code to} not included. */
  record Sample(Video trailer, long from, long to) {
    long frames() {
      return to - from;
    }

    @Override
    public String toString() {
      return trailer.fileName() + ", frames " + from + "-" + (to - 1);
    }
  }

  /** Reads the headers of all videos, not their frames. */
  static Selection of(Listing listing, Options o) {
    List<String> ids = o.ids == null ? listing.ids() : o.ids;
    ids.forEach(listing::path);
    Labels labels = o.unlabeled ? null : Labels.find(listing, ids, o.genres).orElse(null);
    Targets targets = Targets.of(listing.folder(), labels, o);
    FramePreparation preparation = preparation(o);
    List<Video> trailers = new ArrayList<>();
    Shape frame = null;
    for (String id : ids) {
      FrameSource file =
          o.features == null
              ? listing.header(id, preparation, o.picturesPerSecond)
              : listing.features(
                  id, preparation, o.picturesPerSecond, o.features, Objects.requireNonNull(o.kept));
      Shape shape = file.shape();
      if (o.features == null && (shape.rank() != 4 || shape.elements() == 0)) {
        throw new FolderException(
            listing.path(id),
            "array of shape " + shape + ", expected [T, C, H, W], none of them 0");
      }
      if (frame != null && !shape.from(1).equals(frame)) {
        throw new FolderException(
            listing.path(id),
            "frames of shape "
                + shape.from(1)
                + ", expected "
                + frame
                + " as in "
                + trailers.get(0).fileName());
      }
      frame = shape.from(1);
      Video trailer = new Video(id, listing.path(id), file);
      if (labels != null) {
        labels.check(trailer);
      }
      if (o.weights != null) {
        o.weights.check(trailer);
      }
      trailers.add(trailer);
    }
    List<Sample> samples = samples(listing, trailers, o);
    Shape frames = Objects.requireNonNull(frame, "a folder has a video at least");
    if (o.model != null) {
      checkInput(o, o.model, frames, samples);
    }
    return new Selection(
        List.copyOf(trailers), frames, samples, labels, targets, o.weights, preparation);
  }

  private static FramePreparation preparation(Options o) {
    if (o.features != null) {
      Optional<FramePreparation> known =
          o.model == null ? Optional.empty() : o.model.inputs().get(0).form().frames();
      return o.frames.apply(known.orElseGet(o.features::preparation));
    }
    return o.frames.apply(
        o.model == null ? FramePreparation.NONE : o.model.inputs().get(0).preparation());
  }

  private static List<Sample> samples(Listing listing, List<Video> trailers, Options o) {
    List<Sample> samples = new ArrayList<>();
    for (Video trailer : trailers) {
      long frames = trailer.frames();
      long step = o.window == 0 ? frames : o.window;
      for (long from = 0; from < frames; from += step) {
        if (from + step <= frames || o.shorterToo) {
          samples.add(new Sample(trailer, from, Math.min(from + step, frames)));
        }
      }
    }
    if (samples.isEmpty()) {
      throw new FolderException(
          listing.folder(),
          "no video has "
              + o.window
              + " frames, the longest has "
              + trailers.stream().mapToLong(Video::frames).max().orElse(0)
              + ", expected at least one window: use shorter windows, or keep shorter ones");
    }
    return List.copyOf(samples);
  }

  private static void checkInput(Options o, Signature model, Shape frame, List<Sample> samples) {
    if (model.inputs().size() != 1) {
      throw new IllegalArgumentException(
          "the model has the inputs "
              + model.inputNames()
              + ", a folder of videos feeds one [N, T, C, H, W]");
    }
    Shape input = model.inputs().get(0).shape();
    for (Sample sample : samples) {
      Shape shape = frame.prepend(o.batchSize, sample.frames());
      if (!input.fits(shape)) {
        boolean frames = input.fits(shape.with(1, Shape.UNKNOWN));
        throw new FolderException(
            sample.trailer().path(),
            "gives samples of shape "
                + shape
                + (o.features == null ? " [N, T, C, H, W]" : " (" + o.features.form() + ")")
                + ", expected "
                + input
                + model.inputs().get(0).axes().map(a -> " " + a).orElse("")
                + " for the model's input \""
                + model.inputNames().get(0)
                + "\""
                + (frames ? ": use windows of " + input.dim(1) + " frames" : ""));
      }
    }
  }

  /**
   * The batches of an epoch. Samples of the same number of frames are put together, in their order,
   * so that a batch may hold samples that are not neighbours; the number of batches is the same in
   * all epochs.
   */
  List<List<Sample>> batches(long epoch, Options o) {
    Map<Long, List<Sample>> byFrames = new LinkedHashMap<>();
    List<List<Sample>> batches = new ArrayList<>();
    int[] order = null;
    if (o.shuffleSeed != null) {
      order = Streams.order(o.shuffleSeed, epoch).permutation(samples.size());
    }
    for (int i = 0; i < samples.size(); i++) {
      Sample sample = samples.get(order == null ? i : order[i]);
      List<Sample> batch = byFrames.computeIfAbsent(sample.frames(), f -> new ArrayList<>());
      batch.add(sample);
      if (batch.size() == o.batchSize) {
        batches.add(List.copyOf(batch));
        batch.clear();
      }
    }
    for (List<Sample> rest : byFrames.values()) {
      if (!rest.isEmpty()) {
        batches.add(List.copyOf(rest));
      }
    }
    return batches;
  }
}
