package convlstm4j.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.option.Activation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Java and the kernels count functions alike. */
class FunctionsTest {
  private static final Pattern FUNCTION = Pattern.compile("DO\\((\\w+)\\)");

  @Test
  void numbersAreThoseOfTheKernels() throws IOException {
    String header = Files.readString(Path.of("..", "..", "cuda", "include", "functions.h"));
    Matcher m = FUNCTION.matcher(header.substring(header.indexOf("CONVLSTM4J_FUNCTIONS(DO)")));
    List<String> names = m.results().map(r -> r.group(1)).toList();
    assertEquals(
        names, Functions.ALL.stream().map(k -> k.name().toLowerCase(Locale.ROOT)).toList());
  }

  @Test
  void softmaxHasNone() {
    assertThrows(IllegalArgumentException.class, () -> Functions.number(Activation.SOFTMAX));
  }
}
