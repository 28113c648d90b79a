package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ErrorsTest {
  private static String said(String message) {
    StringWriter text = new StringWriter();
    assertEquals(
        Errors.FAILED,
        Errors.outOfMemory(new OutOfMemoryError(message), new PrintWriter(text, true)));
    assertEquals(1, text.toString().lines().count(), text::toString);
    return text.toString();
  }

  /** Java says of both that memory is out. */
  @Test
  void aThreadLimitIsNotAMemoryLimit() {
    String threads =
        said(
            "unable to create native thread: possibly out of memory or process/resource limits"
                + " reached");
    assertTrue(threads.startsWith("convlstm4j: no more threads may be started here"), threads);
    assertTrue(threads.contains("pids.max") && threads.contains("ulimit -u"), threads);
    assertTrue(said("Java heap space").startsWith("convlstm4j: out of memory"));
  }
}
