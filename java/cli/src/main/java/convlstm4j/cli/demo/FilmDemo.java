package convlstm4j.cli.demo;

import convlstm4j.cli.picture.Drawing;
import convlstm4j.cli.picture.Intervals;
import convlstm4j.cli.picture.Thumbnails;
import convlstm4j.cli.picture.Track;
import convlstm4j.cli.picture.TrackFile;
import convlstm4j.cli.picture.TrackPicture;
import convlstm4j.data.ByteScale;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.FrameSource;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.data.InputForm;
import convlstm4j.data.folder.FrameFiles;
import convlstm4j.io.checkpoint.LastCheckpoint;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Input;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Callback;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.Sequential;
import convlstm4j.model.Stream;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.optim.Schedule;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import convlstm4j.video.FfmpegPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is unusual in a film, without any label: a ConvLSTM learns from its first part to foresee
 * each frame from those before, and how wrong it is later, frame by frame, is drawn over the film.
 */
public final class FilmDemo {
  private static final FramePreparation FRAMES =
      FramePreparation.NONE.size(32, 48).colours(Colours.GREY);
  private static final double RATE = 8;
  private static final int WINDOW = 12;
  private static final int BATCH = 4;

  /** Frames that are learnt from, and so are in memory. */
  private static final int MOST = 600;

  /** Part of the film that is learnt from. */
  private static final double LEARNT = 0.6;

  /** So many standard deviations above the usual error are a score of one half. */
  private static final double UNUSUAL = 3;

  private static final int EPOCHS = 12;

  /** Clips of packages of Debian, all long enough. */
  static final List<Path> INSTALLED =
      List.of(
          Path.of("/usr/share/doc/opencv-doc/examples/data/vtest.avi"),
          Path.of("/usr/share/forensics-samples/original-files/movie2/movie-hello.mp4"),
          Path.of("/usr/share/pymecavideo/data/video/balle-jbart.mp4"));

  private final Path folder;
  private final long seed;
  private final int epochs;
  private final Consumer<Model> settings;
  private final Consumer<String> log;
  private final Function<String, Callback> progress;
  private final Consumer<Model> running;

  /**
   * Prepares it.
   *
   * @param folder where files go; made if it is not there
   * @param seed decides first weights and order
   * @param epochs at most
   * @param settings chooses what the model runs on
   * @param log gets lines on what is done
   * @param progress makes a display of training from the title of its lines
   * @param running is told which model is being trained, to stop it on demand; null for none
   */
  public FilmDemo(
      Path folder,
      long seed,
      int epochs,
      Consumer<Model> settings,
      Consumer<String> log,
      Function<String, Callback> progress,
      Consumer<Model> running) {
    this.folder = folder;
    this.seed = seed;
    this.epochs = Math.min(epochs, EPOCHS);
    this.settings = settings;
    this.log = log;
    this.progress = progress;
    this.running = running;
  }

  /**
   * A clip that a package of Debian has installed.
   *
   * @return its path; empty if none is there
   */
  public static Optional<Path> installed() {
    return INSTALLED.stream().filter(Files::isRegularFile).findFirst();
  }

  /**
   * Does all of it.
   *
   * @param film what is watched; empty for one that ffmpeg generates
   * @return what was found, in lines
   * @throws IOException if a file cannot be written
   * @throws IllegalArgumentException if the film is too short, or the folder is not a demo's
   */
  public String run(Optional<Path> film) throws IOException {
    Drawing.check();
    if (film.isPresent()) {
      // A film that is refused leaves no folder behind.
      try (FrameSource source = open(film.get())) {
        DemoFolder own = DemoFolder.claim(folder, seed);
        try (own) {
          return watch(film.get(), source);
        }
      }
    }
    DemoFolder own = DemoFolder.claim(folder, seed);
    try (own) {
      Path made = generated();
      try (FrameSource source = open(made)) {
        return watch(made, source);
      }
    }
  }

  private static FrameSource open(Path film) {
    FramePreparation frames =
        new FramePreparation(FRAMES.height(), FRAMES.width(), FRAMES.fit(), RATE, FRAMES.colours());
    FrameSource source = FrameFiles.open(film, frames, RATE).scaled(ByteScale.UNIT);
    long all = source.shape().dim(0);
    if (learnt(all) < 2 * WINDOW + 1) {
      source.close();
      throw new IllegalArgumentException(
          film + ": has " + all + " frames at 8 a second, expected at least 42, some 5 s");
    }
    return source;
  }

  /** How many of a film's frames are learnt from. */
  private static int learnt(long all) {
    return (int) Math.min(MOST, LEARNT * all);
  }

