package convlstm4j.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How contenders are started. */
class ContendersTest {
  private final Contenders contenders =
      new Contenders(
          2, Map.of(), Path.of("cache"), "", Path.of("tfjs"), "python3", Path.of("t.py"));

  /** The same process as today's backend, but for the classes in it. */
  @Test
  void anotherCommitsBackendRunsFromItsOwnClassPath() {
    Contender now = contenders.backend("reference");
    Contender before = contenders.before("reference", "/older/classes");
    assertEquals("reference-before", before.name());
    assertTrue(Contenders.isBackend(before.name()));
    assertEquals(now.environment(), before.environment());
    String today = System.getProperty("java.class.path");
    List<String> asToday =
        before.command().stream().map(w -> w.equals("/older/classes") ? today : w).toList();
    assertEquals(now.command(), asToday);
    assertTrue(before.command().contains("/older/classes"));
  }
}
