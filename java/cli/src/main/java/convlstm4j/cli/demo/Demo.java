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
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The main job on real input: makes trailers, trains the article's networks from the files, and
 * compares what they make of trailers whose digits they have never seen.
 */
public final class Demo {
  private static final int TRAINING_TRAILERS = 240;
  private static final int TEST_TRAILERS = 24;
  private static final int FIRST_TEST = 1000;
  private static final int WINDOW = 16;
  private static final int BATCH = 4;

  /** Of an epoch, whatever the window: a batch always has as many frames. */
  private static final int STEPS = TRAINING_TRAILERS * Videos.FRAMES / (WINDOW * BATCH);

  private static final int FILTERS = 8;
  private static final int BRANCH_FILTERS = 4;
  private static final int LSTM_UNITS = 64;
  private static final int UNITS = 16;
  private static final String PICTURE = "trailer.png";

  private final Path folder;
  private final long seed;
  private final Consumer<Model> settings;
  private final Consumer<String> log;
  private final Function<String, Callback> progress;
  private final Consumer<Model> running;

  /**
   * Prepares the demo.
   *
   * @param folder where files go; made if it is not there
   * @param seed decides trailers, first weights and order
   * @param settings chooses what each model runs on
   * @param log gets lines on what is done
   * @param progress makes a display of training from the title of its lines
   * @param running is told which model is being trained, to stop it on demand; null for none
   */
  public Demo(
      Path folder,
      long seed,
      Consumer<Model> settings,
      Consumer<String> log,
      Function<String, Callback> progress,
      Consumer<Model> running) {
    this.folder = folder;
    this.seed = seed;
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
   * @return the table of F1
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
    makeTrailers();
    VideoFolder test = VideoFolder.open(folder.resolve("test"));
    Table table = new Table(Videos.GENRES);
    try (Model model = convLstm(test.frameShape())) {
      train("ConvLSTM", model, Training.falling(4e-3, 14), WINDOW, BATCH, "convlstm.ckpt");
      table.add("ConvLSTM", scores(model, test));
      draw(model, test);
    }
    try (Model model =
        Architectures.convolutionLstm(
            test.frameShape(), Videos.GENRES, FILTERS, LSTM_UNITS, UNITS)) {
      // It begins to learn late: with a rate that falls to zero in 14 epochs it had hardly begun.
      train(
          "Convolution-LSTM",
          model,
          Training.constant(2e-3, 24),
          WINDOW,
          BATCH,
          "convolution_lstm.ckpt");
      table.add("Convolution-LSTM", scores(model, test));
    }
    try (Model model = convLstm(test.frameShape())) {
      train("no memory", model, Training.falling(4e-3, 14), 1, WINDOW * BATCH, "no_memory.ckpt");
      table.add("no memory", scores(model, test.windows(1).batch(WINDOW * BATCH)));
    }
    table.add("majority class", majority());
    return table.text();
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
    makeTrailers(folder, TRAINING_TRAILERS, TEST_TRAILERS, seed);
    Videos videos = Videos.standard();
    log.accept(
        TRAINING_TRAILERS
            + " trailers of "
            + videos.frames()
            + " frames 3x"
            + videos.side()
            + "x"
            + videos.side()
            + " in "
            + folder.resolve("train")
            + ", "
            + TEST_TRAILERS
            + " with other digits in "
            + folder.resolve("test"));
  }

  /** How long a network is trained, and at which rate. */
  private record Training(int epochs, Schedule rate) {
    /**
     * To zero along a cosine: takes a ConvLSTM as far as a constant rate in nearly twice the
     * epochs.
     */
    static Training falling(double rate, int epochs) {
      long steps = (long) epochs * STEPS;
      return new Training(epochs, new Schedule.CosineDecay(rate, steps, 0, Double.NaN, 0));
    }

    static Training constant(double rate, int epochs) {
      return new Training(epochs, Schedule.constant(rate));
    }
  }

  private void train(
      String name, Model model, Training training, int window, int batch, String checkpoint) {
    settings.accept(model);
    model.seed(seed);
    model.compile(new Adam(training.rate()), Loss.binaryCrossentropy());
    Dataset trailers =
        VideoFolder.open(folder.resolve("train"))
            .ids("0-" + (TRAINING_TRAILERS - 1))
            .fitting(model.signature())
            .windows(window)
            .batch(batch)
            .shuffle(seed);
    running.accept(model);
    LastCheckpoint saved = new LastCheckpoint(folder.resolve(checkpoint));
    long start = System.nanoTime();
    model.fit(
        Prefetch.of(trailers, 2),
        Fit.epochs(training.epochs()).callbacks(progress.apply(name + ", "), saved));
    running.accept(null);
    if (model.progress().epoch() < training.epochs()) {
      throw new CancellationException(
          "stopped; the "
              + name
              + " network as far as it came is in "
              + folder.resolve(checkpoint));
    }
    log.accept(
        name
            + ": "
            + training.epochs()
            + " epochs in "
            + Math.round((System.nanoTime() - start) / 1e9)
            + " s, saved to "
            + folder.resolve(checkpoint));
  }

  private static Scores scores(Model model, VideoFolder test) {
    Scores scores = new Scores(Videos.GENRES.size());
    model.predict(test.ids(testIds()).fitting(model.signature()), scores::add);
    return scores;
  }

  private static String testIds() {
    return FIRST_TEST + "-" + (FIRST_TEST + TEST_TRAILERS - 1);
  }

  /** Says of every frame that it is of the genre that has most frames in the training trailers. */
  private Scores majority() {
    int genres = Videos.GENRES.size();
    long[] frames = new long[genres];
    eachLabel(
        VideoFolder.open(folder.resolve("train")).ids("0-" + (TRAINING_TRAILERS - 1)),
        (genre, is) -> frames[genre] += is ? 1 : 0);
    int most = 0;
    for (int g = 1; g < genres; g++) {
      most = frames[g] > frames[most] ? g : most;
    }
    int answer = most;
    Scores scores = new Scores(genres);
    eachLabel(
        VideoFolder.open(folder.resolve("test")).ids(testIds()),
        (genre, is) -> scores.count(genre, is, genre == answer));
    return scores;
  }

  /** Gets every label: of which genre, and whether it holds. */
  private interface LabelConsumer {
    void accept(int genre, boolean is);
  }

  private static void eachLabel(VideoFolder trailers, LabelConsumer consumer) {
    try (BatchStream stream = trailers.outputs(Videos.GENRES).open(0, 0)) {
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
