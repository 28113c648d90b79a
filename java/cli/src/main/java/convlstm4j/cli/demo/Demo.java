package convlstm4j.cli.demo;

import convlstm4j.cli.article.Architectures;
import convlstm4j.data.Batch;
import convlstm4j.data.BatchStream;
import convlstm4j.data.Dataset;
import convlstm4j.data.Prefetch;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.io.checkpoint.LastCheckpoint;
import convlstm4j.model.Callback;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.optim.Schedule;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The main job on real input: makes videos of digits, trains the article's networks from the files,
 * and compares what they make of videos whose digits they have never seen. Two tasks: {@link
 * Places}, whose question is where, and {@link Videos}, the article's, whose question is what.
 */
public final class Demo {
  private static final int FIRST_TEST = 1000;
  private static final int WINDOW = 16;
  private static final int BATCH = 4;
  private static final String ARTICLE = "What is shown: one digit at a time, a genre each";
  private static final String PLACES = "Where it is shown: are two alike, of several that hide";

  private static final int FILTERS = 8;
  private static final int BRANCH_FILTERS = 4;
  private static final int LSTM_UNITS = 64;
  private static final int UNITS = 16;
  private static final String PICTURE = "trailer.png";

  /**
   * How much is made and trained.
   *
   * @param trailers of the article's task to train on
   * @param places videos of the other task to train on
   * @param epochs no network is trained for more
   */
  public record Size(int trailers, int places, int epochs) {
    /** What figures are of: minutes. */
    public static final Size FULL = new Size(240, 960, Integer.MAX_VALUE);

    /**
     * The same with fewer videos and epochs: nothing is learnt, but all is done.
     *
     * @param videos of each task, at least 1
     * @param epochs at least 1
     * @return the size
     */
    public static Size of(int videos, int epochs) {
      if (videos < 1 || epochs < 1) {
        throw new IllegalArgumentException(
            videos + " videos and " + epochs + " epochs, expected at least 1 of each");
      }
      return new Size(videos, videos, epochs);
    }

    private static int test(int training) {
      return Math.max(1, training / 10);
    }
  }

  /** Videos in the folders {@code train} and {@code test}, and what is trained on them. */
  private record Task(
      String prefix, Path folder, List<String> labels, int training, int window, int batch) {
    VideoFolder train() {
      return VideoFolder.open(folder.resolve("train")).ids("0-" + (training - 1));
    }

    VideoFolder test() {
      return VideoFolder.open(folder.resolve("test"))
          .ids(FIRST_TEST + "-" + (FIRST_TEST + Size.test(training) - 1));
    }
  }

  private final Path folder;
  private final long seed;
  private final Size size;
  private final Consumer<Model> settings;
  private final Consumer<String> log;
  private final Function<String, Callback> progress;
  private final Consumer<Model> running;

  /**
   * Prepares the demo.
   *
   * @param folder where files go; made if it is not there
   * @param seed decides videos, first weights and order
   * @param size how much of it
   * @param settings chooses what each model runs on
   * @param log gets lines on what is done
   * @param progress makes a display of training from the title of its lines
   * @param running is told which model is being trained, to stop it on demand; null for none
   */
  public Demo(
      Path folder,
      long seed,
      Size size,
      Consumer<Model> settings,
      Consumer<String> log,
      Function<String, Callback> progress,
      Consumer<Model> running) {
    this.folder = folder;
    this.seed = seed;
    this.size = size;
    this.settings = settings;
    this.log = log;
    this.progress = progress;
    this.running = running;
  }

  /**
   * The network that the demo is about.
   *
   * @return the model, not compiled
   */
  public static Model convLstm() {
    return convLstm(Videos.standard().frameShape());
  }

  /**
   * What the network is trained on at a time.
   *
   * @return {@code [N, T, C, H, W]}
   */
  public static Shape batchShape() {
    return Videos.standard().frameShape().prepend(BATCH, WINDOW);
  }

  private static Model convLstm(Shape frame) {
    return Architectures.convLstm(frame, Videos.GENRES, FILTERS, BRANCH_FILTERS, UNITS);
  }

  /**
   * Does all of it.
   *
   * @return the tables of F1
   * @throws IOException if a file cannot be written
   * @throws IllegalArgumentException if the folder holds something that no demo made, or another
   *     process runs one in it
   */
  public String run() throws IOException {
    DemoFolder own = DemoFolder.claim(folder, seed);
    try (own) {
      return work();
    }
  }

