package convlstm4j.cli.picture;

import convlstm4j.cli.picture.Intervals.Interval;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/**
 * A video over time: its frames above, below for each label the score. Of bounded size, whatever
 * the video's: where frames are more than pixels, the range of their scores is drawn, and their
 * mean.
 */
public final class TrackPicture {
  /** Rows of labels at most; of more, those with the highest scores. */
  static final int MOST_LABELS = 12;

  /** Space around, in pixels. */
  public static final int MARGIN = 14;

  /** Height of the title, in pixels. */
  public static final int TITLE = 32;

  private static final int STRIP = 84;
  private static final int GAP = 8;
  private static final int FOOT = 48;
  private static final int MOST_LEFT = 200;
  private static final int LEAST_LEFT = 100;

  private final Track track;
  private final Intervals intervals;
  private final double threshold;
  private final int width;
  private int row = 64;

  /**
   * Of one video.
   *
   * @param intervals with the track
   * @param threshold that they were found with
   * @param width of the part with the time, in pixels
   */
  public TrackPicture(Intervals intervals, double threshold, int width) {
    this.track = intervals.track();
    this.intervals = intervals;
    this.threshold = threshold;
    this.width = width;
  }

  /** Less high rows. */
  TrackPicture rows(int height) {
    row = height;
    return this;
  }

  /**
   * Some frames, evenly over the time.
   *
   * @param bounds when each frame is shown, and when the last one ends
   * @param most how many
   * @return whether one is among them
   */
  public static LongPredicate evenly(double[] bounds, int most) {
    int frames = bounds.length - 1;
    int n = Math.min(frames, most);
    java.util.Set<Long> chosen = new java.util.HashSet<>();
    double start = bounds[0];
    double end = bounds[frames];
    int at = 0;
    for (int i = 0; i < n; i++) {
      double time = start + (i + 0.5) / n * (end - start);
      while (at + 1 < frames && bounds[at + 1] <= time) {
        at++;
      }
      chosen.add((long) at);
    }
    return chosen::contains;
  }

  /** Indices of the labels shown. */
  private List<Integer> shown() {
    List<Integer> all = IntStream.range(0, track.labels().size()).boxed().toList();
    return all.size() <= MOST_LABELS
        ? all
        : all.stream()
            .sorted(Comparator.comparingDouble(this::highest).reversed())
            .limit(MOST_LABELS)
            .sorted()
            .toList();
  }

  private double highest(int label) {
    return IntStream.range(0, track.rows())
        .mapToDouble(r -> track.score(label, r))
        .filter(Double::isFinite)
        .max()
        .orElse(Double.NEGATIVE_INFINITY);
  }

  /**
   * Draws it.
   *
   * @param title one line
   * @param frames pictures of some frames; may be empty
   * @param times when all frames are shown
   */
  public BufferedImage draw(String title, SortedMap<Long, BufferedImage> frames, double[] times) {
    return draw(title, frames.isEmpty() ? Optional.empty() : Optional.of(strip(frames, times)));
  }

  /**
   * Draws it.
   *
   * @param title one line
   * @param above what is to be above the scores, as wide as the time
   */
  public BufferedImage draw(String title, Optional<BufferedImage> above) {
    List<Integer> labels = shown();
    int left = left(labels);
    int top = MARGIN + TITLE;
    int y = top + above.map(a -> a.getHeight() + GAP).orElse(0);
    int height = y + labels.size() * (row + GAP) + FOOT;
    BufferedImage image = Drawing.blank(left + width + 2 * MARGIN, height);
    Graphics2D g = Drawing.on(image);
    TimeAxis axis = new TimeAxis(track, left, width);
    g.setColor(Color.BLACK);
    g.setFont(Drawing.font(Font.BOLD, 16));
    g.drawString(Drawing.fitting(g, title, width), left, MARGIN + 16);
    above.ifPresent(a -> g.drawImage(a, left, top, null));
    double[] range = range(labels);
    for (int label : labels) {
      row(g, axis, label, y, range);
      y += row + GAP;
    }
    axis.draw(g, y - GAP);
    g.setColor(Color.DARK_GRAY);
    g.drawString(Drawing.fitting(g, legend(labels.size(), range), width), left, y + 32);
    g.dispose();
    return image;
  }

  /** Where the time begins, in pixels. */
  public int left() {
    return left(shown());
  }

  private int left(List<Integer> labels) {
    Graphics2D g = Drawing.blank(1, 1).createGraphics();
    g.setFont(Drawing.font(Font.BOLD, 14));
    int text =
        labels.stream()
            .mapToInt(
                l ->
                    g.getFontMetrics()
                        .stringWidth(Drawing.fitting(g, track.labels().get(l), MOST_LEFT)))
            .max()
            .orElse(0);
    g.dispose();
    return Math.max(LEAST_LEFT, text + 2 * MARGIN);
  }

