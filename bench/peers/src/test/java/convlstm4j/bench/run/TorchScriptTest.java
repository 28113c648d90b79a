package convlstm4j.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Tasks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bench/torch_convlstm.py: its syntax and, where Python has PyTorch, its results on the CPU. */
class TorchScriptTest {
  private static final String PYTHON = "python3";
  private static final String SCRIPT =
      Path.of("..", "torch_convlstm.py").toAbsolutePath().normalize().toString();

  @TempDir Path folder;

  private final List<String> said = new ArrayList<>();

  private static int run(String... command) throws IOException, InterruptedException {
    try {
      Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = p.waitFor();
      if (code != 0) {
        System.err.println(String.join(" ", command) + ": " + output);
      }
      return code;
    } catch (IOException e) {
      assumeTrue(false, "no " + PYTHON + " on PATH: " + e.getMessage());
      throw e;
    }
  }

  private static Contender onCpu(String how) {
    return new Contender(how, List.of(PYTHON, SCRIPT, "cpu", how), Map.of(), "");
  }

  private List<Result> measure(List<String> tasks, Contender contender) throws IOException {
    Plan plan =
        new Plan(
            tasks,
            List.of(Pass.values()),
            List.of(contender),
            2,
            Duration.ofMinutes(2),
            Duration.ofSeconds(5),
            Duration.ofMillis(20),
            Duration.ofMillis(2),
            false,
            folder);
    try (Session session = new Session(plan, said::add)) {
      return session.run();
    }
  }

  @Test
  void compiles() throws Exception {
    String to = folder.resolve("torch_convlstm.pyc").toString();
    String code = "import py_compile, sys; py_compile.compile(*sys.argv[1:], doraise=True)";
    assertEquals(0, run(PYTHON, "-c", code, SCRIPT, to));
  }

  @Test
  void computesWhatTheReferenceDoes() throws Exception {
    assumeTrue(run(PYTHON, "-c", "import numpy, torch") == 0, PYTHON + " has no PyTorch and NumPy");
    List<Result> results = measure(List.of(Tasks.TINY, Tasks.TINY_ARTICLE), onCpu("eager"));
    assertEquals(2 * Pass.values().length, results.size());
    for (Result r : results) {
      assertEquals("", r.problem, r.task.name() + " " + r.pass.key());
      assertTrue(r.isMeasured(), said.toString());
      assertEquals("wall", r.clock);
      assertTrue(List.of("nchw", "channels_last").contains(r.variant), r.variant);
    }
  }

  @Test
  void whatCannotBeDoneIsSaid() throws Exception {
    assumeTrue(
        run(PYTHON, "-c", "import numpy, torch; exit(torch.cuda.is_available())") == 0,
        PYTHON + " has no PyTorch and NumPy, or there is a GPU");
    Contender onGpu = new Contender("gpu", List.of(PYTHON, SCRIPT, "cuda", "eager"), Map.of(), "");
    Result r = measure(List.of(Tasks.TINY), onGpu).get(0);
    assertTrue(r.problem.contains("finds no GPU"), r.problem);
  }
}