  private String work() throws IOException {
    return places() + "\n" + article();
  }

  /** The task that needs to know where; first, since it is soon done. */
  private String places() throws IOException {
    Places videos = Places.standard();
    Path folder = this.folder.resolve("places");
    Task task = new Task("places, ", folder, Places.LABELS, size.places, videos.frames(), 8);
    Digits digits = Digits.load();
    int test = Size.test(size.places);
    videos.write(
        Files.createDirectories(folder.resolve("train")), 0, size.places, digits, false, seed);
    videos.write(
        Files.createDirectories(folder.resolve("test")), FIRST_TEST, test, digits, true, seed);
    say(size.places, "videos", videos.frames(), videos.frameShape(), folder, test);
    Table table = new Table(Places.LABELS);
    Shape frame = videos.frameShape();
    try (Model model =
        Architectures.convolutionLstm(frame, Places.LABELS, FILTERS, LSTM_UNITS, UNITS)) {
      train("Convolution-LSTM", model, task, Training.falling(4e-3, 16), "convolution_lstm.ckpt");
      add(table, "Convolution-LSTM", scores(model, task, task.test()));
    }
    try (Model model =
        Architectures.convLstm(frame, Places.LABELS, FILTERS, BRANCH_FILTERS, UNITS)) {
      train("ConvLSTM", model, task, Training.falling(6e-3, 10), "convlstm.ckpt");
      add(table, "ConvLSTM", scores(model, task, task.test()));
    }
    table.add("always yes", always(task));
    return PLACES + "\n\n" + table.text();
  }

  private void add(Table table, String network, Scores scores) {
    table.add(network, scores);
    log.accept(String.format(Locale.ROOT, "%s: macro F1 %.2f", network, scores.macroF1()));
  }

  private String article() throws IOException {
    makeTrailers();
    Task task = new Task("", folder, Videos.GENRES, size.trailers, WINDOW, BATCH);
    VideoFolder test = task.test();
    Table table = new Table(Videos.GENRES);
    try (Model model = convLstm(test.frameShape())) {
      train("ConvLSTM", model, task, Training.falling(4e-3, 12), "convlstm.ckpt");
      add(table, "ConvLSTM", scores(model, task, test));
      draw(model, test);
    }
    try (Model model =
        Architectures.convolutionLstm(
            test.frameShape(), Videos.GENRES, FILTERS, LSTM_UNITS, UNITS)) {
      // It begins to learn late: with a rate that falls to zero as early it had hardly begun.
      train("Convolution-LSTM", model, task, Training.constant(2e-3, 20), "convolution_lstm.ckpt");
      add(table, "Convolution-LSTM", scores(model, task, test));
    }
    try (Model model = convLstm(test.frameShape())) {
      // A frame at a time: as many frames in a batch take twice the time, and there is less to
      // learn.
      Task single = new Task("", folder, Videos.GENRES, size.trailers, 1, WINDOW * BATCH);
      train("no memory", model, single, Training.falling(4e-3, 5), "no_memory.ckpt");
      add(table, "no memory", scores(model, task, test.windows(1).batch(WINDOW * BATCH)));
    }
    table.add("majority class", majority(task));
    return ARTICLE + "\n\n" + table.text();
  }

  /**
   * Makes the folders {@code train} and {@code test} of trailers.
   *
   * @param folder where they go; made if it is not there
   * @param training number of trailers to train on
   * @param test number of trailers with other digits
   * @param seed decides what is in them
   * @throws IOException if a file cannot be written
   */
  public static void makeTrailers(Path folder, int training, int test, long seed)
      throws IOException {
    Digits digits = Digits.load();
    Videos videos = Videos.standard();
    videos.write(
        Files.createDirectories(folder.resolve("train")), 0, training, digits, false, seed);
    videos.write(
        Files.createDirectories(folder.resolve("test")), FIRST_TEST, test, digits, true, seed);
  }

  private void makeTrailers() throws IOException {
    int test = Size.test(size.trailers);
    makeTrailers(folder, size.trailers, test, seed);
    Videos videos = Videos.standard();
    say(size.trailers, "trailers", videos.frames(), videos.frameShape(), folder, test);
  }