  /** A clock and moving colours, which turn into their negative for three seconds. */
  Path generated() throws IOException {
    Path film = folder.resolve("generated.mp4");
    Path part = folder.resolve("generated.part.mp4");
    // A source of pictures as a filter: as an input it would be a device, which not every ffmpeg
    // has.
    Process ffmpeg =
        FfmpegPrograms.get(film)
            .run(
                List.of(
                    "-nostdin",
                    "-v",
                    "error",
                    "-filter_complex",
                    "testsrc2=s=96x64:r=8:d=40,negate=enable='between(t,30,33)'",
                    "-y",
                    "file:" + part))
            .redirectErrorStream(true)
            .start();
    String said =
        new String(ffmpeg.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    try {
      if (ffmpeg.waitFor() != 0) {
        throw new IOException("ffmpeg cannot make " + film + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("stopped while ffmpeg made " + film);
    }
    Files.move(part, film, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    log.accept("no clip of a package is installed: " + film + " is generated by ffmpeg");
    return film;
  }

  private String watch(Path film, FrameSource source) throws IOException {
    try (Model model = model()) {
      int learnt = learnt(source.shape().dim(0));
      train(model, source, learnt);
      return judge(model, film, source, learnt);
    }
  }

  private static Model model() {
    ConvLSTM2D memory =
        new ConvLSTM2D(8, 3)
            .padding(Padding.SAME)
            .dataFormat(DataFormat.CHANNELS_FIRST)
            .returnSequences(true);
    Conv2D image =
        new Conv2D(1, 3)
            .padding(Padding.SAME)
            .dataFormat(DataFormat.CHANNELS_FIRST)
            .activation("sigmoid");
    return Sequential.of(
            Input.named("frames", Input.ANY, 1, FRAMES.height(), FRAMES.width()),
            memory,
            new TimeDistributed(image).named("next"))
        .named("next_frame");
  }

  private void train(Model model, FrameSource source, int learnt) {
    settings.accept(model);
    model.seed(seed);
    int windows = (learnt - 1) / WINDOW;
    int pixels = FRAMES.height() * FRAMES.width();
    float[] x = new float[windows * WINDOW * pixels];
    float[] y = new float[x.length];
    Tensor video = source.readFrames(0, windows * (long) WINDOW + 1, DType.FLOAT32);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) video.get(i);
      y[i] = (float) video.get(i + pixels);
    }
    long[] shape = {windows, WINDOW, 1, FRAMES.height(), FRAMES.width()};
    InMemoryDataset data =
        InMemoryDataset.of(Tensor.of(x, shape), Tensor.of(y, shape)).batch(BATCH).shuffle(seed);
    Schedule rate =
        new Schedule.CosineDecay(4e-3, (long) epochs * data.batches(), 0, Double.NaN, 0);
    model.compile(new Adam(rate), Loss.binaryCrossentropy());
    log.accept(source.name() + ": learns from its first " + learnt + " frames, 8 a second");
    running.accept(model);
    model.fit(
        data,
        Fit.epochs(epochs)
            .quiet()
            .callbacks(
                progress.apply("next frame, "), new LastCheckpoint(folder.resolve("film.ckpt"))));
    running.accept(null);
    if (model.progress().epoch() < epochs) {
      throw new CancellationException("stopped; the network is in " + folder.resolve("film.ckpt"));
    }
  }

  private String judge(Model model, Path film, FrameSource source, int learnt) throws IOException {
    int all = (int) source.shape().dim(0);
    double[] bounds =
        IntStream.rangeClosed(0, all)
            .mapToDouble(
                t -> t < all ? source.seconds(t).getAsDouble() : source.end().getAsDouble())
            .toArray();
    Thumbnails thumbnails = new Thumbnails(TrackPicture.evenly(bounds, TrackFile.THUMBNAILS));
    double[] errors = errors(model, source, all, thumbnails);
    double mean =
        IntStream.range(WINDOW, learnt).mapToDouble(t -> errors[t]).average().orElseThrow();
    double variance =
        IntStream.range(WINDOW, learnt)
            .mapToDouble(t -> (errors[t] - mean) * (errors[t] - mean))
            .average()
            .orElseThrow();
    Tensor scores = Tensor.of(new float[all], 1, all, 1);
    // Before that the memory is hardly filled.
    for (int t = WINDOW; t < all; t++) {
      double above = Math.max(0, errors[t] - mean) / Math.max(1e-9, Math.sqrt(variance));
      scores.set(t, above / (above + UNUSUAL));
    }
    Track track =
        new Track(
            String.valueOf(film.getFileName()),
            true,
            bounds,
            List.of("unusual"),
            List.of(scores),
            List.of());
    Intervals found = Intervals.of(track, Intervals.HALF);
    Path page = folder.resolve("film.html");
    AtomicFile.write(
        page,
        new TrackFile(
                found, Intervals.HALF, thumbnails.images(), java.util.Arrays.copyOf(bounds, all))
            .bytes("html"));
    return lines(found) + page + "\n";
  }

  /** Mean difference between each frame and the one foreseen. */
  private static double[] errors(Model model, FrameSource source, int all, Thumbnails thumbnails) {
    double[] errors = new double[all];
    int pixels = FRAMES.height() * FRAMES.width();
    Tensor foreseen = null;
    InputForm form = new InputForm(source.byteScale(), Optional.of(FRAMES));
    try (Stream stream = model.stream()) {
      for (int t = 0; t < all; t++) {
        Tensor frame = source.readFrames(t, t + 1L, DType.FLOAT32);
        Tensor one = frame.reshape(frame.shape().prepend(1));
        thumbnails.add(one, t, source.byteScale(), form);
        for (int p = 0; foreseen != null && p < pixels; p++) {
          errors[t] += Math.abs(foreseen.get(p) - frame.get(p)) / pixels;
        }
        foreseen = stream.next(one).get(0);
      }
    }
    return errors;
  }

  /** From when to when the score is above one half. */
  private static String lines(Intervals found) {
    String all =
        found.all().stream()
            .map(
                i ->
                    String.format(Locale.ROOT, "unusual from %.2f to %.2f s%n", i.start(), i.end()))
            .collect(Collectors.joining());
    return all.isEmpty() ? "nothing unusual\n" : all;
  }
}
