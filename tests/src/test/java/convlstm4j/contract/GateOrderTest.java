package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.op.GateOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gates have the same names and places in Java, C++ and CUDA. */
class GateOrderTest {
  private static final Pattern ENUM = Pattern.compile("enum Gate\\b[^{]*\\{([^}]*)\\}");
  private static final Pattern MEMBER = Pattern.compile("k(\\w+) = (\\d+)");
  private static final Pattern COUNT = Pattern.compile("kGates = (\\d+);");

  @ParameterizedTest
  @ValueSource(strings = {"cpu/include/kernels.h", "cuda/include/gate_order.h"})
  void headersSayWhatJavaSays(String header) throws IOException {
    String text = Files.readString(Path.of("..").resolve(header));
    Map<Integer, String> found = new TreeMap<>();
    Matcher members = MEMBER.matcher(group(ENUM, text));
    while (members.find()) {
      found.put(Integer.parseInt(members.group(2)), members.group(1).toUpperCase(Locale.ROOT));
    }
    Map<Integer, String> expected = new TreeMap<>();
    for (GateOrder g : GateOrder.values()) {
      expected.put(g.index(), g.name());
    }
    assertEquals(expected, found, header);
    assertEquals(Integer.toString(GateOrder.COUNT), group(COUNT, text), header);
  }

  private static String group(Pattern p, String text) {
    Matcher m = p.matcher(text);
    assertEquals(true, m.find(), () -> "no " + p.pattern());
    return m.group(1);
  }
}
