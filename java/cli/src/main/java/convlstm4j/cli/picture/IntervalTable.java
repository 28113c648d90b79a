package convlstm4j.cli.picture;

import convlstm4j.cli.picture.Intervals.Interval;
import convlstm4j.io.file.Printable;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Intervals as {@code id,start,end,label}, the columns of a {@code labels.csv}: what was predicted
 * can be corrected by hand and learnt from.
 */
public final class IntervalTable {
  /** The first line. */
  public static final String HEADER = "id,start,end,label";

  private static final int DIGITS = 6;
  private static final double NEAR = 2e-6;

  private IntervalTable() {}

  /**
   * The table.
   *
   * @param id that a folder of videos knows the video by
   */
  public static String text(Intervals intervals, String id) {
    return HEADER + "\n" + rows(intervals, id);
  }

  /**
   * Its lines after the first.
   *
   * @param id that a folder of videos knows the video by
   */
  public static String rows(Intervals intervals, String id) {
    Track track = intervals.track();
    StringBuilder s = new StringBuilder();
    for (Interval i : intervals.all()) {
      double before = i.first() == 0 ? -1 : track.start(i.first() - 1);
      s.append(Printable.csv(id)).append(',');
      s.append(decimal(before, i.start())).append(',');
      s.append(decimal(track.start(i.last()), i.end())).append(',');
      s.append(Printable.csv(track.labels().get(i.label()))).append('\n');
    }
    return s.toString();
  }

  /** The shortest text that is read as after one frame and not after the next. */
  static String decimal(double after, double at) {
    for (int digits = 0; digits <= DIGITS; digits++) {
      for (RoundingMode rounding :
          new RoundingMode[] {RoundingMode.HALF_EVEN, RoundingMode.FLOOR}) {
        BigDecimal text = BigDecimal.valueOf(at).setScale(digits, rounding);
        double read = text.doubleValue();
        if (read > after && read <= at && at - read < NEAR) {
          return text.stripTrailingZeros().toPlainString();
        }
      }
    }
    return new BigDecimal(at).toPlainString();
  }
}
