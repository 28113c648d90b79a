package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.option.Config;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever a file holds, what is said of it is short and one line. */
class SaidTest {
  private static final Object HUGE = Collections.nCopies(100_000, Map.of("a", "b\nc"));

  @Test
  void aNoteIsALine() {
    String text = "x\n".repeat(50_000);
    for (String file : List.of("a.h5", "/folder/".repeat(8) + "a.keras")) {
      String note = Said.note(file, text);
      assertTrue(note.startsWith(file + ": x x x") && note.endsWith(" .."), note);
      assertTrue(note.length() <= 200 - "convlstm4j: ".length() && note.indexOf('\n') < 0, note);
    }
    assertEquals("a.h5: as it is", Said.note("a.h5", "as it is"));
    String longName =
        "/folder/".repeat(100) + "a.keras"; // the name is whole, and something is said
    assertEquals(longName.length() + 2 + 100, Said.note(longName, text).length(), 1);
  }

  @Test
  void aValueIsShort() {
    assertEquals(
        "{a=[1, null, {}, []]}",
        Said.value(Map.of("a", Arrays.asList(1, null, Map.of(), List.of()))));
    assertTrue(Said.value(HUGE).length() <= 60, Said.value(HUGE));
    assertTrue(Said.value("😀".repeat(1000)).endsWith("😀 .."));
    assertTrue(Config.shown(HUGE).length() < 90);
  }

  @Test
  void anErrorIsALineToo() {
    String message = new KerasException("a.h5", "has " + HUGE).getMessage();
    assertTrue(message.length() <= 1010 && message.indexOf('\n') < 0, message);
  }
}
