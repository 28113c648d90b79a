package convlstm4j.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where in a file's name that of a video comes in. */
final class VideoPlace {
  /** What stands for it. */
  static final String PLACE = "{}";

  private VideoPlace() {}

  /** Whether there is one; null for no file. */
  static boolean isIn(@Nullable Path file) {
    return file != null && file.toString().contains(PLACE);
  }

  /** The name for a video; null for no file. */
  static @Nullable Path filled(@Nullable Path file, String id) {
    return file == null ? null : Path.of(file.toString().replace(PLACE, id));
  }
}
