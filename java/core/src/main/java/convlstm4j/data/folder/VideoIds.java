package convlstm4j.data.folder;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lists of ids as people write them: {@code 0-9,12}. */
final class VideoIds {
  private static final Pattern PART =
      Pattern.compile("\\s*([0-9]{1,18})\\s*(?:-\\s*([0-9]{1,18})\\s*)?");

  /** More than any folder holds; keeps a slip of the finger from filling the memory. */
  private static final long MOST = 1_000_000;

  private VideoIds() {}

  static List<Long> parse(String text) {
    Set<Long> ids = new LinkedHashSet<>();
    for (String part : text.split(",", -1)) {
      Matcher m = PART.matcher(part);
      if (!m.matches()) {
        throw wrong(text, "\"" + part + "\" is no id and no range");
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
        if (!ids.add(id)) {
          throw wrong(text, id + " is there twice");
        }
      }
    }
    return List.copyOf(ids);
  }

  private static IllegalArgumentException wrong(String text, String problem) {
    return new IllegalArgumentException(
        "ids \"" + text + "\": " + problem + ", expected something like 0-9,12");
  }

  /** The other way round; ids in ascending order. */
  static String format(List<Long> ids) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < ids.size(); ) {
      int j = i;
      while (j + 1 < ids.size() && ids.get(j + 1) == ids.get(j) + 1) {
        j++;
      }
      parts.add(j == i ? ids.get(i).toString() : ids.get(i) + "-" + ids.get(j));
      i = j + 1;
    }
    return String.join(",", parts);
  }
}
