package convlstm4j.data.folder;

import convlstm4j.data.FrameFeatures;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FrameSource;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The videos that a folder holds, by {@link VideoIds#of id}.
 *
 * @param folder where they are
 * @param paths of their files, in the order of {@link VideoIds#ORDER}
 * @param classes names of the folders in it that hold the videos; empty if it holds them itself
 * @param opened headers of those that were opened: to count a film's frames takes long
 * @param featured features of those that were asked for them
 */
record Listing(
    Path folder,
    SortedMap<String, Path> paths,
    List<String> classes,
    Map<Opened, FrameSource> opened,
    Map<Featured, FrameSource> featured) {
  private static final String TRAILER = "trailer_";

  private static final Logger LOG = LoggerFactory.getLogger(Listing.class);
  private static final int MOST_NAMED = 3;

  /** Folders of which something was said: a command lists one several times. */
  private static final Set<Path> SAID = ConcurrentHashMap.newKeySet();

  /** Arrays that belong to a video and are none. */
  private static final Pattern BESIDE = Pattern.compile("(labels|weights)_.*[.]npy");

  /** A video, prepared. */
  record Opened(Path path, FramePreparation preparation, double picturesPerSecond) {}

  /** Features of it. */
  record Featured(Opened of, FrameFeatures features, Path kept) {}

  static Listing of(Path folder) {
    if (!Files.exists(folder)) {
      throw new FolderException(folder, "there is no such folder");
    }
    if (!Files.isDirectory(folder)) {
      throw new FolderException(folder, "is a file, expected a folder of videos");
    }
    SortedMap<String, Path> paths = new TreeMap<>(VideoIds.ORDER);
    int others = add(folder, "", paths);
    Set<String> classes = new TreeSet<>();
    if (paths.isEmpty()) {
      for (Path inner : inner(folder)) {
        String name = inner.getFileName().toString();
        int before = paths.size();
        others += add(inner, name + "/", paths);
        if (paths.size() > before) {
          classes.add(name);
        }
      }
    }
    if (paths.isEmpty()) {
      throw new FolderException(
          folder,
          (others == 0 ? "is empty" : "has " + others + " files, none of them a video")
              + ", expected files that end in one of "
              + FrameFiles.endings()
              + " such as trailer_0.npy, "
              + (FrameFiles.pictures().isEmpty() ? "" : "folders of pictures, ")
              + "or a folder of such for each label"
              + (FrameFiles.isVideo(folder)
                  ? "; its pictures are one video, put it into a folder of videos"
                  : ""));
    }
    sayDeeper(folder, classes.isEmpty() ? List.of(folder) : inner(folder));
    return new Listing(
        folder, paths, List.copyOf(classes), new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
  }

  /** Adds the videos of a folder; gives the number of other files. */
  private static int add(Path folder, String before, SortedMap<String, Path> paths) {
    List<Path> trailers = new ArrayList<>();
    List<Path> named = new ArrayList<>();
    int others = 0;
    for (Path path : entries(folder)) {
      String name = path.getFileName().toString();
      if (!FrameFiles.isVideo(path)
          || FrameFiles.isHidden(path)
          || BESIDE.matcher(name).matches()) {
        others += Files.isDirectory(path) ? 0 : 1;
      } else {
        (name.startsWith(TRAILER) ? trailers : named).add(path);
      }
    }
    // Beside trailers, other arrays are something else.
    List<Path> taken = trailers.isEmpty() ? named : trailers;
    taken.forEach(path -> put(paths, before + VideoIds.of(path), path));
    sayMixture(folder, taken);
    return others;
  }

  /** Pictures beside films may be no video: thumbnails of the films, for instance. */
  private static void sayMixture(Path folder, List<Path> videos) {
    List<Path> pictures = videos.stream().filter(Files::isDirectory).toList();
    if (!pictures.isEmpty() && pictures.size() < videos.size() && SAID.add(folder)) {
      LOG.warn(
          "{}: the pictures in {} are taken as a video each, beside {} files that are videos, too;"
              + " if they are none, move them elsewhere or leave them out by their ids",
          folder,
          some(pictures.stream().map(p -> p.getFileName() + "/").sorted().toList()),
          videos.size() - pictures.size());
    }
  }

  /** Films in folders within those that were looked into are taken by nobody. */
  private static void sayDeeper(Path folder, List<Path> lookedInto) {
    List<String> deeper =
        lookedInto.stream()
            .flatMap(f -> inner(f).stream().filter(Files::isReadable))
            .filter(f -> entries(f).stream().anyMatch(Listing::isFilm))
            .map(f -> folder.relativize(f) + "/")
            .sorted()
            .toList();
    if (!deeper.isEmpty() && SAID.add(folder.resolve(deeper.get(0)))) {
      LOG.warn(
          "{}: the films in {} are not taken; expected all videos in the folder itself, or all in"
              + " folders of it, one for each label",
          folder,
          some(deeper));
    }
  }

  private static String some(List<String> names) {
    int more = names.size() - MOST_NAMED;
    return names.stream().limit(MOST_NAMED).toList() + (more > 0 ? " and " + more + " more" : "");
  }

  private static boolean isFilm(Path path) {
    return !Files.isDirectory(path) && !FrameFiles.isHidden(path) && FrameFiles.isDecoded(path);
  }

  /** The folders in a folder. */
  private static List<Path> inner(Path folder) {
    return entries(folder).stream()
        .filter(f -> Files.isDirectory(f) && !FrameFiles.isHidden(f))
        .toList();
  }

  private static List<Path> entries(Path folder) {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      files.forEach(all::add);
    } catch (IOException | DirectoryIteratorException e) {
      throw new FolderException(folder, "cannot be listed: " + e.getMessage(), e);
    }
    return all;
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
  FrameSource header(String id, FramePreparation preparation, double picturesPerSecond) {
    return opened.computeIfAbsent(
        new Opened(path(id), preparation, picturesPerSecond),
        o -> FrameFiles.open(o.path, o.preparation, o.picturesPerSecond));
  }

  /** Features of a video's frames; it is opened only if they are not there. */
  FrameSource features(
      String id,
      FramePreparation preparation,
      double picturesPerSecond,
      FrameFeatures features,
      Path kept) {
    return featured.computeIfAbsent(
        new Featured(new Opened(path(id), preparation, picturesPerSecond), features, kept),
        f ->
            FeatureSource.of(
                f.of.path,
                FeatureSource.what(
                    f.of.path, FrameFiles.isDecoded(f.of.path), preparation, picturesPerSecond),
                () -> header(id, preparation, picturesPerSecond).reopened(),
                features,
                kept));
  }
}
