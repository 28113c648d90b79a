package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamedTest {
  private static final List<String> TWO = List.of("left", "right");

  private static Map<String, String> sort(List<String> names, String... words) {
    return Named.sort("--x", List.of(words), "input", names);
  }

  private static String refused(Runnable call) {
    return assertThrows(IllegalArgumentException.class, call::run).getMessage();
  }

  @Test
  void theNamesOrderCounts() {
    assertEquals(
        List.of("left", "right"), new ArrayList<>(sort(TWO, "right=a", "left=b").keySet()));
    assertEquals(Map.of("left", "b", "right", "a"), sort(TWO, "right=a", "left=b"));
    assertEquals(Map.of("right", "a"), sort(TWO, "right=a"), "absent");
  }

  @Test
  void ofOneNameNoneNeedBeSaid() {
    assertEquals(Map.of("only", "a.npy"), sort(List.of("only"), "a.npy"));
    assertEquals(Map.of("only", "a.npy"), sort(List.of("only"), "only=a.npy"));
    assertEquals(Map.of("only", "k=1.npy"), sort(List.of("only"), "k=1.npy"), "a file's name");
    assertEquals(Map.of("left", "k=1"), sort(TWO, "left=k=1"));
  }

  @Test
  void whatBelongsNowhereIsSaid() {
    assertEquals(
        "--x a.npy: the model has the inputs [left, right], so write --x NAME=a.npy",
        refused(() -> sort(TWO, "a.npy")));
    assertEquals(
        "--x up=a.npy: \"up\" is no input; the model has the inputs [left, right], so write --x"
            + " NAME=a.npy",
        refused(() -> sort(TWO, "up=a.npy")));
    assertEquals(
        "--x: given twice for the input \"left\"", refused(() -> sort(TWO, "left=a", "left=b")));
    assertEquals(
        "--x is missing for the input \"right\"; the model has the inputs [left, right]",
        refused(() -> Named.all("--x", List.of("left=a"), "input", TWO)));
  }

  @Test
  void allHaveAValueInOrder() {
    assertEquals(List.of("b", "a"), Named.all("--x", List.of("right=a", "left=b"), "input", TWO));
  }

  private static Map<String, String> orAll(String... words) {
    return Named.sortOrAll("--w", List.of(words), "output", TWO, w -> w.matches("[0-9]+=.*"));
  }

  @Test
  void aValueWithoutANameIsThatOfAllOthers() {
    assertEquals(Map.of("left", "1=2", "right", "1=2"), orAll("1=2"));
    assertEquals(Map.of("left", "1=2", "right", "0=3"), orAll("1=2", "right=0=3"));
    assertEquals(Map.of("right", "0=3"), orAll("right=0=3"));
    assertEquals(Map.of(), orAll());
    assertEquals(
        "--w: given twice without a name; write --w NAME=0=4", refused(() -> orAll("1=2", "0=4")));
    assertEquals(
        "--w up=1=2: \"up\" is no output; the model has the outputs [left, right], so write --w"
            + " NAME=1=2",
        refused(() -> orAll("up=1=2")));
  }
}
