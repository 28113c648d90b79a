package convlstm4j.cli.picture;

import convlstm4j.objective.ConfusionMatrix;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.function.Supplier;

/** What a model makes of clips whose labels are known, as one page. */
public final class Report {
  private static final int WORST = 8;
  private static final int MOST_LABELS = 24;
  private static final int MOST_CLASSES = 20;
  private static final int WIDTH = 1000;
  private static final int CHART = 360;

  /** One clip, drawn. */
  private record Clip(String name, double error, Supplier<BufferedImage> picture) {}

  private final double threshold;
  private final List<String> outputs;
  private final List<String> labels = new ArrayList<>();
  private final List<Judgement> judgements = new ArrayList<>();
  private final List<ConfusionMatrix> matrices = new ArrayList<>();
  private final List<Integer> widths = new ArrayList<>();
  private final List<Clip> worst = new ArrayList<>();
  private long clips;

  /**
   * Of no clip yet.
   *
   * @param outputs names of the model's
   * @param threshold that a score must be above
   */
  public Report(List<String> outputs, double threshold) {
    this.outputs = List.copyOf(outputs);
    this.threshold = threshold;
  }

  /**
   * Class numbers as ones among zeros; other targets as they are.
   *
   * @param target of one clip
   * @param output of the same clip
   * @return of the output's size
   */
  public static Tensor asScores(Tensor target, Tensor output) {
    int classes = (int) output.shape().dim(-1);
    if (target.size() == output.size() || target.size() * classes != output.size()) {
      return target;
    }
    Tensor all = Tensor.zeros(output.dtype(), Shape.of(target.size(), classes));
    for (int i = 0; i < target.size(); i++) {
      int c = (int) target.get(i);
      if (c >= 0 && c < classes) {
        all.set(i * classes + c, 1);
      }
    }
    return all;
  }

  /**
   * Counts a clip.
   *
   * @param track scores and what was right
   * @param targets as the track has them, one per output
   * @param scores one per output
   * @param weights per output one for each row, or empty for 1
   * @param frames pictures of some frames; may be empty
   * @param times when all frames are shown
   */
  public void add(
      Track track,
      List<Tensor> targets,
      List<Tensor> scores,
      List<double[]> weights,
      SortedMap<Long, BufferedImage> frames,
      double[] times) {
    if (judgements.isEmpty()) {
      labels.addAll(track.labels());
      labels.forEach(l -> judgements.add(new Judgement(threshold)));
      for (Tensor t : scores) {
        int width = t.size() / track.rows();
        widths.add(width);
        matrices.add(new ConfusionMatrix(Math.max(1, Math.min(width, MOST_CLASSES))));
      }
    }
    clips++;
    double error = 0;
    double weight = 0;
    int first = 0;
    for (int k = 0; k < scores.size(); k++) {
      int width = widths.get(k);
      for (int row = 0; row < track.rows(); row++) {
        double w = weights.isEmpty() ? 1 : weights.get(k)[row];
        int chosen = width > 1 ? largest(scores.get(k), row * width, width) : -1;
        int right = width > 1 ? largest(targets.get(k), row * width, width) : -1;
        if (width > 1 && width <= MOST_CLASSES && w > 0) {
          count(matrices.get(k), right, chosen, width);
        }
        for (int i = 0; i < width; i++) {
          double target = targets.get(k).get(row * width + i);
          double score = scores.get(k).get(row * width + i);
          boolean said = width > 1 ? i == chosen : score > threshold;
          judgements.get(first + i).add(target, score, said, w);
          error += w * Math.abs(target - score);
          weight += w;
        }
      }
      first += width;
    }
    double shown = weight == 0 ? 0 : error / weight;
    keep(
        new Clip(
            track.name(),
            shown,
            () ->
                new TrackPicture(Intervals.of(track, threshold), threshold, WIDTH)
                    .rows(40)
                    .draw("mean distance " + number(shown), frames, times)));
  }

  private static void count(ConfusionMatrix matrix, int right, int chosen, int width) {
    Tensor one = Tensor.zeros(convlstm4j.tensor.DType.FLOAT64, Shape.of(1, width));
    Tensor other = Tensor.zeros(convlstm4j.tensor.DType.FLOAT64, Shape.of(1, width));
    one.set(right, 1);
    other.set(chosen, 1);
    matrix.add(one, other);
  }

  private static int largest(Tensor t, int from, int n) {
    int best = 0;
    for (int i = 1; i < n; i++) {
      best = t.get(from + i) > t.get(from + best) ? i : best;
    }
    return best;
  }

  private void keep(Clip clip) {
    worst.add(clip);
    worst.sort(Comparator.comparingDouble((Clip c) -> -nanIsWorst(c.error)));
    if (worst.size() > WORST) {
      worst.remove(WORST);
    }
  }

