package convlstm4j.cli.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.architecture.Json;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalsTest {
  private static final double[] A = {0.5, 0.9, 0.7, 0.1, 0.8};
  private static final double[] B = {0.6, 0.6, 0.2, Double.NaN, 0.2};

  private static Intervals two() {
    return Intervals.of(Tracks.two("goal", A, "a, \"b\"", B), 0.5);
  }

  /** What is just as high is not above. */
  @Test
  void runsAboveTheThreshold() {
    List<String> found =
        two().all().stream()
            .map(i -> "%d %.2f %.2f %.2f".formatted(i.label(), i.start(), i.end(), i.score()))
            .toList();
    assertEquals(List.of("1 0.00 0.50 0.60", "0 0.25 0.75 0.80", "0 1.00 1.25 0.80"), found);
  }

  @Test
  void aTableOfLabels() {
    assertEquals(
        """
        id,start,end,label
        "x,y",0,0.5,"a, ""b""\"
        "x,y",0.25,0.75,goal
        "x,y",1,1.25,goal
        """,
        IntervalTable.text(two(), "x,y"));
  }

  /** A start is read as within its frame, an end as not within the next. */
  @Test
  void decimalsKeepTheFrames() {
    assertEquals("0.29", IntervalTable.decimal(0.2, 0.29));
    assertEquals("0", IntervalTable.decimal(-1, 0));
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      double rate = 1 + random.nextInt(120) / (random.nextBoolean() ? 1.0 : 1.001);
      int frame = 1 + random.nextInt(1_000_000);
      double at = frame / rate;
      double before = (frame - 1) / rate;
      String text = IntervalTable.decimal(before, at);
      double read = Double.parseDouble(text);
      assertTrue(read > before && read <= at && at - read < 1e-5, text + " for " + at);
      assertFalse(text.contains("E"), text);
    }
    assertEquals("0.333333", IntervalTable.decimal(0.3, 1 / 3.0));
    assertEquals("0.666666", IntervalTable.decimal(0.3, 2 / 3.0), "not after the frame");
  }

  /** Labels that hold at once share a subtitle, the highest first. */
  @Test
  void subtitles() {
    String text = Subtitles.text(two());
    assertEquals(
        """
        1
        00:00:00,000 --> 00:00:00,250
        a, "b" 60 %

        2
        00:00:00,250 --> 00:00:00,500
        goal 80 %
        a, "b" 60 %

        3
        00:00:00,500 --> 00:00:00,750
        goal 80 %

        4
        00:00:01,000 --> 00:00:01,250
        goal 80 %

        """,
        text);
    assertTrue(Subtitles.areOurs(text.lines().toList()));
    assertFalse(
        Subtitles.areOurs(List.of("1", "00:00:00,000 --> 00:00:00,250", "He said 60 % of it.")));
    assertFalse(Subtitles.areOurs(List.of("1", "00:00:00,000 --> 00:00:00,250", "Hello!")));
    assertEquals("", Subtitles.text(Intervals.of(Tracks.of(4, "a", 0.1), 0.5)));
  }

  @Test
  void subtitlesOfHoursAndOfManyLabels() {
    String text = Subtitles.text(Intervals.of(Tracks.of(1 / 36_000.5, "a", 0, 1), 0.5));
    assertTrue(text.contains("10:00:00,500 --> 20:00:01,000"), text);
    Track many =
        new Track(
            "x",
            true,
            new double[] {0, 1},
            List.of("k"),
            List.of(Tracks.column(.9, .8, .7, .6, .95, 3)),
            List.of());
    text = Subtitles.text(Intervals.of(many, 0.5));
    assertEquals(
        "k_5 3.000|k_4 95 %|k_0 90 %|k_1 80 %|and 2 more",
        text.lines()
            .skip(2)
            .filter(l -> !l.isEmpty())
            .collect(java.util.stream.Collectors.joining("|")));
  }

  /** Players obey what looks like mark-up. */
  @Test
  void labelsAreNoCommands() {
    String text = Subtitles.text(Intervals.of(Tracks.of(1, "<script>{\\an8}\u001b\n\nx", 1), 0.5));
    assertEquals(4, text.lines().count(), text);
    assertFalse(text.lines().skip(2).anyMatch(l -> l.matches(".*[<>{}\\\\\u001b].*")), text);
  }

  @Test
  void json() {
    Map<?, ?> all = (Map<?, ?>) Json.read(ScoresJson.text(two(), 0.5));
    assertEquals("seconds", all.get("unit"));
    assertEquals(List.of(0.0, 0.25, 0.5, 0.75, 1.0), all.get("starts"));
    assertEquals(1.25, all.get("end"));
    Map<?, ?> second = (Map<?, ?>) ((List<?>) all.get("scores")).get(1);
    assertEquals("a, \"b\"", second.get("label"));
    List<?> values = (List<?>) second.get("values");
    assertEquals(5, values.size());
    assertEquals(0.2, values.get(2));
    assertEquals(null, values.get(3), "JSON has no NaN");
    assertEquals(3, ((List<?>) all.get("intervals")).size());
  }
}
