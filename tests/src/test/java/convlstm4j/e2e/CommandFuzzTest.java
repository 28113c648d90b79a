package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole commands at random, options and files and what the folder holds: none hangs, shows a stack
 * trace, changes a file that it only read or that is not of its making, or leaves something behind.
 * {@code -Dfuzz.runs=5000} is the large run, {@code -Dseed=} another one.
 */
@EnabledOnOs(OS.LINUX)
class CommandFuzzTest {
  private static final int RUNS = Integer.getInteger("fuzz.runs", 40);

  /** One in so many runs has a process of its own. */
  private static final int PROCESS = 30;

  private static final long LONGEST_SECONDS = 20;
  private static final int SIGNAL_MILLIS = 3000;
  private static final int MOST_SHOWN = 40;

  /** Without the rights of root, so that modes count. */
  private static final List<String> WITHOUT_RIGHTS =
      List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all");

  /** Never replaced, whatever is asked for. */
  private static final Set<String> FOREIGN =
      Set.of("film.npy", "film.ckpt", "notes.txt", "kept.csv", "fixed.ckpt", "secret.npy");

  @TempDir Path dir;
  private final List<String> faults = new ArrayList<>();

  /** What a run gave; the code is -1 for one that did not end. */
  private record Outcome(int code, String out, String err, boolean signalled) {}

  @Test
  void commandsAreSafeWhateverTheyAreGiven() throws Exception {
    long seed = Long.getLong("seed", 20261128L);
    System.out.println("seed=" + seed + ", fuzz.runs=" + RUNS);
    Random random = new Random(seed);
    FuzzWords words = new FuzzWords(random);
    assertEquals(
        List.of(),
        words.options().stream().filter(words::isUnknown).toList(),
        "FuzzWords has no values for them");
    FuzzFolder folder = new FuzzFolder(dir.resolve("folder"));
    List<String> before = mayDropRights() ? WITHOUT_RIGHTS : List.of();
    ExecutorService thread = Executors.newCachedThreadPool();
    int[] codes = new int[256];
    for (int run = 0; run < RUNS && faults.size() < MOST_SHOWN; run++) {
      String state = folder.change(random);
      var held = folder.snapshot();
      boolean apart = run % PROCESS == PROCESS - 1;
      List<String> call = FuzzWords.in(folder.path().toString(), words.draw(apart));
      int wait = random.nextInt(SIGNAL_MILLIS);
      boolean drop = random.nextBoolean();
      String name = run + (apart ? " (process)" : "") + state + ": " + String.join(" ", call);
      Outcome outcome =
          apart ? process(drop ? before : List.of(), call, wait) : inside(thread, call);
      judge(name, call, outcome, folder, held, folder.snapshot());
      if (outcome.code < 0) {
        break;
      }
      codes[outcome.code]++;
      folder.restore();
    }
    thread.shutdownNow();
    assertEquals(List.of(), faults, () -> String.join("\n", faults) + "\nseed=" + seed);
    System.out.println(
        "commands drawn: "
            + RUNS
            + ", exit codes 0, 1, 2: "
            + codes[0]
            + ", "
            + codes[1]
            + ", "
            + codes[2]
            + ", after signals: "
            + (codes[130] + codes[143] + codes[129]));
    assertTrue(codes[0] > 0 && codes[2] > 0, "neither all good nor all bad");
    if (RUNS >= words.options().size()) {
      var never = words.options().stream().filter(o -> !words.drawn().containsKey(o)).toList();
      assertEquals(List.of(), never, "never drawn");
    }
  }

