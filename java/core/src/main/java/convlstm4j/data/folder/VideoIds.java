package convlstm4j.data.folder;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lists of ids as people write them: {@code 0-9,12}, {@code goal,corner}. */
final class VideoIds {
  private static final Pattern PART =
      Pattern.compile("\\s*([0-9]{1,18})\\s*(?:-\\s*([0-9]{1,18})\\s*)?");

  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,17}");

  private static final Pattern TEXT = Pattern.compile("[^\\x00]*[^\\x00/]");

  private static final Pattern NUMBERED = Pattern.compile("(?:trailer_)?([0-9]{1,18})");

  /** More than any folder holds; keeps a slip of the finger from filling the memory. */
  private static final long MOST = 1_000_000;

  /** Numbers by their value, before names. */
  static final Comparator<String> ORDER =
      Comparator.comparing((String id) -> number(id) ? 0 : 1)
          .thenComparing(id -> number(id) ? Long.parseLong(id) : 0)
          .thenComparing(Comparator.naturalOrder());

  private VideoIds() {}

  /** The id of a file: its name without a video's ending, of {@code trailer_012} the 12. */
  static String of(Path file) {
    String name = file.getFileName().toString();
    String ending = FrameFiles.ending(file);
    if (name.length() > ending.length() && FrameFiles.endings().contains(ending)) {
      name = name.substring(0, name.length() - ending.length() - 1);
    }
    Matcher m = NUMBERED.matcher(name);
    return m.matches() ? Long.toString(Long.parseLong(m.group(1))) : name;
  }

  /** The id in the first column of a table. */
  static String of(CsvFile file, CsvRecord line) {
    String text = file.field(line, 0, TEXT, "the name of a video");
    int slash = text.lastIndexOf('/');
    return text.substring(0, slash + 1) + of(Path.of(text.substring(slash + 1)));
  }

  private static boolean number(String id) {
    return NUMBER.matcher(id).matches();
  }

  /**
   * Ids in a text.
   *
   * @param there those that a folder has: what is one of them is no range
   */
  static List<String> parse(String text, Collection<String> there) {
    Set<String> ids = new LinkedHashSet<>();
    for (String part : text.split(",", -1)) {
      Matcher m = PART.matcher(part);
      if (!m.matches() || there.contains(part.strip())) {
        if (part.isBlank()) {
          throw wrong(text, "\"" + part + "\" is no id and no range");
        }
        add(ids, part.strip(), text);
        continue;
      }
      long first = Long.parseLong(m.group(1));
      long last = m.group(2) == null ? first : Long.parseLong(m.group(2));
      if (last < first) {
        throw wrong(text, "the range " + part.strip() + " runs backwards");
      }
      if (last - first >= MOST) {
        throw wrong(text, "the range " + part.strip() + " has more than " + MOST + " ids");
      }
      for (long id = first; id <= last; id++) {
        add(ids, Long.toString(id), text);
      }
    }
    return List.copyOf(ids);
  }

  private static void add(Set<String> ids, String id, String text) {
    if (!ids.add(id)) {
      throw wrong(text, id + " is there twice");
    }
  }

  private static IllegalArgumentException wrong(String text, String problem) {
    return new IllegalArgumentException(
        "ids \"" + text + "\": " + problem + ", expected something like 0-9,12");
  }

  /** The other way round; ids in {@link #ORDER}. */
  static String format(List<String> ids) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < ids.size(); ) {
      int j = i;
      while (j + 1 < ids.size() && follow(ids.get(j), ids.get(j + 1))) {
        j++;
      }
      parts.add(j == i ? ids.get(i) : ids.get(i) + "-" + ids.get(j));
      i = j + 1;
    }
    return String.join(",", parts);
  }

  private static boolean follow(String id, String next) {
    return number(id) && number(next) && Long.parseLong(next) == Long.parseLong(id) + 1;
  }
}
