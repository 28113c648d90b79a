package convlstm4j.data.folder;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Labels in one {@code labels.csv}. Its first line names the columns: {@code id,<label>,<label>..}
 * where a row holds for all frames of a video, {@code id,frame,<label>,<label>..} where there is
 * one for each frame.
 */
final class CsvLabels implements Labels {
  private static final Pattern INDEX = Pattern.compile("[0-9]{1,9}");

  /** Rows of a video in the order of the file; in that of the frames once sorted. */
  private static final class Rows {
    private int[] frames = new int[1];
    private double[] values = new double[0];
    private int count;

    void add(int frame, double[] row) {
      if (count == 0) {
        values = new double[row.length];
      }
      if (count == frames.length) {
        frames = Arrays.copyOf(frames, 2 * count);
        values = Arrays.copyOf(values, 2 * count * row.length);
      }
      frames[count] = frame;
      System.arraycopy(row, 0, values, count * row.length, row.length);
      count++;
    }
  }

  private final Path path;
  private final boolean perFrame;
  private final List<String> genres;
  private final Map<String, Rows> rows = new HashMap<>();

  private CsvLabels(Path path, List<String> header) {
    this.path = path;
    if (header.isEmpty() || !header.get(0).equalsIgnoreCase("id")) {
      throw new FolderException(
          path,
          "first line " + header + ", expected id,<label>,<label>.. or id,frame,<label>,<label>..");
    }
    perFrame = header.size() > 1 && header.get(1).equalsIgnoreCase("frame");
    genres = List.copyOf(header.subList(perFrame ? 2 : 1, header.size()));
    if (genres.isEmpty() || genres.contains("")) {
      throw new FolderException(
          path, "first line " + header + ", expected the name of a label in each further column");
    }
    if (new HashSet<>(genres).size() != genres.size()) {
      throw new FolderException(path, "first line " + header + ", a label is there twice");
    }
  }

  static CsvLabels read(CsvFile file, Set<String> ids) {
    CsvLabels labels = new CsvLabels(file.path(), file.header());
    file.each(line -> labels.add(file, line, ids));
    return labels;
  }

  private void add(CsvFile file, CsvRecord line, Set<String> ids) {
    int first = perFrame ? 2 : 1;
    String id = VideoIds.of(file, line);
    int frame =
        perFrame ? Integer.parseInt(file.field(line, 1, INDEX, "a whole number from 0")) : 0;
    double[] row = new double[genres.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = file.number(line, first + i);
    }
    if (!ids.contains(id)) {
      return;
    }
    Rows of = rows.computeIfAbsent(id, i -> new Rows());
    if (!perFrame && of.count == 1) {
      throw file.wrong(line, "a second row for id " + id, "one row per video");
    }
    of.add(frame, row);
  }

  @Override
  public List<String> genres() {
    return genres;
  }

  @Override
  public String source(Video trailer) {
    return path.toString();
  }

  @Override
  public void check(Video trailer) {
    Rows of = rows.get(trailer.id());
    if (of == null) {
      throw new FolderException(
          path, "has no row for id " + trailer.id() + ", expected one for " + trailer.fileName());
    }
    if (!perFrame) {
      return;
    }
    if (of.count != trailer.frames()) {
      throw new FolderException(
          path,
          "has "
              + of.count
              + " rows for id "
              + trailer.id()
              + ", expected "
              + trailer.frames()
              + ", one for each frame of "
              + trailer.fileName());
    }
    int g = genres.size();
    double[] sorted = new double[of.count * g];
    int[] rowOf = new int[of.count];
    Arrays.fill(rowOf, -1);
    for (int row = 0; row < of.count; row++) {
      int frame = of.frames[row];
      if (frame >= of.count || rowOf[frame] >= 0) {
        throw new FolderException(
            path,
            "frame "
                + frame
                + " of id "
                + trailer.id()
                + (frame >= of.count ? " does not exist" : " is there twice")
                + ", expected 0 to "
                + (of.count - 1)
                + " once each");
      }
      rowOf[frame] = row;
      System.arraycopy(of.values, row * g, sorted, frame * g, g);
    }
    for (int frame = 0; frame < of.count; frame++) {
      of.frames[frame] = frame;
    }
    of.values = sorted;
  }

  @Override
  public double[] read(Video trailer, long from, long to) {
    Rows of = Objects.requireNonNull(rows.get(trailer.id()), trailer.id());
    int g = genres.size();
    double[] result = new double[(int) (to - from) * g];
    for (int i = 0; i < to - from; i++) {
      System.arraycopy(of.values, perFrame ? (int) (from + i) * g : 0, result, i * g, g);
    }
    return result;
  }
}
