package convlstm4j.cli;

import convlstm4j.cli.picture.Report;
import convlstm4j.cli.picture.Thumbnails;
import convlstm4j.cli.picture.Track;
import convlstm4j.cli.picture.TrackPicture;
import convlstm4j.data.Batch;
import convlstm4j.data.ByteScale;
import convlstm4j.data.Dataset;
import convlstm4j.data.InputForm;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.model.Model;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Predicts clip by clip what a report is made of. One clip is in memory, and the worst ones. */
final class ReportRun {
  private static final int THUMBNAILS = 16;
  private static final int VIDEO_RANK = 5;

  private final Model model;
  private final Report report;

  ReportRun(Model model, Report report) {
    this.model = model;
    this.report = report;
  }

  /** One clip as it is put together. */
  private static final class Parts {
    private final double[] times;
    private final boolean timed;
    private final List<Double> starts = new ArrayList<>();
    private final List<List<Tensor>> outputs = new ArrayList<>();
    private final List<List<Tensor>> targets = new ArrayList<>();
    private final List<List<double[]>> weights = new ArrayList<>();
    private final Thumbnails thumbnails;
    private int frame;

    Parts(double[] times, boolean timed) {
      this.times = times;
      this.timed = timed;
      this.thumbnails = new Thumbnails(TrackPicture.evenly(times, THUMBNAILS));
    }
  }

  /** Every video of a folder; windows of one are put together again. */
  void run(VideoFolder folder, DataOptions data) {
    for (String id : folder.ids()) {
      VideoFolder one = folder.ids(List.of(id));
      Optional<double[]> seconds = folder.seconds(id);
      int frames = (int) folder.frames(id);
      Parts parts = new Parts(seconds.orElseGet(() -> count(frames)), seconds.isPresent());
      InputForm form = folder.inputForms().get(0);
      model.predict(data.everyFrame(one), (batch, outputs) -> add(parts, batch, 0, outputs, form));
      finish(id, parts);
    }
  }

  /** Every sample of arrays. */
  void run(Dataset samples) {
    long[] number = {0};
    model.predict(
        samples,
        (batch, outputs) -> {
          Shape input = batch.inputs().get(0).shape();
          int frames = input.rank() > 2 ? (int) input.dim(1) : 1;
          for (int i = 0; i < batch.size(); i++) {
            Parts parts = new Parts(count(frames), false);
            InputForm form =
                samples.inputForms().isEmpty() ? InputForm.UNKNOWN : samples.inputForms().get(0);
            add(parts, batch, i, outputs, form);
            finish("sample " + number[0]++, parts);
          }
        });
  }

  private static double[] count(int frames) {
    return IntStream.rangeClosed(0, frames).mapToDouble(i -> i).toArray();
  }

  private static void add(
      Parts parts, Batch batch, int sample, List<Tensor> outputs, InputForm form) {
    Tensor input = batch.inputs().get(0);
    int frames = input.shape().rank() > 2 ? (int) input.shape().dim(1) : 1;
    int rows = rows(outputs, frames);
    for (int row = 0; row < rows; row++) {
      parts.starts.add(parts.times[parts.frame + row]);
    }
    List<Tensor> scores = new ArrayList<>();
    List<Tensor> targets = new ArrayList<>();
    List<double[]> weights = new ArrayList<>();
    for (int k = 0; k < outputs.size(); k++) {
      Tensor score = outputs.get(k).rows(sample);
      scores.add(score);
      Tensor target = Report.asScores(batch.targets().get(k).rows(sample), score);
      if (target.size() != score.size()) {
        throw new IllegalArgumentException(
            batch.description()
                + ": the targets "
                + batch.targets().get(k).shape()
                + " are none of the outputs "
                + outputs.get(k).shape()
                + ", expected a number for each, or class numbers");
      }
      targets.add(target);
      weights.add(weights(batch, k, sample, rows));
    }
    parts.outputs.add(scores);
    parts.targets.add(targets);
    parts.weights.add(weights);
    if (input.shape().rank() == VIDEO_RANK && form.features().isEmpty()) {
      Tensor video = input.rows(sample);
      // Pixels are of a scale even where nobody says so.
      InputForm known =
          video.isPixels() ? InputForm.ofBytes(Optional.of(ByteScale.UNIT)).or(form) : form;
      parts.thumbnails.add(video, parts.frame, known.bytes(), known);
    }
    parts.frame += frames;
  }

  /** Scores of frames, or of the whole. */
  private static int rows(List<Tensor> outputs, int frames) {
    if (outputs.stream().allMatch(t -> t.shape().rank() == 2)) {
      return 1;
    }
    if (outputs.stream().allMatch(t -> t.shape().rank() == 3 && t.shape().dim(1) == frames)) {
      return frames;
    }
    throw new IllegalArgumentException(
        "--report: the model's outputs are "
            + outputs.stream().map(t -> t.shape().toString()).toList()
            + ", expected scores per frame [N, "
            + frames
            + ", K] or per clip [N, K]");
  }

  private static double[] weights(Batch batch, int output, int sample, int rows) {
    double[] weights = new double[rows];
    java.util.Arrays.fill(weights, 1);
    if (batch.sampleWeights().isEmpty()) {
      return weights;
    }
    Tensor all = batch.sampleWeights().get(output);
    int each = all.size() / (int) batch.size();
    for (int row = 0; row < rows; row++) {
      weights[row] = all.get(sample * each + (each == rows ? row : 0));
    }
    return weights;
  }

  private void finish(String name, Parts parts) {
    int outputs = model.network().outputNames().size();
    List<Tensor> scores = new ArrayList<>();
    List<Tensor> targets = new ArrayList<>();
    List<double[]> weights = new ArrayList<>();
    for (int k = 0; k < outputs; k++) {
      int index = k;
      scores.add(joined(parts.outputs.stream().map(p -> p.get(index)).toList()));
      targets.add(joined(parts.targets.stream().map(p -> p.get(index)).toList()));
      weights.add(
          parts.weights.stream()
              .flatMapToDouble(p -> java.util.Arrays.stream(p.get(index)))
              .toArray());
    }
    double[] bounds = new double[parts.starts.size() + 1];
    for (int i = 0; i < bounds.length - 1; i++) {
      bounds[i] = parts.starts.get(i);
    }
    bounds[bounds.length - 1] = parts.times[parts.times.length - 1];
    Track track =
        new Track(name, parts.timed, bounds, model.network().outputNames(), scores, targets);
    report.add(track, targets, scores, weights, parts.thumbnails.images(), parts.times);
  }

  private static Tensor joined(List<Tensor> parts) {
    int size = parts.stream().mapToInt(Tensor::size).sum();
    Tensor all =
        Tensor.zeros(
            parts.get(0).dtype(),
            Shape.of(size / parts.get(0).shape().dim(-1), parts.get(0).shape().dim(-1)));
    int at = 0;
    for (Tensor t : parts) {
      for (int i = 0; i < t.size(); i++) {
        all.set(at++, t.get(i));
      }
    }
    return all;
  }
}
