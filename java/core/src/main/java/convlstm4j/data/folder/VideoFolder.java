package convlstm4j.data.folder;

import convlstm4j.data.Augmentation;
import convlstm4j.data.BatchStream;
import convlstm4j.data.ByteScale;
import convlstm4j.data.Dataset;
import convlstm4j.data.FrameFeatures;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import convlstm4j.data.InputForm;
import convlstm4j.data.Signature;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A folder of videos, loaded one sample at a time: arrays {@code {name}.npy} of shape {@code [T, C,
 * H, W]}, of any type that {@link convlstm4j.io.npy.NpyType} lists, or films (mp4, mkv ..) and
 * folders of pictures (PNG, JPEG, in the order of their numbers, each folder one video) where the
 * module convlstm4j-video is there to decode them, prepared as {@link #frames} says; uint8 pixels
 * are scaled to 0 to 1, or as {@link #bytes} says. T may differ between videos, C, H and W may not.
 *
 * <p>A video's id is its file's or folder's name without the ending, and of {@code trailer_12.npy}
 * or {@code 0012.mp4} the number. Where a folder has files {@code trailer_{id}}, they are its
 * videos, and other files something else.
 *
 * <p>Labels, one number per frame and name, are in one of
 *
 * <ul>
 *   <li>{@code labels_{id}.npy} of shape {@code [T, labels]} for each video; the names are the
 *       lines of {@code genres.txt}, those given to {@link #labels}, or {@code genre_0}, {@code
 *       genre_1} ..;
 *   <li>{@code labels.csv} with a first line {@code id,<label>,<label>..} and a row for each video,
 *       which holds for all its frames;
 *   <li>{@code labels.csv} with a first line {@code id,frame,<label>,<label>..} and a row for each
 *       frame;
 *   <li>{@code labels.csv} with a first line {@code id,start,end,label}: in these seconds a film
 *       shows what the label says (1), else not (0);
 *   <li>the names of folders: a folder that holds no videos but folders of videos, {@code
 *       goal/17.mp4}, id {@code goal/17}, is 1 for {@code goal} in all frames and 0 for the others.
 * </ul>
 *
 * <p>A batch has the input {@code [N, T, C, H, W]} and, by default, a target {@code [N, T, 1]} for
 * each label.
 *
 * <pre>{@code
 * VideoFolder all = VideoFolder.open(Path.of("films")).fitting(model.signature());
 * VideoFolder training = all.ids("0-79").windows(16).batch(4).shuffle(1);
 * model.fit(training, Fit.epochs(10).validation(all.ids("80-99")));
 * }</pre>
 *
 * <p>An immutable value: each option gives a new one. The headers of all videos and the labels'
 * sizes are checked when it is first used; then, and when a sample is loaded, what is wrong is a
 * {@link FolderException} or a {@link convlstm4j.io.npy.NpyException}.
 */
public final class VideoFolder implements Dataset {
  private final Listing listing;
  private final Options options;
  private @Nullable Selection selection;

  private VideoFolder(Listing listing, Options options) {
    this.listing = listing;
    this.options = options;
  }

  /**
   * Lists a folder: all its videos, whole, in the order of their ids, one in a batch.
   *
   * @param folder the folder
   * @return the dataset
   * @throws FolderException if there is no such folder or no video in it
   */
  public static VideoFolder open(Path folder) {
    return new VideoFolder(Listing.of(folder), new Options());
  }

  private VideoFolder with(Consumer<Options> change) {
    Options changed = options.clone();
    change.accept(changed);
    return new VideoFolder(listing, changed);
  }

  /**
   * Takes some of the videos.
   *
   * @param ids their ids, in the order of an epoch
   * @return a new dataset
   * @throws IllegalArgumentException if there are none or one is there twice
   * @throws FolderException if the folder has no such video
   */
  public VideoFolder ids(List<String> ids) {
    if (ids.isEmpty() || ids.stream().distinct().count() != ids.size()) {
      throw new IllegalArgumentException("ids " + ids + ", expected at least one and none twice");
    }
    ids.forEach(listing::path);
    return with(o -> o.ids = List.copyOf(ids));
  }

  /**
   * Takes some of the videos.
   *
   * @param ids their ids and ranges of them, such as {@code 0-9,12}
   * @return a new dataset
   * @throws IllegalArgumentException if the text is not of this form
   * @throws FolderException if the folder has no such video
   */
  public VideoFolder ids(String ids) {
    return ids(VideoIds.parse(ids, listing.paths().keySet()));
  }

  /**
   * Names the columns of {@code labels_{id}.npy}, in place of {@code genres.txt}.
   *
   * @param names as many as there are columns
   * @return a new dataset
   */
  public VideoFolder labels(List<String> names) {
    return with(o -> o.genres = List.copyOf(names));
  }

  /**
   * Gives a target {@code [N, T, 1]} for each of some labels.
   *
   * @param labels names in the order of the targets, which is that of the model's outputs
   * @return a new dataset
   */
  public VideoFolder outputs(List<String> labels) {
    return with(
        o -> {
          o.outputs = List.copyOf(labels);
          o.joint = false;
        });
  }

  /**
   * Gives one target {@code [N, T, labels]}.
   *
   * @return a new dataset
   */
  public VideoFolder joint() {
    return with(o -> o.joint = true);
  }

  /**
   * Gives what a model needs: a target for each of its outputs {@code [N, T, 1]}, found by name, or
   * one for its only output {@code [N, T, labels]}; and uint8 pixels to the scale of the model,
   * where it has one. That the videos fit its input is checked together with them.
   *
   * @param model what the batches are for
   * @return a new dataset
   */
  public VideoFolder fitting(Signature model) {
    VideoFolder fitting = with(o -> o.model = model);
    return model.inputs().get(0).form().bytes().map(fitting::bytes).orElse(fitting);
  }

  /**
   * Sets the scale of uint8 pixels; 0 to 1 if not set.
   *
   * @param scale what a byte stands for
   * @return a new dataset
   */
  public VideoFolder bytes(ByteScale scale) {
    return with(o -> o.bytes = scale);
  }

  /**
   * Says how the frames of films are prepared. If not set: as the model of {@link #fitting} takes
   * them, where it has learnt from films; else to the height and width of its input, where they are
   * fixed; else as they are. Arrays are taken as they are.
   *
   * @param preparation size, rate and colours
   * @return a new dataset
   */
  public VideoFolder frames(FramePreparation preparation) {
    return frames(
        model ->
            preparation.scales() || !model.scales()
                ? preparation
                : preparation.size(model.height(), model.width()));
  }

  /**
   * Changes how the frames of films are prepared, from what they are without this: as the model of
   * {@link #fitting} takes them, or as they are.
   *
   * @param change gets that, gives what is wanted
   * @return a new dataset
   */
  public VideoFolder frames(UnaryOperator<FramePreparation> change) {
    return with(o -> o.frames = change);
  }

  /**
   * Says how fast the pictures of videos are shown that are folders of pictures; {@value
   * FrameFiles#PICTURES_PER_SECOND} a second if not set. Films say it themselves.
   *
   * @param perSecond above 0
   * @return a new dataset
   * @throws IllegalArgumentException if it is not
   */
  public VideoFolder pictureRate(double perSecond) {
    if (!(perSecond > 0 && Double.isFinite(perSecond))) {
      throw new IllegalArgumentException(
          "pictures per second = " + perSecond + ", expected more than 0");
    }
    return with(o -> o.picturesPerSecond = perSecond);
  }

  /**
   * Gives features of the frames, {@code [N, T, K]} or {@code [N, T, K, h, w]}, in place of the
   * frames. Those of a video are computed once, when one of its frames is first read, and kept in a
   * file that is named by the video's content, its preparation and what computes them: other
   * epochs, windows and programs read that.
   *
   * <pre>{@code
   * Backbone eye = Backbone.of(Model.load(Path.of("mobilenet.keras"))).bytes(Backbone.SIGNED);
   * var data = VideoFolder.open(folder).features(eye, Path.of("features"));
   * }</pre>
   *
   * @param what computes them; its preparation of films is taken where nothing else says one
   * @param kept the folder where they are kept, made if it is not there
   * @return a new dataset
   * @throws IllegalArgumentException if pixels are {@link #augmented}
   */
  public VideoFolder features(FrameFeatures what, Path kept) {
    checkOfFrames(options.augmentations, what);
    return with(
        o -> {
          o.features = what;
          o.kept = kept;
        });
  }

  private static void checkOfFrames(List<Augmentation> changes, @Nullable FrameFeatures features) {
    for (Augmentation change : changes) {
      if (features != null && change.changesPixels()) {
        throw new IllegalArgumentException(
            change
                + " changes pixels, but "
                + features.form()
                + " are computed once of each frame as it is; expected changes of which frames are"
                + " shown: reversal, speed, skip");
      }
    }
  }

  /**
   * Leaves out the labels, if there are any: batches have no targets.
   *
   * @return a new dataset
   */
  public VideoFolder unlabeled() {
    return with(o -> o.unlabeled = true);
  }

  /**
   * Weights the frames in every target: a file {@code weights_{id}.npy} of shape {@code [T]} for
   * each video. What is wrong with one is said together with the videos.
   *
   * @param folder where they are; may be that of the videos
   * @return a new dataset
   */
  public VideoFolder weights(Path folder) {
    return with(o -> o.weights = new FrameWeights(folder));
  }

  /**
   * Cuts videos into windows that do not overlap, for networks of a fixed number of frames and for
   * training that would else not fit the memory. The frames after a video's last full window are
   * left out, so that all samples have the same shape.
   *
   * @param frames frames of a window, at least 1
   * @return a new dataset
   * @throws IllegalArgumentException if the number is below 1
   */
  public VideoFolder windows(int frames) {
    return window(frames, false);
  }

  /**
   * Cuts videos into windows as {@link #windows} does, and keeps the shorter one that may be left
   * at a video's end: every frame is seen, which evaluation wants, but shapes differ.
   *
   * @param frames frames of a window, at least 1
   * @return a new dataset
   * @throws IllegalArgumentException if the number is below 1
   */
  public VideoFolder windowsAndRest(int frames) {
    return window(frames, true);
  }

  private VideoFolder window(int frames, boolean shorterToo) {
    checkPositive("window", frames);
    return with(
        o -> {
          o.window = frames;
          o.shorterToo = shorterToo;
        });
  }

  /**
   * Gives the samples in random order, another in each epoch.
   *
   * @param seed decides the orders
   * @return a new dataset
   */
  public VideoFolder shuffle(long seed) {
    return with(o -> o.shuffleSeed = seed);
  }

  /**
   * Changes every sample at random, otherwise in every epoch, one change after the other: for
   * training. A window's frames may then come from elsewhere in its video; labels and weights go
   * with them. The numbers of frames stay as they are.
   *
   * @param seed decides, together with the epoch's number and the sample's place in it
   * @param changes in this order; none for samples as they are
   * @return a new dataset
   * @throws IllegalArgumentException if {@link #features} are given and one changes pixels
   */
  public VideoFolder augmented(long seed, Augmentation... changes) {
    List<Augmentation> all = List.of(changes);
    checkOfFrames(all, options.features);
    return with(
        o -> {
          o.augmentations = all;
          o.augmentationSeed = seed;
        });
  }

  /**
   * Puts up to so many samples of the same number of frames into a batch.
   *
   * @param samples N, at least 1
   * @return a new dataset
   * @throws IllegalArgumentException if the number is below 1
   */
  public VideoFolder batch(int samples) {
    checkPositive("batch", samples);
    return with(o -> o.batchSize = samples);
  }

  /**
   * Sets the element type of the tensors, float32 if not set.
   *
   * @param dtype element type
   * @return a new dataset
   */
  public VideoFolder dtype(DType dtype) {
    return with(o -> o.dtype = dtype);
  }

  private static void checkPositive(String what, int n) {
    if (n < 1) {
      throw new IllegalArgumentException(what + " of " + n + ", must be at least 1");
    }
  }

  /**
   * What a folder of videos, and the first column of its labels, calls a file.
   *
   * @param path the file
   * @return its id
   */
  public static String id(Path path) {
    return VideoIds.of(path);
  }

  /**
   * Ids of the videos taken.
   *
   * @return in their order
   */
  public List<String> ids() {
    return options.ids == null ? listing.ids() : options.ids;
  }

  /**
   * The file of a video, or the folder of its pictures.
   *
   * @param id its id
   * @return its path
   * @throws FolderException if there is none
   */
  public Path path(String id) {
    return listing.path(id);
  }

  /**
   * Names of the labels.
   *
   * @return in the order of the columns; empty if there are no labels
   */
  public List<String> labels() {
    Labels labels = selection().labels();
    return labels == null ? List.of() : labels.genres();
  }

  /**
   * Shape of a frame, or of its {@link #features}.
   *
   * @return {@code [C, H, W]}, or {@code [K]}
   */
  public Shape frameShape() {
    return selection().frame();
  }

  /**
   * Number of frames of a video.
   *
   * @param id one of {@link #ids()}
   * @return T
   * @throws IllegalArgumentException if it is not
   */
  public long frames(String id) {
    return header(id).shape().dim(0);
  }

  /**
   * When the frames of a video are shown.
   *
   * @param id one of {@link #ids()}
   * @return seconds, one for each frame, and the end of the last; empty if the file does not say
   * @throws IllegalArgumentException if it is not
   */
  public Optional<double[]> seconds(String id) {
    FrameSource header = header(id);
    if (header.seconds(0).isEmpty() || header.end().isEmpty()) {
      return Optional.empty();
    }
    double[] seconds = new double[(int) header.shape().dim(0) + 1];
    for (int i = 0; i < seconds.length - 1; i++) {
      seconds[i] = header.seconds(i).getAsDouble();
    }
    seconds[seconds.length - 1] = header.end().getAsDouble();
    return Optional.of(seconds);
  }

  private FrameSource header(String id) {
    return selection().trailers().stream()
        .filter(t -> t.id().equals(id))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("id " + id + " is not one of those taken: " + ids()))
        .header();
  }

  private synchronized Selection selection() {
    if (selection == null) {
      selection = Selection.of(listing, options);
    }
    return selection;
  }

  @Override
  public int batches() {
    return selection().batches(0, options).size();
  }

  @Override
  public List<InputForm> inputForms() {
    List<Video> videos = selection().trailers();
    boolean bytes = videos.stream().anyMatch(Video::bytes);
    boolean films = videos.stream().anyMatch(v -> FrameFiles.isDecoded(v.path()));
    return List.of(
        new InputForm(
            bytes ? Optional.of(options.bytes) : Optional.empty(),
            films ? Optional.of(selection().preparation()) : Optional.empty(),
            Optional.ofNullable(options.features).map(FrameFeatures::form)));
  }

  @Override
  public List<Integer> batchSizes() {
    return selection().batches(0, options).stream().map(List::size).distinct().toList();
  }

  @Override
  public BatchStream open(long epoch, int firstBatch) {
    List<List<Selection.Sample>> batches = selection().batches(epoch, options);
    if (firstBatch < 0 || firstBatch > batches.size()) {
      throw new IllegalArgumentException(
          "first batch " + firstBatch + ", expected 0 to " + batches.size());
    }
    SampleStream stream =
        new SampleStream(
            selection(),
            batches.subList(firstBatch, batches.size()).iterator(),
            options,
            epoch,
            batches.subList(0, firstBatch).stream().mapToLong(List::size).sum());
    return BatchStream.of(stream, stream::close);
  }

  /** Folder and ids. */
  @Override
  public String toString() {
    return listing.folder() + ", ids " + VideoIds.format(ids());
  }
}
