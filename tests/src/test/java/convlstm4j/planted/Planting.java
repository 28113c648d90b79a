package convlstm4j.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the files in which faults are planted, all faults at once, none of them active: {@code
 * java convlstm4j.planted.Planting REPOSITORY FAULTS OUT}.
 */
public final class Planting {
  private Planting() {}

  /**
   * The command.
   *
   * @param args the repository, the list of faults, a folder
   * @throws IOException if files cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    Path out = Path.of(args[2]);
    for (Map.Entry<String, String> e :
        sources(Path.of(args[0]), Fault.read(Path.of(args[1]))).entrySet()) {
      Path to = out.resolve(e.getKey());
      Files.createDirectories(to.getParent());
      Files.writeString(to, e.getValue());
    }
  }

  /** The changed files by name. */
  static Map<String, String> sources(Path repository, List<Fault> faults) throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (Fault f : faults) {
      String source = sources.get(f.file());
      if (source == null) {
        source = Files.readString(repository.resolve(f.file()));
      }
      sources.put(f.file(), f.plant(source));
    }
    return sources;
  }
}
