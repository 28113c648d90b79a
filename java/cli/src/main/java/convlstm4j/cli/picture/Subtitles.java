package convlstm4j.cli.picture;

import convlstm4j.cli.picture.Intervals.Interval;
import convlstm4j.io.file.Printable;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Intervals as subtitles (SubRip), which players show on the film. Labels that hold at once are
 * lines of one subtitle: not all players show several at a time.
 */
public final class Subtitles {
  /** The third line of a file: by it, subtitles of a model are told from those of people. */
  private static final Pattern SCORE = Pattern.compile(".* -?[0-9.]+( %)?");

  private static final String TIME = "[0-9]{2,}:[0-9]{2}:[0-9]{2},[0-9]{3}";
  private static final Pattern TIMES = Pattern.compile(TIME + " --> " + TIME);
  private static final int MOST_LINES = 4;

  private Subtitles() {}

  /** Whether lines of a file are those of {@link #text}. */
  public static boolean areOurs(List<String> lines) {
    return lines.size() > 2
        && lines.get(0).equals("1")
        && TIMES.matcher(lines.get(1)).matches()
        && SCORE.matcher(lines.get(2)).matches();
  }

  /** The file, empty if there is no interval. */
  public static String text(Intervals intervals) {
    TreeSet<Double> bounds = new TreeSet<>();
    for (Interval i : intervals.all()) {
      bounds.add(i.start());
      bounds.add(i.end());
    }
    StringBuilder s = new StringBuilder();
    int number = 0;
    List<Interval> open = new java.util.ArrayList<>();
    int next = 0;
    for (Double from : bounds) {
      Double to = bounds.higher(from);
      open.removeIf(i -> i.end() <= from);
      while (next < intervals.size() && intervals.all().get(next).start() <= from) {
        open.add(intervals.all().get(next++));
      }
      if (to == null || open.isEmpty() || millis(from) == millis(to)) {
        continue;
      }
      s.append(++number).append('\n');
      s.append(time(from)).append(" --> ").append(time(to)).append('\n');
      s.append(lines(intervals.track(), open)).append('\n');
    }
    return s.toString();
  }

  private static String lines(Track track, List<Interval> open) {
    StringBuilder s = new StringBuilder();
    open.stream()
        .sorted(Comparator.comparingDouble(Interval::score).reversed())
        .limit(MOST_LINES)
        .forEach(i -> s.append(plain(track.labels().get(i.label()))).append(score(i)).append('\n'));
    if (open.size() > MOST_LINES) {
      s.append("and ").append(open.size() - MOST_LINES).append(" more\n");
    }
    return s.toString();
  }

  private static String score(Interval i) {
    return i.score() >= 0 && i.score() <= 1
        ? " " + Math.round(i.score() * 100) + " %"
        : String.format(Locale.ROOT, " %.3f", i.score());
  }

  /** Players take what is between angle brackets and braces, and after a backslash, as commands. */
  private static String plain(String label) {
    return Printable.line(label)
        .replace('<', '\u2039')
        .replace('>', '\u203a')
        .replace('{', '(')
        .replace('}', ')')
        .replace('\\', '/');
  }

  private static long millis(double seconds) {
    return Math.round(seconds * 1000);
  }

  private static String time(double seconds) {
    long ms = Math.max(0, millis(seconds));
    return String.format(
        Locale.ROOT,
        "%02d:%02d:%02d,%03d",
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1000 % 60,
        ms % 1000);
  }
}