  private void say(int training, String what, int frames, Shape frame, Path in, int test) {
    log.accept(
        training
            + " "
            + what
            + " of "
            + frames
            + " frames "
            + frame
            + " in "
            + in.resolve("train")
            + ", "
            + test
            + " with other digits in "
            + in.resolve("test"));
  }

  /**
   * How long a network is trained, and at which rate.
   *
   * @param falling to zero along a cosine: takes a ConvLSTM as far as a constant rate in nearly
   *     twice the epochs
   */
  private record Training(int epochs, double rate, boolean falling) {
    static Training falling(double rate, int epochs) {
      return new Training(epochs, rate, true);
    }

    static Training constant(double rate, int epochs) {
      return new Training(epochs, rate, false);
    }

    Schedule schedule(long steps) {
      return falling
          ? new Schedule.CosineDecay(rate, steps, 0, Double.NaN, 0)
          : Schedule.constant(rate);
    }
  }

  private void train(String name, Model model, Task task, Training training, String file) {
    Path checkpoint = task.folder.resolve(file);
    int epochs = Math.min(training.epochs(), size.epochs);
    settings.accept(model);
    model.seed(seed);
    Dataset videos =
        task.train()
            .fitting(model.signature())
            .windows(task.window)
            .batch(task.batch)
            .shuffle(seed);
    Schedule rate = training.schedule((long) epochs * videos.batches());
    model.compile(new Adam(rate), Loss.binaryCrossentropy());
    running.accept(model);
    LastCheckpoint saved = new LastCheckpoint(checkpoint);
    long start = System.nanoTime();
    model.fit(
        Prefetch.of(videos, 2),
        Fit.epochs(epochs).quiet().callbacks(progress.apply(task.prefix + name + ", "), saved));
    running.accept(null);
    if (model.progress().epoch() < epochs) {
      throw new CancellationException(
          "stopped; the " + name + " network as far as it came is in " + checkpoint);
    }
    log.accept(
        task.prefix
            + name
            + ": "
            + epochs
            + " epochs in "
            + Math.round((System.nanoTime() - start) / 1e9)
            + " s, saved to "
            + checkpoint);
  }

  private static Scores scores(Model model, Task task, VideoFolder test) {
    Scores scores = new Scores(task.labels.size());
    model.predict(test.fitting(model.signature()), scores::add);
    return scores;
  }

  /** Says of every frame that it is of the genre that has most frames in the training trailers. */
  private static Scores majority(Task task) {
    int genres = task.labels.size();
    long[] frames = new long[genres];
    eachLabel(task.train(), task, (genre, is) -> frames[genre] += is ? 1 : 0);
    int most = 0;
    for (int g = 1; g < genres; g++) {
      most = frames[g] > frames[most] ? g : most;
    }
    int answer = most;
    Scores scores = new Scores(genres);
    eachLabel(task.test(), task, (genre, is) -> scores.count(genre, is, genre == answer));
    return scores;
  }

  /** Says of every frame that every label holds: the best that can be said without looking. */
  private static Scores always(Task task) {
    Scores scores = new Scores(task.labels.size());
    eachLabel(task.test(), task, (label, is) -> scores.count(label, is, true));
    return scores;
  }

  /** Gets every label: of which genre, and whether it holds. */
  private interface LabelConsumer {
    void accept(int genre, boolean is);
  }

  private static void eachLabel(VideoFolder videos, Task task, LabelConsumer consumer) {
    try (BatchStream stream = videos.outputs(task.labels).open(0, 0)) {
      while (stream.hasNext()) {
        List<Tensor> targets = stream.next().targets();
        for (int g = 0; g < targets.size(); g++) {
          for (int i = 0; i < targets.get(g).size(); i++) {
            consumer.accept(g, targets.get(g).get(i) > 0.5);
          }
        }
      }
    }
  }

  private void draw(Model model, VideoFolder test) throws IOException {
    try (BatchStream stream =
        test.ids(Integer.toString(FIRST_TEST)).fitting(model.signature()).open(0, 0)) {
      Batch batch = stream.next();
      Tensor video = batch.inputs().get(0);
      Picture.write(
          "Unseen trailer " + FIRST_TEST + " through the ConvLSTM",
          video.reshape(video.shape().from(1)),
          Videos.GENRES,
          batch.targets(),
          model.predict(video),
          folder.resolve(PICTURE));
    }
    log.accept("picture in " + folder.resolve(PICTURE));
  }
}
