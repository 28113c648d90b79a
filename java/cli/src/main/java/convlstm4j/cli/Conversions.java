package convlstm4j.cli;

import convlstm4j.data.folder.FrameFiles;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyType;
import convlstm4j.tensor.DType;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Says, once a file, which element types are taken as another, and that numbers were rounded. */
final class Conversions {
  private final PrintWriter err;
  private final Set<String> rounded = ConcurrentHashMap.newKeySet();

  Conversions(PrintWriter err) {
    this.err = err;
  }

  /** Who is told. */
  PrintWriter err() {
    return err;
  }

  /** Says what the elements of a file become; the file given says what it rounds. */
  NpyFile of(NpyFile file, DType dtype) {
    if (isSaid(file.type(), dtype)) {
      say(file.name(), file.type(), dtype);
    }
    return file.notes(
        note -> {
          if (rounded.add(file.name())) {
            err.println("convlstm4j: " + note);
          }
        });
  }

  /** Says what the elements of videos become: a line for each type that there is. */
  void of(VideoFolder folder, DType dtype) {
    Map<NpyType, List<Path>> byType = new EnumMap<>(NpyType.class);
    for (String id : folder.ids()) {
      Path path = folder.path(id);
      if (FrameFiles.isDecoded(path)) {
        continue; // bytes
      }
      byType.computeIfAbsent(NpyFile.open(path).type(), t -> new ArrayList<>()).add(path);
    }
    byType.forEach(
        (type, paths) -> {
          if (isSaid(type, dtype)) {
            String others = paths.size() > 1 ? " and " + (paths.size() - 1) + " more" : "";
            say(paths.get(0) + others, type, dtype);
          }
        });
  }

  /** Bytes are pixels, of which {@code --unit-range} and the folder's description speak. */
  private static boolean isSaid(NpyType type, DType dtype) {
    return type != NpyType.UINT8 && !type.numpyName().equals(name(dtype));
  }

  private void say(String what, NpyType type, DType dtype) {
    err.println("convlstm4j: " + what + ": " + type.numpyName() + " taken as " + name(dtype));
  }

  private static String name(DType dtype) {
    return dtype.toString().toLowerCase(Locale.ROOT);
  }
}
