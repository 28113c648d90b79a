package convlstm4j.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.bench.run.FakeWorker.Fault;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Tasks;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One session with a good contender and one with each fault. */
class SessionTest {
  private static final int ROUNDS = Boolean.getBoolean("full") ? 4 : 2;

  /** Seconds that a run may take. */
  private static final int LIMIT = 5;

  @TempDir Path folder;

  private final List<String> said = new ArrayList<>();

  private List<Result> run(List<String> tasks, Fault... faults) throws IOException {
    List<Contender> contenders = new ArrayList<>();
    Arrays.stream(faults).forEach(f -> contenders.add(FakeWorker.contender(f)));
    contenders.add(Contender.absent("nowhere", "no such thing"));
    Plan plan =
        new Plan(
            tasks,
            List.of(Pass.FORWARD, Pass.TRAINING),
            contenders,
            ROUNDS,
            Duration.ofSeconds(LIMIT),
            Duration.ofSeconds(5),
            Duration.ofMillis(20),
            Duration.ofMillis(2),
            false,
            folder);
    try (Session session = new Session(plan, said::add)) {
      List<Result> results = session.run();
      assertEquals(Map.of("nowhere", "no such thing"), without(faults, session.absences()));
      if (faults[0] == Fault.NONE) {
        assertEquals(7, session.peakGflops());
        assertEquals("fake, 1 threads", session.versions().get("NONE"));
      }
      return results;
    }
  }

  private static Map<String, String> without(Fault[] faults, Map<String, String> absences) {
    Map<String, String> rest = new java.util.HashMap<>(absences);
    Arrays.stream(faults).forEach(f -> rest.remove(f.name()));
    return rest;
  }

  private static Result find(List<Result> results, Fault fault, Pass pass) {
    return results.stream()
        .filter(r -> r.contender.equals(fault.name()) && r.pass == pass)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void measuresTheGoodAndRefusesTheWrong() throws IOException {
    List<Result> results =
        run(
            List.of(Tasks.TINY),
            Fault.NONE,
            Fault.HALVES_SWAPPED,
            Fault.NO_BIAS_GRADIENT,
            Fault.NAN,
            Fault.ARRAY_MISSING,
            Fault.FORWARD_ONLY);
    for (Pass pass : List.of(Pass.FORWARD, Pass.TRAINING)) {
      Result good = find(results, Fault.NONE, pass);
      assertTrue(good.isMeasured(), good.problem);
      assertTrue(good.ns.size() >= ROUNDS, good.ns.size() + " runs in " + ROUNDS + " rounds");
      assertTrue(good.ns.stream().allMatch(n -> n > 0), "times " + good.ns);
      assertEquals("fake", good.variant);
      for (Fault wrong : List.of(Fault.HALVES_SWAPPED, Fault.NAN, Fault.ARRAY_MISSING)) {
        wrong(find(results, wrong, pass), "y");
      }
    }
    assertTrue(find(results, Fault.NO_BIAS_GRADIENT, Pass.FORWARD).isMeasured());
    wrong(find(results, Fault.NO_BIAS_GRADIENT, Pass.TRAINING), "d_bias");
    Result forwardOnly = find(results, Fault.FORWARD_ONLY, Pass.TRAINING);
    assertEquals("it has no gradients", forwardOnly.problem);
    assertFalse(forwardOnly.isWrong, "what cannot be done is not wrong");
    assertTrue(find(results, Fault.FORWARD_ONLY, Pass.FORWARD).isMeasured());
  }

  private static void wrong(Result r, String array) {
    assertTrue(r.isWrong, r.contender + " was not found out: " + r.problem);
    assertFalse(r.isMeasured());
    assertTrue(r.problem.contains(array), r.problem);
  }

  @Test
  void goesOnWithoutTheDeadAndTheSilent() throws IOException {
    List<String> twice = List.of(Tasks.TINY, Tasks.TINY);
    List<Result> results = run(twice, Fault.DIES, Fault.HANGS, Fault.CHATTERS, Fault.NONE);
    assertTrue(find(results, Fault.NONE, Pass.TRAINING).isMeasured());
    String died = find(results, Fault.DIES, Pass.TRAINING).problem;
    assertTrue(died.contains("check: the process ended"), died);
    String hung = find(results, Fault.HANGS, Pass.TRAINING).problem;
    assertTrue(hung.contains("no answer within " + LIMIT + " s"), hung);
    List<String> hangs =
        results.stream().filter(r -> r.contender.equals("HANGS")).map(r -> r.problem).toList();
    assertEquals("", hangs.get(2), "it is started anew for the next task");
    assertEquals("not tried: less work took longer than the limit", hangs.get(3));
    String chattered = find(results, Fault.CHATTERS, Pass.TRAINING).problem;
    assertTrue(chattered.contains("the answer is no JSON object: loading ..."), chattered);
    assertFalse(find(results, Fault.DIES, Pass.FORWARD).isWrong);
  }
}