  private static boolean mayDropRights() throws InterruptedException {
    try {
      List<String> words = new ArrayList<>(WITHOUT_RIGHTS);
      words.add("true");
      return new ProcessBuilder(words).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Outcome inside(ExecutorService thread, List<String> call)
      throws InterruptedException, ExecutionException {
    Thread[] runs = new Thread[1];
    Future<Cli> future =
        thread.submit(
            () -> {
              runs[0] = Thread.currentThread();
              return Cli.run(call.toArray());
            });
    try {
      Cli cli = future.get(LONGEST_SECONDS, TimeUnit.SECONDS);
      return new Outcome(cli.code(), cli.out(), cli.err(), false);
    } catch (TimeoutException e) {
      StringBuilder where = new StringBuilder("hangs at");
      Stream.of(runs[0].getStackTrace()).limit(12).forEach(s -> where.append(' ').append(s));
      return new Outcome(-1, "", where.toString(), false);
    }
  }

  private Outcome process(List<String> before, List<String> call, int wait) throws Exception {
    Path temporary = Files.createDirectories(dir.resolve("tmp"));
    List<String> words = Cli.process(before, call.toArray());
    words.add(words.indexOf("-cp"), "-Djava.io.tmpdir=" + temporary);
    Path out = dir.resolve("stdout");
    Path err = dir.resolve("stderr");
    Process process =
        new ProcessBuilder(words).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    boolean signalled = !process.waitFor(wait + 500L, TimeUnit.MILLISECONDS);
    if (signalled) {
      process.destroy();
    }
    boolean ended = process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    String said = Files.readString(err);
    try (Stream<Path> left = Files.list(temporary)) {
      List<Path> names = left.toList();
      if (!names.isEmpty()) {
        faults.add(call + " left in the temporary folder " + names);
      }
    }
    return new Outcome(
        ended ? process.waitFor() : -1,
        Files.readString(out, StandardCharsets.UTF_8),
        ended ? said : "does not end: " + said,
        signalled);
  }

  private void judge(
      String name,
      List<String> call,
      Outcome outcome,
      FuzzFolder folder,
      Map<String, FuzzFolder.Entry> before,
      Map<String, FuzzFolder.Entry> after) {
    List<String> problems = new ArrayList<>();
    String said = outcome.out + outcome.err;
    boolean known = Set.of(0, 1, 2).contains(outcome.code);
    if (!known && !(outcome.signalled && Set.of(130, 143).contains(outcome.code))) {
      problems.add("exit code " + outcome.code);
    }
    boolean verbose = call.contains("--verbose");
    if ((!verbose && said.contains("\tat "))
        || said.contains("convlstm4j: unexpected")
        || said.contains("Exception in thread")) {
      problems.add("a stack trace or what nobody expected");
    }
    if (said.contains("out of memory")) {
      problems.add("out of memory");
    }
    if (said.indexOf('\u001b') >= 0) {
      problems.add("commands to the terminal");
    }
    boolean described = call.get(0).equals("inspect") && !outcome.out.isEmpty();
    if (known
        && outcome.code != 0
        && !described
        && outcome.err.lines().noneMatch(l -> l.startsWith("convlstm4j: "))) {
      problems.add("no line that says why");
    }
    List<String> other = FuzzFolder.differences(before, after);
    boolean train = call.get(0).equals("train");
    Set<String> outputs = outputs(call, folder, train);
    List<String> lost = other.stream().filter(f -> !isFeatures(f, call, folder)).toList();
    if (outcome.code == 2 && !train && !call.get(0).equals("demo") && !lost.isEmpty()) {
      problems.add("failed, and changed " + lost);
    }
    for (String file : other) {
      boolean made =
          outputs.contains(file)
              || isFeatures(file, call, folder)
              || outputs.stream().anyMatch(o -> isResult(call.get(0), o, file, before));
      if (!made || FOREIGN.contains(file) || isOfData(file, before)) {
        problems.add("changed or left " + file);
      } else if (isWork(before.get(file)) && !mayReplace(call, folder, file)) {
        problems.add("replaced unasked " + file);
      }
    }
    if (!problems.isEmpty()) {
      faults.add(name + "\n  " + problems + "\n  " + said.strip().replace("\n", "\n  "));
    }
  }

  /** What the command may write: its outputs, unless they are inputs as well. */
  private static Set<String> outputs(List<String> call, FuzzFolder folder, boolean train) {
    Set<String> outputs = new TreeSet<>();
    FuzzWords.outputs(call).forEach(o -> add(outputs, folder.inside(o)));
    Set<String> inputs = new TreeSet<>();
    FuzzWords.inputs(call).forEach(o -> add(inputs, folder.inside(o)));
    if (train) {
      inputs.removeIf(i -> i.endsWith(".ckpt")); // --model may be gone on from
    }
    outputs.removeAll(inputs);
    return outputs;
  }

  /** Features that were computed are kept, whatever comes after them. */
  private static boolean isFeatures(String file, List<String> call, FuzzFolder folder) {
    int at = call.indexOf("--feature-cache");
    String given =
        at >= 0 && at + 1 < call.size()
            ? call.get(at + 1)
            : call.stream()
                .filter(w -> w.startsWith("--feature-cache="))
                .map(w -> w.substring(w.indexOf('=') + 1))
                .findFirst()
                .orElse(null);
    String inside = given == null ? null : folder.inside(given);
    return inside != null
        && (file.equals(inside) || file.matches("\\Q" + inside + "\\E/[0-9a-f]{64}[.]features"));
  }

  private static void add(Set<String> all, String name) {
    if (name != null) {
      all.add(name);
    }
  }

  /** A file in a folder that is an output. */
  private static boolean isResult(
      String command, String output, String file, Map<String, FuzzFolder.Entry> before) {
    boolean in = file.startsWith(output + "/");
    return switch (command) {
      case "predict" -> in && file.endsWith(".npy") && file.lastIndexOf('/') == output.length();
      case "train" ->
          in
              && !before.containsKey(file)
              && file.substring(output.length())
                  .matches("/(train|validation)(/events\\.out\\.tfevents\\.[0-9.]+)?");
      case "demo" -> in && !before.containsKey(file) && !file.matches(".*\\.(part|lock)");
      default -> false;
    };
  }

  private static boolean isOfData(String file, Map<String, FuzzFolder.Entry> before) {
    return file.startsWith("data/") && before.containsKey(file);
  }

  private static boolean isWork(FuzzFolder.Entry before) {
    return before != null && before.isModel();
  }

  private static boolean mayReplace(List<String> call, FuzzFolder folder, String file) {
    return call.contains("--overwrite")
        || call.contains("--resume")
        || FuzzWords.inputs(call).stream().anyMatch(i -> file.equals(folder.inside(i)));
  }
}
