package convlstm4j.data.folder;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The videos that a folder holds, by {@link VideoIds#of id}.
 *
 * @param folder where they are
 * @param paths of their files, in the order of {@link VideoIds#ORDER}
 * @param opened headers of those that were opened: to count a film's frames takes long
 */
record Listing(Path folder, SortedMap<String, Path> paths, Map<Opened, FrameSource> opened) {
  private static final String TRAILER = "trailer_";

  /** Arrays that belong to a video and are none. */
  private static final Pattern BESIDE = Pattern.compile("(labels|weights)_.*[.]npy");

  /** A video, prepared. */
  record Opened(Path path, FramePreparation preparation) {}

  static Listing of(Path folder) {
    if (!Files.exists(folder)) {
      throw new FolderException(folder, "there is no such folder");
    }
    if (!Files.isDirectory(folder)) {
      throw new FolderException(folder, "is a file, expected a folder of videos");
    }
    SortedMap<String, Path> trailers = new TreeMap<>(VideoIds.ORDER);
    SortedMap<String, Path> named = new TreeMap<>(VideoIds.ORDER);
    int others = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path path : files) {
        String name = path.getFileName().toString();
        if (!FrameFiles.endings().contains(FrameFiles.ending(path))
            || BESIDE.matcher(name).matches()) {
          others++;
          continue;
        }
        put(name.startsWith(TRAILER) ? trailers : named, VideoIds.of(path), path);
      }
    } catch (IOException e) {
      throw new FolderException(folder, "cannot be listed: " + e.getMessage(), e);
    }
    // Beside trailers, other arrays are something else.
    SortedMap<String, Path> paths = trailers.isEmpty() ? named : trailers;
    if (paths.isEmpty()) {
      throw new FolderException(
          folder,
          (others == 0 ? "is empty" : "has " + others + " files, none of them a video")
              + ", expected files that end in one of "
              + FrameFiles.endings()
              + " such as trailer_0.npy");
    }
    return new Listing(folder, paths, new ConcurrentHashMap<>());
  }

  private static void put(SortedMap<String, Path> paths, String id, Path path) {
    Path other = paths.put(id, path);
    if (other != null) {
      throw new FolderException(
          path, "has the same id as " + other.getFileName() + ", expected different ones");
    }
  }

  List<String> ids() {
    return new ArrayList<>(paths.keySet());
  }

  Path path(String id) {
    Path path = paths.get(id);
    if (path == null) {
      throw new FolderException(
          folder, "there is no video " + id + "; the ids there are " + VideoIds.format(ids()));
    }
    return path;
  }

  /** A video's header, of which no frames are to be read. */
  FrameSource header(String id, FramePreparation preparation) {
    return opened.computeIfAbsent(
        new Opened(path(id), preparation), o -> FrameFiles.open(o.path, o.preparation));
  }
}
