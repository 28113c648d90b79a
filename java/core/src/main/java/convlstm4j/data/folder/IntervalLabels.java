package convlstm4j.data.folder;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Labels in a {@code labels.csv} with the columns {@code id,start,end,label}: from second start to
 * second end, which is not included, a video shows what the label says. Frames in none of a label's
 * intervals are 0 there. An interval between two frames is seen in the first of them.
 */
final class IntervalLabels implements Labels {
  private static final List<String> HEADER = List.of("id", "start", "end", "label");
  private static final Pattern NAME = Pattern.compile(".+");

  private record Interval(double start, double end, int label) {}

  private final CsvFile file;
  private final List<String> names;
  private final Map<String, List<Interval>> intervals = new HashMap<>();

  private IntervalLabels(CsvFile file, List<String> names) {
    this.file = file;
    this.names = names;
  }

  static boolean isIn(CsvFile file) {
    return file.header().stream().map(String::toLowerCase).toList().equals(HEADER);
  }

  /**
   * Reads them.
   *
   * @param ids all videos that there are: an interval of another is a slip, and would be missed
   */
  static IntervalLabels read(CsvFile file, Set<String> ids) {
    Set<String> names = new TreeSet<>();
    file.each(line -> names.add(name(file, line)));
    if (names.isEmpty()) {
      throw new FolderException(file.path(), "has no intervals, expected rows " + HEADER);
    }
    IntervalLabels labels = new IntervalLabels(file, List.copyOf(names));
    file.each(line -> labels.add(line, ids));
    return labels;
  }

  private static String name(CsvFile file, CsvRecord line) {
    return file.field(line, 3, NAME, "a name");
  }

  private void add(CsvRecord line, Set<String> ids) {
    double start = file.number(line, 1);
    double end = file.number(line, 2);
    if (!(start >= 0 && end > start)) {
      throw file.wrong(
          line, "from " + start + " s to " + end + " s", "a start of at least 0 and a later end");
    }
    String id = VideoIds.of(file, line);
    if (!ids.contains(id)) {
      throw file.wrong(
          line, "there is no video " + id, "one of " + VideoIds.format(List.copyOf(ids)));
    }
    intervals
        .computeIfAbsent(id, i -> new ArrayList<>())
        .add(new Interval(start, end, names.indexOf(name(file, line))));
  }

  @Override
  public List<String> genres() {
    return names;
  }

  @Override
  public String source(Video video) {
    return file.path().toString();
  }

  /** A video without an interval shows nothing; one without times cannot have any. */
  @Override
  public void check(Video video) {
    if (video.header().seconds(0).isEmpty()) {
      throw new FolderException(
          file.path(),
          "has seconds, and "
              + video.fileName()
              + " does not say when its frames are shown; expected the columns id,frame,<label>..");
    }
    double last = video.header().seconds(video.frames() - 1).getAsDouble();
    for (Interval i : intervals.getOrDefault(video.id(), List.of())) {
      if (i.start > last) {
        throw new FolderException(
            file.path(),
            "has an interval of id "
                + video.id()
                + " from "
                + i.start
                + " s, the last frame of "
                + video.fileName()
                + " is at "
                + last
                + " s; expected intervals within the video");
      }
    }
  }

  @Override
  public double[] read(Video video, long from, long to) {
    double[] rows = new double[(int) (to - from) * names.size()];
    for (long frame = from; frame < to; frame++) {
      double at = video.header().seconds(frame).getAsDouble();
      double next =
          frame + 1 < video.frames()
              ? video.header().seconds(frame + 1).getAsDouble()
              : Double.POSITIVE_INFINITY;
      for (Interval i : intervals.getOrDefault(video.id(), List.of())) {
        boolean within = at >= i.start && at < i.end;
        boolean around = at < i.start && next >= i.end;
        if (within || around) {
          rows[(int) (frame - from) * names.size() + i.label] = 1;
        }
      }
    }
    return rows;
  }
}
