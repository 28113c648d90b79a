package convlstm4j.data.folder;

import convlstm4j.io.file.InputFile;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Labels in one {@code labels.csv}. Its first line names the columns: {@code id,<label>,<label>..}
 * where a row holds for all frames of a video, {@code id,frame,<label>,<label>..} where there is
 * one for each frame.
 */
final class CsvLabels implements Labels {
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]{1,3})?");
  private static final Pattern INDEX = Pattern.compile("[0-9]{1,9}");
  private static final Pattern ID = Pattern.compile("[^/\\x00]+");

  /** Rows of a trailer in the order of the file; in that of the frames once sorted. */
  private static final class Rows {
    private int[] frames = new int[1];
    private double[] values;
    private int count;

    void add(int frame, double[] row) {
      if (values == null) {
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
          "first line " + header + ", expected id,<genre>,<genre>.. or id,frame,<genre>,<genre>..");
    }
    perFrame = header.size() > 1 && header.get(1).equalsIgnoreCase("frame");
    genres = List.copyOf(header.subList(perFrame ? 2 : 1, header.size()));
    if (genres.isEmpty() || genres.contains("")) {
      throw new FolderException(
          path, "first line " + header + ", expected the name of a genre in each further column");
    }
    if (new HashSet<>(genres).size() != genres.size()) {
      throw new FolderException(path, "first line " + header + ", a genre is there twice");
    }
  }

  static CsvLabels read(Path path, Set<String> ids) {
    try (CsvReader<CsvRecord> csv =
        CsvReader.builder()
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .allowUnclosedQuote(false)
            .ofCsvRecord(InputFile.reader(path))) {
      Iterator<CsvRecord> records = csv.iterator();
      if (!records.hasNext()) {
        throw new FolderException(path, "is empty, expected a first line id,<genre>,<genre>..");
      }
      List<String> header = new ArrayList<>();
      for (String name : records.next().getFields()) {
        // Excel starts UTF-8 files with a byte order mark.
        header.add(name.replace("\uFEFF", "").strip());
      }
      CsvLabels labels = new CsvLabels(path, header);
      while (records.hasNext()) {
        labels.add(records.next(), ids);
      }
      return labels;
    } catch (CsvParseException | UncheckedIOException | IOException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new FolderException(path, "cannot be read as CSV in UTF-8: " + reason.getMessage(), e);
    }
  }

  private void add(CsvRecord line, Set<String> ids) {
    List<String> fields = line.getFields();
    int first = perFrame ? 2 : 1;
    if (fields.size() != first + genres.size()) {
      throw wrong(line, fields.size() + " columns", (first + genres.size()) + " as in line 1");
    }
    String id = VideoIds.of(Path.of(field(line, 0, "id", ID, "the name of a video")));
    int frame =
        perFrame ? Integer.parseInt(field(line, 1, "frame", INDEX, "a whole number from 0")) : 0;
    double[] row = new double[genres.size()];
    for (int i = 0; i < row.length; i++) {
      row[i] = Double.parseDouble(field(line, first + i, genres.get(i), NUMBER, "a number"));
      if (!Double.isFinite(row[i])) {
        throw wrong(line, genres.get(i) + " = " + fields.get(first + i), "a finite number");
      }
    }
    if (!ids.contains(id)) {
      return;
    }
    Rows of = rows.computeIfAbsent(id, i -> new Rows());
    if (!perFrame && of.count == 1) {
      throw wrong(line, "a second row for id " + id, "one row per video");
    }
    of.add(frame, row);
  }

  private String field(CsvRecord line, int column, String name, Pattern pattern, String expected) {
    String text = line.getField(column).strip();
    if (!pattern.matcher(text).matches()) {
      throw wrong(line, name + " = \"" + text + "\"", expected);
    }
    return text;
  }

  private FolderException wrong(CsvRecord line, String came, String expected) {
    return new FolderException(
        path, "line " + line.getStartingLineNumber() + ": " + came + ", expected " + expected);
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
    Rows of = rows.get(trailer.id());
    int g = genres.size();
    double[] result = new double[(int) (to - from) * g];
    for (int i = 0; i < to - from; i++) {
      System.arraycopy(of.values, perFrame ? (int) (from + i) * g : 0, result, i * g, g);
    }
    return result;
  }
}