  /** Those of the frames that fit beside each other, each in the middle of its time. */
  private BufferedImage strip(SortedMap<Long, BufferedImage> frames, double[] times) {
    BufferedImage strip = Drawing.blank(width, STRIP);
    Graphics2D g = Drawing.on(strip);
    TimeAxis axis = new TimeAxis(track, 0, width);
    BufferedImage first = Objects.requireNonNull(frames.get(frames.firstKey()));
    int wide = Math.max(1, (int) Math.round((double) STRIP * first.getWidth() / first.getHeight()));
    wide = Math.min(wide, width);
    int n = Math.max(1, Math.min(frames.size(), width / (wide + 2)));
    List<Long> there = new ArrayList<>(frames.keySet());
    for (int i = 0; i < n; i++) {
      double time = axis.time((i + 0.5) / n);
      long best = there.get(0);
      for (long frame : there) {
        best = times[(int) frame] <= time ? frame : best;
      }
      int x = (int) Math.round((i + 0.5) * width / n) - wide / 2;
      g.drawImage(frames.get(best), x, 0, wide, STRIP, null);
    }
    g.dispose();
    return strip;
  }

  /** Probabilities from 0 to 1; other numbers from the least to the largest. */
  private double[] range(List<Integer> labels) {
    double min = 0;
    double max = 1;
    for (int label : labels) {
      for (int r = 0; r < track.rows(); r++) {
        double v = track.score(label, r);
        if (Double.isFinite(v)) {
          min = Math.min(min, v);
          max = Math.max(max, v);
        }
      }
    }
    return new double[] {min, max};
  }

  private String legend(int labels, double[] range) {
    String pale =
        track.hasTruth()
            ? "pale: the label is right"
            : "pale: above " + number(threshold) + " (dashed)";
    String few =
        labels < track.labels().size()
            ? "; " + labels + " of " + track.labels().size() + " labels, by highest score"
            : "";
    return (track.isTimed() ? "" : "frame; ")
        + pale
        + "; line: score, "
        + number(range[0])
        + " to "
        + number(range[1])
        + few;
  }

  private static String number(double v) {
    return String.format(Locale.ROOT, "%.3f", v).replaceAll("\\.?0+$", "");
  }

  private void row(Graphics2D g, TimeAxis axis, int label, int y, double[] range) {
    Color colour = Drawing.colour(label);
    g.setColor(colour.darker());
    g.setFont(Drawing.font(Font.BOLD, 14));
    g.drawString(Drawing.fitting(g, track.labels().get(label), MOST_LEFT), MARGIN, y + row / 2 + 5);
    g.setColor(Drawing.pale(colour));
    if (track.hasTruth()) {
      truth(g, axis, label, y);
    } else {
      for (Interval i : intervals.of(label)) {
        band(g, axis, i.start(), i.end(), y);
      }
    }
    g.setColor(Color.LIGHT_GRAY);
    g.setStroke(new BasicStroke(1));
    g.drawRect(axis.left(), y, axis.width(), row);
    double at = y(threshold, y, range);
    if (at > y && at < y + row) {
      g.setStroke(
          new BasicStroke(1, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, new float[] {4}, 0));
      g.draw(new Line2D.Double(axis.left(), at, axis.left() + axis.width(), at));
    }
    g.setColor(colour.darker());
    g.setStroke(new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    curve(g, axis, label, y, range);
  }

  private void truth(Graphics2D g, TimeAxis axis, int label, int y) {
    int from = -1;
    for (int r = 0; r <= track.rows(); r++) {
      boolean is = r < track.rows() && track.isTrue(label, r);
      if (is && from < 0) {
        from = r;
      } else if (!is && from >= 0) {
        band(g, axis, track.start(from), track.end(r - 1), y);
        from = -1;
      }
    }
  }

  private void band(Graphics2D g, TimeAxis axis, double from, double to, int y) {
    double x = axis.x(from);
    g.fill(new Rectangle2D.Double(x, y, Math.max(1, axis.x(to) - x), row));
  }

  private double y(double score, int y, double[] range) {
    return y + 1 + (row - 2) * (range[1] - score) / (range[1] - range[0]);
  }

  /** Through the middle of each row's time; a NaN breaks it. */
  private void curve(Graphics2D g, TimeAxis axis, int label, int y, double[] range) {
    Path2D path = new Path2D.Double();
    boolean open = false;
    if (track.rows() == 1) {
      double at = y(track.score(label, 0), y, range);
      g.draw(new Line2D.Double(axis.left(), at, axis.left() + axis.width(), at));
      return;
    }
    int r = 0;
    while (r < track.rows()) {
      double x = axis.x((track.start(r) + track.end(r)) / 2);
      double sum = 0;
      double min = Double.POSITIVE_INFINITY;
      double max = Double.NEGATIVE_INFINITY;
      int count = 0;
      double next = x;
      do {
        double v = track.score(label, r);
        sum += v;
        min = Math.min(min, v);
        max = Math.max(max, v);
        count++;
        r++;
        next = r < track.rows() ? axis.x((track.start(r) + track.end(r)) / 2) : next;
      } while (r < track.rows() && next < x + 1);
      double mean = sum / count;
      if (!Double.isFinite(mean)) {
        open = false;
        continue;
      }
      if (count > 1) {
        Color line = g.getColor();
        g.setColor(Drawing.pale(line));
        g.fill(new Rectangle2D.Double(x, y(max, y, range), 1, y(min, y, range) - y(max, y, range)));
        g.setColor(line);
      }
      if (open) {
        path.lineTo(x, y(mean, y, range));
      } else {
        path.moveTo(x, y(mean, y, range));
      }
      open = true;
    }
    g.draw(path);
  }
}
