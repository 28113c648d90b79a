package convlstm4j.cli.picture;

import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Scores of one video: one for each label and row. A row is a frame, or the whole video. */
public final class Track {
  private final String name;
  private final boolean timed;
  private final double[] bounds;
  private final List<Tensor> outputs;
  private final List<Tensor> targets;
  private final List<String> labels = new ArrayList<>();
  private final List<int[]> places = new ArrayList<>();

  /**
   * Of what a model gave for one video.
   *
   * @param name what the video is called
   * @param timed whether times are seconds; else they are frames
   * @param bounds when each row begins, and when the last one ends: one more than rows
   * @param names of the outputs; one of several numbers is {@code name_0, name_1, ..}
   * @param outputs rows times numbers each, row by row
   * @param targets what was right, of the outputs' sizes; empty if that is not known
   */
  public Track(
      String name,
      boolean timed,
      double[] bounds,
      List<String> names,
      List<Tensor> outputs,
      List<Tensor> targets) {
    this.name = name;
    this.timed = timed;
    this.bounds = bounds.clone();
    this.outputs = List.copyOf(outputs);
    this.targets = List.copyOf(targets);
    for (int k = 0; k < outputs.size(); k++) {
      int width = outputs.get(k).size() / rows();
      for (int i = 0; i < width; i++) {
        labels.add(width == 1 ? names.get(k) : names.get(k) + "_" + i);
        places.add(new int[] {k, i, width});
      }
    }
  }

  /** What the video is called. */
  public String name() {
    return name;
  }

  /** Whether times are seconds; else they are frames. */
  boolean isTimed() {
    return timed;
  }

  /** Names of the labels. */
  public List<String> labels() {
    return labels;
  }

  /** Number of scores of a label. */
  public int rows() {
    return bounds.length - 1;
  }

  /** When a row begins. */
  public double start(int row) {
    return bounds[row];
  }

  /** When a row ends, which is when the next begins. */
  public double end(int row) {
    return bounds[row + 1];
  }

  /** When the first row begins. */
  public double start() {
    return bounds[0];
  }

  /** When the last row ends. */
  public double end() {
    return bounds[rows()];
  }

  /** When a row begins, to be read. */
  public String time(int row) {
    return timed ? clock(start(row)) : "frame " + Math.round(start(row));
  }

  /** A time to be read: {@code 1.4 s}, {@code 2:03.5}, {@code 1:02:03}. */
  static String clock(double time) {
    long tenths = Math.round(Math.max(0, time) * 10);
    long s = tenths / 10;
    return s < 60
        ? String.format(Locale.ROOT, "%.2f s", Math.max(0, time))
        : s < 3600
            ? String.format(Locale.ROOT, "%d:%02d.%d", s / 60, s % 60, tenths % 10)
            : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }

  /** Which output a label is of, which number of a row it is, and of how many. */
  public int[] place(int label) {
    return places.get(label).clone();
  }

  /** A score. */
  public double score(int label, int row) {
    return at(outputs, label, row);
  }

  /** Whether it is known what was right. */
  boolean hasTruth() {
    return !targets.isEmpty();
  }

  /** Whether the label was right. */
  boolean isTrue(int label, int row) {
    return at(targets, label, row) > 0.5;
  }

  private double at(List<Tensor> of, int label, int row) {
    int[] place = places.get(label);
    return of.get(place[0]).get(row * place[2] + place[1]);
  }
}
