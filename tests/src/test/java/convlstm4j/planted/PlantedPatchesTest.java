package convlstm4j.planted;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The faults of {@code tests/gpusim/planted} can still be planted. */
class PlantedPatchesTest {
  private static final Path ROOT = Path.of(System.getProperty("convlstm4j.root"));
  private static final int AT_LEAST = 60;

  @Test
  void everyFaultHasItsPlace() throws IOException {
    List<Fault> faults = Fault.read(ROOT.resolve("tests/gpusim/planted/faults.txt"));
    assertTrue(faults.size() >= AT_LEAST, "only " + faults.size());
    assertTrue(Planting.sources(ROOT, faults).size() > 10, "few files");
    faults.forEach(f -> assertTrue(!f.tests().isEmpty(), f + " names no tests"));
  }
}
