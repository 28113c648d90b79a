package convlstm4j.data.folder;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Scores per frame and label. */
interface Labels {
  String CSV = "labels.csv";

  /** Names of the columns. */
  List<String> genres();

  /** What messages call the file that holds the labels of a video. */
  String source(Video trailer);

  /**
   * Checks that there is one row for each of a video's frames. To be called before {@link #read}.
   */
  void check(Video trailer);

  /** Rows of some frames, row-major {@code [to - from, labels]}. */
  double[] read(Video trailer, long from, long to);

  /**
   * The labels in a folder.
   *
   * @param listing its videos
   * @param ids videos whose labels are needed
   * @param names of the columns; null for those in the folder
   * @return empty if there are none
   */
  static Optional<Labels> find(Listing listing, List<String> ids, @Nullable List<String> names) {
    Path folder = listing.folder();
    Path csv = folder.resolve(CSV);
    Path npy = null;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "labels_*.npy")) {
      for (Path path : all) {
        npy = path;
      }
    } catch (IOException e) {
      throw new FolderException(folder, "cannot be listed: " + e.getMessage(), e);
    }
    if (Files.exists(csv) && npy != null) {
      throw new FolderException(
          folder, "has labels.csv and " + npy.getFileName() + ", expected one kind of labels");
    }
    if (Files.exists(csv)) {
      if (names != null) {
        throw new FolderException(csv, "names its labels itself, expected no others, got " + names);
      }
      CsvFile file = CsvFile.header(csv);
      Set<String> wanted = new HashSet<>(ids);
      return Optional.of(
          IntervalLabels.isIn(file)
              ? IntervalLabels.read(file, listing.paths().keySet())
              : CsvLabels.read(file, wanted));
    }
    if (npy == null && !listing.classes().isEmpty()) {
      return Optional.of(new ClassLabels(listing.classes()));
    }
    return npy == null ? Optional.empty() : Optional.of(NpyLabels.of(folder, ids, names));
  }
}
