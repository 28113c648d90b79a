package convlstm4j.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.Activation.Kind;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What ptxas said of every kernel on every architecture: nothing in local memory, and few enough
 * registers. The table is left in {@code target/cuda/registers.csv}.
 */
class KernelRegistersTest {
  private static final Path BUILD = Path.of("target", "cuda");
  private static final Pattern KERNEL =
      Pattern.compile("Compiling entry function '(\\w+)' for 'sm_(\\d+)'");
  private static final Pattern STACK =
      Pattern.compile(
          "(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
  private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
  private static final Pattern DEFINITION =
      Pattern.compile("^KERNEL\\((\\w+), ", Pattern.MULTILINE);

  /** With 65,536 registers a multiprocessor then holds three blocks of 256 threads or more. */
  private static final int MOST_REGISTERS = 80;

  /** A kernel on an architecture: bytes of local memory and registers. */
  private record Use(String kernel, int architecture, int local, int registers) {}

  @Test
  void everyKernelStaysInRegisters() throws IOException {
    List<Use> uses = parse(report());
    for (Use u : uses) {
      assertEquals(0, u.local, u + " uses local memory");
      assertTrue(u.registers <= MOST_REGISTERS, u + ", at most " + MOST_REGISTERS + " registers");
    }
    Map<String, Map<Integer, Integer>> table = new TreeMap<>();
    for (Use u : uses) {
      Integer before =
          table.computeIfAbsent(u.kernel, k -> new TreeMap<>()).put(u.architecture, u.registers);
      assertEquals(null, before, u + " is there twice");
    }
    Set<Integer> architectures = table.values().iterator().next().keySet();
    assertTrue(architectures.size() >= 3, "architectures " + architectures);
    table.forEach((kernel, row) -> assertEquals(architectures, row.keySet(), kernel));
    write(architectures, table);
  }

  @Test
  void everyKernelThatIsWrittenDownIsThere() throws IOException {
    Set<String> compiled = new TreeSet<>();
    parse(report()).forEach(u -> compiled.add(u.kernel));
    Set<String> missing = new TreeSet<>();
    try (var files = Files.list(Path.of("..", "..", "cuda", "kernels"))) {
      for (Path file : files.toList()) {
        Matcher m = DEFINITION.matcher(Files.readString(file));
        while (m.find()) {
          missing.add(m.group(1));
        }
      }
    }
    assertTrue(missing.size() > 20, "found only " + missing);
    missing.removeAll(compiled);
    assertEquals(Set.of(), missing);
  }

  /** The names that a plan would look up, for every pair of activations and every option. */
  @Test
  void everyConvLstmFindsItsGates() throws IOException {
    Set<String> compiled = new TreeSet<>();
    parse(report()).forEach(u -> compiled.add(u.kernel));
    Set<String> wanted = new TreeSet<>();
    for (Kind recurrent : Kind.values()) {
      for (Kind activation : Kind.values()) {
        if (recurrent != Kind.SOFTMAX && activation != Kind.SOFTMAX) {
          addGates(recurrent, activation, wanted);
        }
      }
    }
    compiled.removeIf(kernel -> !kernel.startsWith("gates_"));
    assertEquals(compiled, wanted, "compiled, but no plan asks for it, or the other way round");
    assertTrue(compiled.size() < 120, compiled.size() + " kernels for gates");
  }

  private static void addGates(Kind recurrent, Kind activation, Set<String> to) {
    for (int options = 0; options < 16; options++) {
      int kernel = (options & 1) > 0 ? 2 : 3;
      boolean dropout = (options & 2) > 0;
      for (int width = 4; width <= 5; width++) {
        ConvLstm2d op =
            new ConvLstm2d(
                1,
                new Window(
                    List.of(kernel, kernel),
                    List.of(1, 1),
                    List.of(1, 1),
                    Padding.SAME,
                    DataFormat.CHANNELS_LAST),
                new Activation(activation, 0),
                new Activation(recurrent, 0),
                true,
                (options & 4) > 0,
                true,
                false,
                (options & 8) > 0,
                false,
                0,
                dropout ? 0.5 : 0);
        ConvLstmSizes d = new ConvLstmSizes(op, Shape.of(1, 1, 1, width, 1), true);
        for (String pass : List.of("forward", "infer", "backward")) {
          to.add(GateKernel.of(d, dropout).name(pass));
        }
      }
    }
  }

  private static String report() throws IOException {
    assumeTrue(
        KernelRegistersTest.class.getResource("convlstm4j.fatbin") != null,
        "built without nvcc: no kernels to look at");
    return Files.readString(BUILD.resolve("convlstm4j.ptxas.txt"));
  }

  private static List<Use> parse(String report) {
    List<Use> uses = new ArrayList<>();
    Matcher kernel = KERNEL.matcher(report);
    Matcher stack = STACK.matcher(report);
    Matcher registers = REGISTERS.matcher(report);
    while (kernel.find()) {
      assertTrue(stack.find(kernel.end()) && registers.find(stack.end()), kernel.group());
      int local = 0;
      for (int i = 1; i <= stack.groupCount(); i++) {
        local += Integer.parseInt(stack.group(i));
      }
      uses.add(
          new Use(
              kernel.group(1),
              Integer.parseInt(kernel.group(2)),
              local,
              Integer.parseInt(registers.group(1))));
    }
    assertTrue(!uses.isEmpty(), "ptxas said nothing");
    return uses;
  }

  private static void write(Set<Integer> architectures, Map<String, Map<Integer, Integer>> table)
      throws IOException {
    StringBuilder csv = new StringBuilder("kernel");
    architectures.forEach(a -> csv.append(",sm_").append(a));
    table.forEach(
        (kernel, row) -> {
          csv.append('\n').append(kernel);
          row.values().forEach(r -> csv.append(',').append(r));
        });
    Files.writeString(BUILD.resolve("registers.csv"), csv.append('\n'));
  }
}
