package convlstm4j.cli;

import convlstm4j.io.file.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds, of many files, those that are the same as one: {@link #isSame} only where it may be, since
 * thousands with thousands would take minutes.
 */
final class SameFiles<T> {
  private final Function<T, Path> file;
  private final Map<Object, List<T>> byKey = new HashMap<>();

  /**
   * Of none yet.
   *
   * @param file which file something is
   */
  SameFiles(Function<T, Path> file) {
    this.file = file;
  }

  void add(T one) {
    keys(file.apply(one)).forEach(k -> byKey.computeIfAbsent(k, x -> new ArrayList<>()).add(one));
  }

  /** Those that are the same file, in their order. */
  List<T> of(Path path) {
    Set<T> candidates = new LinkedHashSet<>();
    keys(path).forEach(k -> candidates.addAll(byKey.getOrDefault(k, List.of())));
    return candidates.stream().filter(c -> isSame(path, file.apply(c))).toList();
  }

  /**
   * Files that are the same share one: what the system calls it, or the name it has or will have.
   */
  private static List<Object> keys(Path path) {
    List<Object> keys = new ArrayList<>(List.of(folded(target(path).file())));
    try {
      if (Files.exists(path)) {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        keys.add(key == null ? folded(path.toRealPath()) : key); // Windows has none
      }
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be compared: " + e.getMessage(), e);
    }
    return keys;
  }

  /** As {@link String#equalsIgnoreCase} compares. */
  private static String folded(Path path) {
    StringBuilder folded = new StringBuilder(path.toString());
    for (int i = 0; i < folded.length(); i++) {
      folded.setCharAt(i, Character.toLowerCase(Character.toUpperCase(folded.charAt(i))));
    }
    return folded.toString();
  }

  /** Whether two names lead to one file, be it there or not. */
  static boolean isSame(Path a, Path b) {
    try {
      if (Files.exists(a) && Files.exists(b)) {
        return Files.isSameFile(a, b);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(a + ": cannot be compared: " + e.getMessage(), e);
    }
    Path first = target(a).file();
    Path second = target(b).file();
    return first.equals(second)
        || (isSameText(first, second) && ignoresCase(first.toAbsolutePath().getParent()));
  }

  private static boolean isSameText(Path a, Path b) {
    return a.toString().equalsIgnoreCase(b.toString());
  }

  /** Whether a folder is found under its name in the other case, as on macOS and Windows. */
  private static boolean ignoresCase(@Nullable Path folder) {
    Path name = folder == null ? null : folder.getFileName();
    if (folder == null || name == null) {
      return false;
    }
    String other = name.toString().toUpperCase(Locale.ROOT);
    other = other.equals(name.toString()) ? other.toLowerCase(Locale.ROOT) : other;
    Path path = folder.resolveSibling(other);
    return !other.equals(name.toString()) && Files.exists(path) && isSame(path, folder);
  }

  static Target target(Path file) {
    try {
      return Target.of(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
