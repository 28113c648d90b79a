package convlstm4j.cli.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** F1 of each genre and network, in Markdown. */
final class Table {
  private final List<String> genres;
  private final Map<String, Scores> rows = new LinkedHashMap<>();

  Table(List<String> genres) {
    this.genres = genres;
  }

  void add(String network, Scores scores) {
    rows.put(network, scores);
  }

  private static int width(String genre) {
    return Math.max(8, genre.length());
  }

  /** The table with a line at its end. */
  String text() {
    StringBuilder s = new StringBuilder(String.format(Locale.ROOT, "| %-18s", "F1"));
    genres.forEach(g -> s.append(String.format(Locale.ROOT, " | %" + width(g) + "s", g)));
    s.append(" | macro F1 |\n|").append("-".repeat(20));
    genres.forEach(g -> s.append("|").append("-".repeat(width(g) + 1)).append(":"));
    s.append("|---------:|\n");
    rows.forEach(
        (network, scores) -> {
          s.append(String.format(Locale.ROOT, "| %-18s", network));
          for (int g = 0; g < genres.size(); g++) {
            s.append(
                String.format(Locale.ROOT, " | %" + width(genres.get(g)) + ".2f", scores.f1(g)));
          }
          s.append(String.format(Locale.ROOT, " | %8.2f |%n", scores.macroF1()));
        });
    return s.toString();
  }
}
