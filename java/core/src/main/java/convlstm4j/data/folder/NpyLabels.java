package convlstm4j.data.folder;

import convlstm4j.io.file.InputFile;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Labels in a file {@code labels_{id}.npy} of shape {@code [T, labels]} for each video. */
record NpyLabels(Path folder, List<String> genres) implements Labels {
  private static final String NAMES = "genres.txt";

  /** The number of labels is that of the first video that has labels. */
  static NpyLabels of(Path folder, List<String> ids, @Nullable List<String> given) {
    int columns = (int) open(path(folder, ids.get(0))).shape().dim(1);
    Path file = folder.resolve(NAMES);
    @Nullable List<String> names = given;
    if (names == null && Files.exists(file)) {
      try {
        names = Files.readAllLines(InputFile.checked(file)).stream().map(String::strip).toList();
      } catch (IOException e) {
        throw new FolderException(file, "cannot be read as UTF-8 text: " + e.getMessage(), e);
      }
      names = names.stream().filter(n -> !n.isEmpty()).toList();
    }
    if (names == null) {
      names = IntStream.range(0, columns).mapToObj(i -> "genre_" + i).toList();
    }
    Object source = given == null ? file : folder;
    if (names.size() != columns) {
      throw new FolderException(
          source,
          names.size()
              + " names of labels "
              + names
              + ", expected "
              + columns
              + ", the columns of "
              + path(folder, ids.get(0)).getFileName());
    }
    if (new HashSet<>(names).size() != columns) {
      throw new FolderException(source, "a name of a label is there twice: " + names);
    }
    return new NpyLabels(folder, List.copyOf(names));
  }

  private static Path path(Path folder, String id) {
    return folder.resolve("labels_" + id + ".npy");
  }

  private static NpyFile open(Path path) {
    NpyFile file = NpyFile.open(path);
    if (file.shape().rank() != 2 || file.shape().dim(1) == 0) {
      throw new FolderException(path, "labels of shape " + file.shape() + ", expected [T, labels]");
    }
    return file;
  }

  @Override
  public String source(Video trailer) {
    return path(folder, trailer.id()).toString();
  }

  @Override
  public void check(Video trailer) {
    Path path = path(folder, trailer.id());
    Shape expected = Shape.of(trailer.frames(), genres.size());
    Shape shape = open(path).shape();
    if (!shape.equals(expected)) {
      throw new FolderException(
          path,
          "labels of shape "
              + shape
              + ", expected "
              + expected
              + ": "
              + trailer.fileName()
              + " has "
              + trailer.frames()
              + " frames, the labels are "
              + genres);
    }
  }

  @Override
  public double[] read(Video trailer, long from, long to) {
    return open(path(folder, trailer.id())).readFrames(from, to, DType.FLOAT64).doubles();
  }
}
