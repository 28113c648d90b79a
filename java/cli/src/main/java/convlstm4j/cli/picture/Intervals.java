package convlstm4j.cli.picture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** When which label has a score above a threshold. */
public final class Intervals {
  /** A threshold for scores that are probabilities. */
  public static final double HALF = 0.5;

  /**
   * One after another rows above the threshold.
   *
   * @param label its index
   * @param first row
   * @param last row
   * @param start in seconds
   * @param end in seconds
   * @param score mean over its time
   */
  public record Interval(int label, int first, int last, double start, double end, double score) {}

  private final Track track;
  private final List<Interval> all = new ArrayList<>();

  private Intervals(Track track) {
    this.track = track;
  }

  /**
   * Finds them.
   *
   * @param track of seconds or frames
   * @param threshold that a score must be above
   * @return sorted by start
   */
  public static Intervals of(Track track, double threshold) {
    Intervals found = new Intervals(track);
    for (int label = 0; label < track.labels().size(); label++) {
      int from = -1;
      for (int row = 0; row <= track.rows(); row++) {
        boolean above = row < track.rows() && track.score(label, row) > threshold;
        if (above && from < 0) {
          from = row;
        } else if (!above && from >= 0) {
          found.add(label, from, row - 1);
          from = -1;
        }
      }
    }
    found.all.sort(Comparator.comparingDouble(Interval::start).thenComparingInt(Interval::label));
    return found;
  }

  private void add(int label, int first, int last) {
    double sum = 0;
    double time = 0;
    double rows = 0;
    for (int row = first; row <= last; row++) {
      double length = track.end(row) - track.start(row);
      sum += track.score(label, row) * length;
      rows += track.score(label, row);
      time += length;
    }
    double score = time > 0 ? sum / time : rows / (last - first + 1);
    all.add(new Interval(label, first, last, track.start(first), track.end(last), score));
  }

  Track track() {
    return track;
  }

  /** Sorted by start. */
  public List<Interval> all() {
    return all;
  }

  /** Those of a label. */
  List<Interval> of(int label) {
    return all.stream().filter(i -> i.label() == label).toList();
  }

  /** How many there are. */
  public int size() {
    return all.size();
  }
}
