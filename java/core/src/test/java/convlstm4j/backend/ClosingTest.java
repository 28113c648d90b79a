package convlstm4j.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClosingTest {
  private final List<String> closed = new ArrayList<>();

  private AutoCloseable fails(String message) {
    return () -> {
      closed.add(message);
      throw new BackendException(message);
    };
  }

  private static List<String> suppressed(Throwable e) {
    return Stream.of(e.getSuppressed()).map(Throwable::getMessage).toList();
  }

  @Test
  void closesWhatFollowsAFailureAndTellsEachOnce() {
    AutoCloseable c = () -> closed.add("c");
    BackendException e =
        assertThrows(
            BackendException.class,
            () -> Closing.all(fails("a"), null, fails("b"), fails("a"), fails("b"), c));
    assertEquals(List.of("a", "b", "a", "b", "c"), closed);
    assertEquals("a", e.getMessage());
    assertEquals(List.of("b"), suppressed(e));
  }

  @Test
  void aCheckedExceptionIsTold() {
    IOException why = new IOException("disk");
    AutoCloseable part =
        () -> {
          throw why;
        };
    assertSame(why, assertThrows(IllegalStateException.class, () -> Closing.all(part)).getCause());
  }

  @Test
  void theFailureBeforeStaysTheOneThatIsTold() {
    BackendException first = new BackendException("first");
    Closing.after(first, fails("second"), fails("third"));
    assertEquals(List.of("second", "third"), closed);
    assertEquals(List.of("second"), suppressed(first));
    assertEquals(List.of("third"), suppressed(first.getSuppressed()[0]));
  }
}