  private static double nanIsWorst(double error) {
    return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
  }

  /**
   * The page.
   *
   * @param model what the model is called
   * @param data what it was evaluated on
   * @param header columns of the table of losses and metrics
   * @param rows its rows
   */
  public byte[] page(String model, String data, List<String> header, List<List<String>> rows) {
    Html page = new Html("Evaluation of " + model).text(data + ": " + clips + " clips.");
    page.heading(2, "Losses and metrics").table(header, rows);
    if (judgements.stream().anyMatch(Judgement::isLabel)) {
      page.heading(2, "Labels");
      table(page);
      int first = 0;
      for (int k = 0; k < widths.size(); k++) {
        if (widths.get(k) > 1 && judgements.get(first).isLabel()) {
          matrix(page, k, first);
        }
        first += widths.get(k);
      }
      int shown = 0;
      for (int i = 0; i < labels.size() && shown < MOST_LABELS; i++) {
        if (judgements.get(i).isLabel()) {
          label(page, i);
          shown++;
        }
      }
      if (shown < labels.size()) {
        page.text("Of " + labels.size() + " labels the first " + shown + " are shown.");
      }
    } else {
      page.text("The targets are not 0 or 1, so that there are no labels to judge.");
    }
    worst(page);
    return page.page();
  }

  private void table(Html page) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      Judgement j = judgements.get(i);
      if (j.isLabel()) {
        rows.add(
            List.of(
                labels.get(i),
                count(j.all()),
                count(j.positives()),
                share(j.precision()),
                share(j.recall()),
                share(j.f1()),
                j.isProbability() ? share(j.precisionRecall().area()) : "-"));
      }
    }
    page.table(
        List.of("label", "scores", "right", "precision", "recall", "F1", "average precision"),
        rows);
    page.text(
        "A label counts as found where its score is above "
            + number(threshold)
            + ", or, of an output of several classes, the largest. A dash: nothing to divide by.");
  }

  private void matrix(Html page, int output, int first) {
    int classes = widths.get(output);
    page.heading(3, outputs.get(output) + ": which class was taken for which");
    if (classes > MOST_CLASSES) {
      page.text(classes + " classes are too many for a table.");
      return;
    }
    List<String> header = new ArrayList<>(List.of("right \\ taken for"));
    header.addAll(labels.subList(first, first + classes));
    List<List<String>> rows = new ArrayList<>();
    for (int right = 0; right < classes; right++) {
      List<String> row = new ArrayList<>(List.of(labels.get(first + right)));
      for (int said = 0; said < classes; said++) {
        row.add(count(matrices.get(output).count(right, said)));
      }
      rows.add(row);
    }
    page.table(header, rows);
  }

  private void label(Html page, int index) {
    Judgement j = judgements.get(index);
    page.heading(3, labels.get(index)).side();
    page.table(
        List.of("", "found", "not found"),
        List.of(
            List.of("right", count(j.truePositives()), count(j.falseNegatives())),
            List.of("not right", count(j.falsePositives()), count(j.trueNegatives()))));
    if (j.isProbability()) {
      Judgement.PrecisionRecall curve = j.precisionRecall();
      if (!curve.points().isEmpty()) {
        page.picture(
            new Curves("Precision and recall", "recall", "precision")
                .unit()
                .line(
                    "precision",
                    Judgement.column(curve.points(), 0),
                    Judgement.column(curve.points(), 1),
                    index,
                    false)
                .draw(CHART, CHART - 60),
            "precision by recall of " + labels.get(index));
      }
      List<double[]> points = j.calibration();
      page.picture(
          new Curves("Calibration", "mean score", "share that is right")
              .unit()
              .line(
                  "scores", Judgement.column(points, 0), Judgement.column(points, 1), index, false)
              .line("as it should be", new double[] {0, 1}, new double[] {0, 1}, index, true)
              .draw(CHART + 110, CHART - 60),
          "share that is right by score of " + labels.get(index));
    }
    page.endSide();
    if (!j.isProbability()) {
      page.text("Its scores are not from 0 to 1, so that there are no curves.");
    }
  }

  private void worst(Html page) {
    page.heading(2, "Worst clips");
    page.text("By the mean distance of scores from what is right.");
    for (Clip clip : worst) {
      page.heading(3, clip.name);
      page.picture(clip.picture.get(), "frames, scores and what is right of " + clip.name);
    }
  }

  private static String count(double n) {
    return n == Math.rint(n) ? String.format(Locale.ROOT, "%.0f", n) : number(n);
  }

  private static String share(double v) {
    return Double.isNaN(v) ? "-" : String.format(Locale.ROOT, "%.3f", v);
  }

  private static String number(double v) {
    return String.format(Locale.ROOT, "%.3f", v)
        .replaceAll("(\\.[0-9]*?)0+$", "$1")
        .replaceAll("\\.$", "");
  }
}
