package convlstm4j.cli.picture;

import convlstm4j.cli.picture.Intervals.Interval;
import convlstm4j.io.architecture.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Scores and intervals as JSON. Numbers that are NaN or infinite, which JSON has not, are null. */
public final class ScoresJson {
  /** What files begin with. */
  public static final String GENERATOR = "ConvLSTM4J";

  private ScoresJson() {}

  /**
   * The text.
   *
   * @param intervals of a track
   * @param threshold that they were found with
   */
  public static String text(Intervals intervals, double threshold) {
    Track track = intervals.track();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("generator", GENERATOR);
    all.put("video", track.name());
    all.put("unit", track.isTimed() ? "seconds" : "frames");
    all.put("threshold", threshold);
    List<Object> starts = new ArrayList<>();
    for (int row = 0; row < track.rows(); row++) {
      starts.add(track.start(row));
    }
    all.put("starts", starts);
    all.put("end", track.end());
    List<Object> scores = new ArrayList<>();
    for (int label = 0; label < track.labels().size(); label++) {
      List<Object> column = new ArrayList<>();
      for (int row = 0; row < track.rows(); row++) {
        column.add(number(track.score(label, row)));
      }
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("label", track.labels().get(label));
      one.put("values", column);
      scores.add(one);
    }
    all.put("scores", scores);
    List<Object> found = new ArrayList<>();
    for (Interval i : intervals.all()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("label", track.labels().get(i.label()));
      one.put("start", i.start());
      one.put("end", i.end());
      one.put("score", number(i.score()));
      found.add(one);
    }
    all.put("intervals", found);
    return Json.write(all);
  }

  private static @Nullable Object number(double value) {
    float near = (float) value; // of a float32, as few digits as it has
    return !Double.isFinite(value) ? null : near == value ? (Object) near : (Object) value;
  }
}
