package convlstm4j.cli;

import convlstm4j.data.folder.FrameFiles;
import convlstm4j.data.folder.VideoFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One of several videos that are predicted, and what is written of it: the names of files have
 * {@value VideoPlace#PLACE} where that of the video comes in.
 *
 * @param id the video's name
 * @param output null for none
 * @param files what else is made of its scores
 */
record VideoTask(String id, Path video, @Nullable Path output, ScoreFiles files) {
  /** Whether {@code --input} and the files written are of videos by name. */
  static boolean areAsked(List<String> inputs, @Nullable Path output, ScoreFiles files) {
    return inputs.size() > 1
        || isFolderOfVideos(Path.of(inputs.get(0)))
        || VideoPlace.isIn(output)
        || VideoPlace.isIn(files.picture)
        || VideoPlace.isIn(files.intervals);
  }

  private static boolean isFolderOfVideos(Path path) {
    return Files.isDirectory(path) && !FrameFiles.isVideo(path);
  }

  /**
   * The videos that are given, one by one or by folders.
   *
   * @param inputs files, folders of pictures, and folders of videos
   */
  static List<VideoTask> of(List<String> inputs, @Nullable Path output, ScoreFiles files) {
    Map<String, Path> byId = new TreeMap<>();
    List<VideoTask> tasks = new ArrayList<>();
    for (String input : inputs) {
      Path path = Path.of(input);
      if (isFolderOfVideos(path)) {
        VideoFolder folder = VideoFolder.open(path);
        folder.ids().forEach(id -> add(byId, id, folder.path(id)));
      } else {
        add(byId, VideoFolder.id(path), path);
      }
    }
    if (byId.size() > 1) {
      checkPlace("--output", output, byId.size());
      checkPlace("--picture", files.picture, byId.size());
      if (!files.isOneTable()) {
        checkPlace("--intervals", files.intervals, byId.size());
      }
    }
    byId.forEach(
        (id, path) ->
            tasks.add(new VideoTask(id, path, VideoPlace.filled(output, id), files.of(id))));
    return tasks;
  }

  private static void add(Map<String, Path> byId, String id, Path path) {
    Path other = byId.put(id, path);
    if (other != null) {
      throw new IllegalArgumentException(
          "--input: "
              + other
              + " and "
              + path
              + " are both called "
              + id
              + ", and so would be what is written of them; predict them one by one, or rename one");
    }
  }

  private static void checkPlace(String option, @Nullable Path file, int videos) {
    if (file != null && !VideoPlace.isIn(file)) {
      throw new IllegalArgumentException(
          option
              + " "
              + file
              + ": "
              + videos
              + " videos cannot be written to one file; expected "
              + VideoPlace.PLACE
              + " in its name, which stands for the name of each, as in "
              + VideoPlace.PLACE
              + "."
              + OutputFiles.ending(file));
    }
  }
}
