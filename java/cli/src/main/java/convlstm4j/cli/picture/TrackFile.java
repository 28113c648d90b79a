package convlstm4j.cli.picture;

import convlstm4j.cli.picture.Intervals.Interval;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;

/** A {@link TrackPicture} as a file: still, moving or in a page. */
public final class TrackFile {
  /** Frames of which small pictures are wanted. */
  public static final int THUMBNAILS = 60;

  private static final int WIDTH = 1152;
  private static final int MOVING_WIDTH = 560;
  private static final int MOVING_ROW = 32;

  /** A moving picture is no longer than this; of longer videos it is faster than they are. */
  private static final double LONGEST = 20;

  private static final int MOST_ROWS = 500;

  private final Intervals intervals;
  private final Track track;
  private final double threshold;
  private final SortedMap<Long, BufferedImage> frames;
  private final double[] times;

  /**
   * Of one video.
   *
   * @param threshold that the intervals were found with
   * @param frames pictures of some frames
   * @param times when all frames are shown
   */
  public TrackFile(
      Intervals intervals,
      double threshold,
      SortedMap<Long, BufferedImage> frames,
      double[] times) {
    this.intervals = intervals;
    this.track = intervals.track();
    this.threshold = threshold;
    this.frames = frames;
    this.times = times.clone();
  }

  /**
   * The file.
   *
   * @param ending one of {@link PictureFile#endings}
   */
  public byte[] bytes(String ending) {
    return switch (ending) {
      case "png" -> PictureFile.png(still(title()));
      case "gif" -> moving();
      case "html" -> page();
      default -> throw new IllegalArgumentException("a picture that ends in ." + ending);
    };
  }

  private String title() {
    return track.isTimed()
        ? track.name() + ", " + Track.clock(track.end())
        : track.name() + ", " + times.length + " frames";
  }

  private BufferedImage still(String title) {
    return new TrackPicture(intervals, threshold, WIDTH).draw(title, frames, times);
  }

  private byte[] page() {
    Html page = new Html(track.name()).picture(still(title()), "frames and scores over time");
    page.heading(2, "When scores are above " + threshold);
    if (intervals.size() == 0) {
      return page.text("Never.").page();
    }
    List<List<String>> rows = new ArrayList<>();
    for (Interval i : intervals.all().subList(0, Math.min(intervals.size(), MOST_ROWS))) {
      rows.add(
          List.of(
              track.labels().get(i.label()),
              time(i.start()),
              time(i.end()),
              String.format(Locale.ROOT, "%.3f", i.score())));
    }
    page.table(List.of("label", "from", "to", "mean score"), rows);
    if (rows.size() < intervals.size()) {
      page.text("And " + (intervals.size() - rows.size()) + " more: --intervals writes all.");
    }
    return page.page();
  }

  private String time(double time) {
    return track.isTimed() ? Track.clock(time) : "frame " + Math.round(time);
  }

  /** The video above its scores, with a line for now. */
  private byte[] moving() {
    TrackPicture picture = new TrackPicture(intervals, threshold, MOVING_WIDTH).rows(MOVING_ROW);
    BufferedImage below = picture.draw(title(), new java.util.TreeMap<>(), times);
    TimeAxis axis = new TimeAxis(track, picture.left(), MOVING_WIDTH);
    int most = frames.values().stream().mapToInt(TrackFile::shownHeight).max().orElse(0);
    double length =
        track.isTimed() ? Math.min(LONGEST, track.end() - track.start()) : frames.size() / 8.0;
    Iterator<Long> there = frames.keySet().iterator();
    return PictureFile.gif(
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return there.hasNext();
          }

          @Override
          public BufferedImage next() {
            return moment(there.next(), below, axis, most);
          }
        },
        length / frames.size());
  }

  private static int shownHeight(BufferedImage frame) {
    return frame.getHeight() < 120 ? frame.getHeight() * enlarged(frame) : frame.getHeight();
  }

  /** Small frames, which networks like, are shown several times as large. */
  private static int enlarged(BufferedImage frame) {
    return frame.getHeight() < 120 ? Math.max(1, 200 / frame.getHeight()) : 1;
  }

  private BufferedImage moment(long frame, BufferedImage below, TimeAxis axis, int most) {
    BufferedImage seen = Objects.requireNonNull(frames.get(frame));
    int margin = 12;
    BufferedImage image = Drawing.blank(below.getWidth(), most + 2 * margin + below.getHeight());
    Graphics2D g = Drawing.on(image);
    int wide = seen.getWidth() * enlarged(seen);
    int high = shownHeight(seen);
    int x = axis.left() + Math.max(0, (axis.width() - wide) / 2);
    g.drawImage(seen, x, margin, Math.min(wide, axis.width()), high, null);
    int top = most + 2 * margin;
    g.drawImage(below, 0, top, null);
    double now = axis.x(times[(int) frame]);
    g.setColor(Color.DARK_GRAY);
    g.setFont(Drawing.font(Font.PLAIN, 12));
    g.drawString(time(times[(int) frame]), 14, margin + 14);
    g.fillRect((int) Math.round(now), top + 44, 2, below.getHeight() - 44 - 54);
    g.dispose();
    return image;
  }
}
