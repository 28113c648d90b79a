package convlstm4j.bench.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.backend.Backends;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.task.Tasks;
import convlstm4j.bench.worker.ours.OursSubject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker answers, request by request. */
class WorkerLoopTest {
  @TempDir Path folder;

  private static List<Map<String, Object>> answers(WorkerLoop.Start start, List<String> requests)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    WorkerLoop.serve(
        start,
        new ByteArrayInputStream(String.join("\n", requests).getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8));
    List<Map<String, Object>> answers = new ArrayList<>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      answers.add(JSON.std.mapFrom(line));
    }
    return answers;
  }

  private static OursSubject reference() {
    return new OursSubject(Backends.named("reference"), 2);
  }

  @Test
  void preparesChecksTimesAndReleases() throws IOException {
    Task task = Tasks.named(Tasks.TINY);
    new Data(folder).generate(task);
    Map<String, Object> prepare = new LinkedHashMap<>();
    prepare.put("do", "prepare");
    prepare.put("task", task.toJson());
    prepare.put("data", folder.toString());
    prepare.put("pass", "training");
    prepare.put("variant", "");
    List<Map<String, Object>> answers =
        answers(
            WorkerLoopTest::reference,
            List.of(
                "{\"do\":\"describe\"}",
                JSON.std.asString(prepare),
                JSON.std.asString(Map.of("do", "check", "out", folder.toString())),
                "{\"do\":\"time\",\"repeats\":3}",
                "{\"do\":\"release\"}",
                "{\"do\":\"time\",\"repeats\":1}",
                "{\"do\":\"quit\"}",
                "{\"do\":\"describe\"}"));
    assertEquals(6, answers.size(), "nothing is answered after quit");
    assertEquals(2, answers.get(0).get("threads"));
    assertTrue(((String) answers.get(1).get("variant")).contains("direct"), answers.toString());
    assertEquals(
        List.of("y", "dx", "d_kernel", "d_recurrent_kernel", "d_bias"),
        answers.get(2).get("arrays"));
    assertEquals(task.x(), new Data(folder).read("dx").shape());
    assertEquals(3, ((List<?>) answers.get(3).get("ns")).size());
    assertEquals(Map.of(), answers.get(4));
    assertEquals(Map.of("error", "IllegalStateException: no task is prepared"), answers.get(5));
  }

  @Test
  void answersErrorsAndGoesOn() throws IOException {
    List<Map<String, Object>> answers =
        answers(
            WorkerLoopTest::reference,
            List.of(
                "{\"do\":\"dance\"}", "nonsense", "{\"do\":\"peak\"}", "{\"do\":\"describe\"}"));
    assertEquals(
        "IllegalArgumentException: unknown request \"dance\"", answers.get(0).get("error"));
    assertTrue(((String) answers.get(1).get("error")).contains("nonsense"), answers.toString());
    assertEquals(0.0, ((Number) answers.get(2).get("gflops")).doubleValue());
    assertEquals(2, answers.get(3).get("threads"));
  }

  @Test
  void saysWhyTheLibraryDoesNotLoad() throws IOException {
    List<Map<String, Object>> answers =
        answers(
            () -> {
              throw new UnsatisfiedLinkError("no libtorch");
            },
            List.of("{\"do\":\"describe\"}"));
    assertEquals(List.of(Map.of("error", "UnsatisfiedLinkError: no libtorch")), answers);
  }
}
