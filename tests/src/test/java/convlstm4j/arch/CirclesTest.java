package convlstm4j.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** No classes of a package know each other, but for front doors and their rooms. */
class CirclesTest {
  private static final String ROOT = "convlstm4j.";
  private static final String PLANTED = ROOT + "arch.fixture.op";

  /** A class that may know what knows it, and why. */
  private static final Map<String, String> FRONT_DOORS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("backend.reference.heap.HeapMemory", "one thing with its buffers"),
              Map.entry("data.folder.Labels", "finds which of its kinds a folder has"),
              Map.entry("formula.Formula", "its derivative and its code are methods of it"),
              Map.entry("graph.Layer", "a call of a layer makes a node and its symbols"),
              Map.entry("graph.Node", "makes the symbols that are its outputs"),
              Map.entry("io.architecture.Survey", "reads by a reader that asks it"),
              Map.entry("io.npy.NpyHeader", "its parser makes it"),
              Map.entry("model.Model", "users compile, fit, save and load by it"),
              Map.entry("objective.Loss", "users make losses by it"),
              Map.entry("objective.Metric", "users make metrics by it"),
              Map.entry("optim.Optimizer", "files name its kinds")));

  private static final List<JavaClass> PRODUCT =
      StreamSupport.stream(ArchitectureTest.PRODUCT.spliterator(), false).toList();

  private static Set<String> doorsBut(String left) {
    Set<String> doors = new HashSet<>();
    FRONT_DOORS.keySet().stream().filter(d -> !d.equals(left)).forEach(d -> doors.add(ROOT + d));
    return doors;
  }

  @Test
  void noCircles() {
    assertEquals(
        "",
        String.join(
            "\n", Circles.among(PRODUCT, doorsBut("")).stream().map(Set::toString).toList()));
  }

  /** One that closes no circle is no longer needed in the list. */
  @Test
  void everyFrontDoorIsOne() {
    for (String door : FRONT_DOORS.keySet()) {
      assertNotEquals(Set.of(), Circles.among(PRODUCT, doorsBut(door)), door);
    }
  }

  @Test
  void findsPlantedCircle() {
    assertEquals(
        Set.of(Set.of(PLANTED + ".First", PLANTED + ".Second", PLANTED + ".Third")),
        Circles.among(new ClassFileImporter().importPackages(PLANTED), Set.of()));
  }
}
