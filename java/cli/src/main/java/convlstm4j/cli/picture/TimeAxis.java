package convlstm4j.cli.picture;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.Locale;

/** Where on a picture a time is. */
final class TimeAxis {
  private static final double[] SECONDS = {
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
    14400, 28800, 86400
  };
  private static final int MOST_TICKS = 12;

  private final double start;
  private final double end;
  private final boolean timed;
  private final int left;
  private final int width;

  TimeAxis(Track track, int left, int width) {
    this.start = track.start();
    this.end = Math.max(track.end(), Math.nextUp(track.start()));
    this.timed = track.isTimed();
    this.left = left;
    this.width = width;
  }

  double x(double time) {
    return left + (time - start) / (end - start) * width;
  }

  int left() {
    return left;
  }

  int width() {
    return width;
  }

  double time(double part) {
    return start + part * (end - start);
  }

  /** Ticks with their times, below y. */
  void draw(Graphics2D g, int y) {
    g.setColor(Color.DARK_GRAY);
    g.setFont(Drawing.font(Font.PLAIN, 12));
    double step = step();
    for (long i = (long) Math.ceil(start / step - 1e-9); i * step <= end * (1 + 1e-9); i++) {
      int x = (int) Math.round(x(i * step));
      g.drawLine(x, y, x, y + 4);
      Drawing.centred(g, label(i * step, step), x, y + 17);
    }
  }

  private double step() {
    double least = (end - start) / MOST_TICKS;
    if (!timed) {
      double power = Math.pow(10, Math.floor(Math.log10(Math.max(1, least))));
      for (double times : new double[] {1, 2, 5}) {
        if (times * power >= least) {
          return times * power;
        }
      }
      return 10 * power;
    }
    for (double s : SECONDS) {
      if (s >= least) {
        return s;
      }
    }
    return Math.ceil(least / 86400) * 86400;
  }

  private String label(double time, double step) {
    if (!timed) {
      return Long.toString(Math.round(time));
    }
    int digits = step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
    if (end < 120) {
      return String.format(Locale.ROOT, "%." + digits + "f s", time);
    }
    long s = Math.round(time);
    return end < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }
}
