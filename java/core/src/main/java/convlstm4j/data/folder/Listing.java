package convlstm4j.data.folder;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The trailers that a folder holds, by id. */
record Listing(Path folder, SortedMap<Long, Path> paths) {
  private static final Pattern NAME = Pattern.compile("trailer_([0-9]{1,18})\\.npy");

  static Listing of(Path folder) {
    if (!Files.exists(folder)) {
      throw new FolderException(folder, "there is no such folder");
    }
    if (!Files.isDirectory(folder)) {
      throw new FolderException(folder, "is a file, expected a folder of trailer_{id}.npy files");
    }
    SortedMap<Long, Path> paths = new TreeMap<>();
    int others = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path path : files) {
        Matcher m = NAME.matcher(path.getFileName().toString());
        if (!m.matches()) {
          others++;
          continue;
        }
        Path other = paths.put(Long.parseLong(m.group(1)), path);
        if (other != null) {
          throw new FolderException(
              path, "has the same id as " + other.getFileName() + ", expected different ones");
        }
      }
    } catch (IOException e) {
      throw new FolderException(folder, "cannot be listed: " + e.getMessage(), e);
    }
    if (paths.isEmpty()) {
      throw new FolderException(
          folder,
          (others == 0 ? "is empty" : "has " + others + " files, none of them a trailer")
              + ", expected trailer_{id}.npy files such as trailer_0.npy");
    }
    return new Listing(folder, paths);
  }

  List<Long> ids() {
    return new ArrayList<>(paths.keySet());
  }

  Path path(long id) {
    Path path = paths.get(id);
    if (path == null) {
      throw new FolderException(
          folder,
          "there is no trailer_" + id + ".npy; the ids there are " + VideoIds.format(ids()));
    }
    return path;
  }
}
