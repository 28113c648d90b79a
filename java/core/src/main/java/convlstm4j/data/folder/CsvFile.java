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
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A table in CSV whose first line names its columns, which it is an error to have more or fewer of.
 */
final class CsvFile {
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]{1,3})?");

  private final Path path;
  private final List<String> header;

  private CsvFile(Path path, List<String> header) {
    this.path = path;
    this.header = header;
  }

  /** What the first line says. */
  static CsvFile header(Path path) {
    List<CsvFile> file = new ArrayList<>();
    read(path, records -> file.add(new CsvFile(path, header(path, records))));
    return file.get(0);
  }

  List<String> header() {
    return header;
  }

  Path path() {
    return path;
  }

  /** Gives all lines after the first. */
  void each(Consumer<CsvRecord> use) {
    read(
        path,
        records -> {
          records.next();
          while (records.hasNext()) {
            CsvRecord line = records.next();
            if (line.getFieldCount() != header.size()) {
              throw wrong(line, line.getFieldCount() + " columns", header.size() + " as in line 1");
            }
            use.accept(line);
          }
        });
  }

  private static void read(Path path, Consumer<Iterator<CsvRecord>> use) {
    try (CsvReader<CsvRecord> csv =
        CsvReader.builder()
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .allowUnclosedQuote(false)
            .ofCsvRecord(InputFile.reader(path))) {
      use.accept(csv.iterator());
    } catch (CsvParseException | UncheckedIOException | IOException e) {
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new FolderException(path, "cannot be read as CSV in UTF-8: " + reason.getMessage(), e);
    }
  }

  private static List<String> header(Path path, Iterator<CsvRecord> records) {
    if (!records.hasNext()) {
      throw new FolderException(path, "is empty, expected a first line id,<label>,<label>..");
    }
    List<String> header = new ArrayList<>();
    for (String name : records.next().getFields()) {
      // Excel starts UTF-8 files with a byte order mark.
      header.add(name.replace("\uFEFF", "").strip());
    }
    return List.copyOf(header);
  }

  /** A cell that must be of a pattern. */
  String field(CsvRecord line, int column, Pattern pattern, String expected) {
    String text = line.getField(column).strip();
    if (!pattern.matcher(text).matches()) {
      throw wrong(line, header.get(column) + " = \"" + text + "\"", expected);
    }
    return text;
  }

  /** A cell that must be a finite number. */
  double number(CsvRecord line, int column) {
    double value = Double.parseDouble(field(line, column, NUMBER, "a number"));
    if (!Double.isFinite(value)) {
      throw wrong(line, header.get(column) + " = " + line.getField(column), "a finite number");
    }
    return value;
  }

  FolderException wrong(CsvRecord line, String came, String expected) {
    return new FolderException(
        path, "line " + line.getStartingLineNumber() + ": " + came + ", expected " + expected);
  }
}
