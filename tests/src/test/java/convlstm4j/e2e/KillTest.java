package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Dropout;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings are killed at random times and at each operation on a file, as any process and as the
 * first of a namespace, which every process of a container is: the last checkpoint loads, the log
 * agrees with it, and in the end the weights are to the bit those of the undisturbed training. The
 * models have dropout, batch normalisation, shuffled data and states. {@code -Dkill.kills=500} is
 * the large run.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 2, unit = TimeUnit.HOURS)
class KillTest {
  private static final int KILLS = Integer.getInteger("kill.kills", 8);
  private static final int LANES = 2;

  /** From so many kills on with each number of threads in all tasks, else one in each in turn. */
  private static final int MANY = 50;

  /** Long enough that a training outlives several kills, where there are as many. */
  private static final int EPOCHS = KILLS >= MANY ? 30 : 10;

  /** One in so many kills is that of a first process. */
  private static final int ALONE = 10;

  /** What each small run is killed at once at least, first of all in each of the tasks. */
  private static final List<String> OPERATIONS =
      List.of("rename", "force", "open", "write", "close", "unlink");

  private static final int SAMPLES = 12;

  @TempDir Path dir;
  private Optional<Path> library = Optional.empty();
  private boolean alone;
  private final AtomicInteger kills = new AtomicInteger();
  private final List<KillChain> survived = Collections.synchronizedList(new ArrayList<>());
  private final ConcurrentSkipListMap<String, AtomicInteger> met = new ConcurrentSkipListMap<>();

  @Test
  void killsLoseNothing() throws Exception {
    long seed = Long.getLong("seed", 20261128L);
    System.out.println("seed=" + seed + ", kill.kills=" + KILLS);
    library = Preloaded.build("kill_at", dir);
    if (library.isEmpty()) {
      System.out.println("no C compiler: no kills at operations on files");
    }
    alone = KillChain.canBeAlone();
    List<KillChain.Task> tasks = tasks();
    ExecutorService lanes = Executors.newFixedThreadPool(LANES);
    try {
      run(lanes, undisturbed(tasks));
      run(lanes, chains(tasks, new Random(seed)));
      run(lanes, finishing());
    } finally {
      lanes.shutdownNow();
    }
    System.out.println(
        "kills: "
            + kills
            + ", trainings finished and compared: "
            + survived.size()
            + "; as a first process, and at operations: "
            + met);
    assertTrue(kills.get() >= KILLS, kills + " kills");
    if (library.isPresent()) {
      Set<String> expected = new TreeSet<>(OPERATIONS);
      expected.removeAll(met.keySet());
      assertEquals(Set.of(), expected, "never killed at these operations");
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void run(ExecutorService lanes, List<Work> works) throws Exception {
    List<Future<?>> all = new ArrayList<>();
    for (Work work : works) {
      all.add(
          lanes.submit(
              () -> {
                work.run();
                return null;
              }));
    }
    for (Future<?> one : all) {
      one.get();
    }
  }

  private List<KillChain.Task> tasks() throws IOException {
    NpyWriter.write(dir.resolve("x.npy"), SmallModels.random(1, SAMPLES, 3, 4, 5, 1));
    NpyWriter.write(dir.resolve("y.npy"), SmallModels.random(2, SAMPLES, 2));
    for (boolean stateful : new boolean[] {false, true}) {
      try (Model model = model(stateful)) {
        Checkpoint.save(model, dir.resolve(name(stateful) + ".ckpt"));
      }
    }
    List<KillChain.Task> tasks = new ArrayList<>();
    for (boolean stateful : new boolean[] {false, true}) {
      for (String backend : List.of("reference", "onednn")) {
        for (int threads = 1; threads <= 2; threads++) {
          boolean turn = (threads == 1) == (stateful == backend.equals("onednn"));
          if (KILLS >= MANY || turn) {
            tasks.add(new KillChain.Task(dir, name(stateful), backend, threads, EPOCHS));
          }
        }
      }
    }
    return tasks;
  }

  private static String name(boolean stateful) {
    return stateful ? "stateful" : "shuffled";
  }

  private static Model model(boolean stateful) {
    var x = stateful ? Input.batchShape(4, 3, 4, 5, 1) : Input.named("frames", 3, 4, 5, 1);
    var y = new ConvLSTM2D(2, 3).dropout(0.2).recurrentDropout(0.1).stateful(stateful).apply(x);
    y = new Flatten().apply(new BatchNormalization().axis(3).apply(y));
    y = new Dense(2).apply(new Dropout(0.3).apply(y));
    return Model.of(x, y).backend("reference").seed(3);
  }

  private Path good(KillChain.Task task) {
    return dir.resolve("good-" + task.name() + "-" + task.backend() + "-" + task.threads());
  }

  /** One process for each number of threads does all of them. */
  private List<Work> undisturbed(List<KillChain.Task> tasks) throws IOException {
    List<Work> works = new ArrayList<>();
    for (int threads = 1; threads <= 2; threads++) {
      int n = threads;
      List<KillChain.Task> own = tasks.stream().filter(t -> t.threads() == n).toList();
      List<Object> calls = new ArrayList<>();
      for (KillChain.Task task : own) {
        Files.createDirectory(good(task));
        calls.add(call(task.words(good(task))));
      }
      works.add(() -> run(own.get(0), calls));
    }
    return works;
  }

  /** Runs several calls in a process. */
  private static void run(KillChain.Task any, List<Object> calls) throws Exception {
    ProcessBuilder builder = any.process(List.of(), calls);
    List<String> command = builder.command();
    command.set(command.size() - calls.size() - 1, Calls.class.getName());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  /** One process for each number of threads goes on with all that was killed, to the end. */
  private List<Work> finishing() {
    List<Work> works = new ArrayList<>();
    for (int threads = 1; threads <= 2; threads++) {
      int n = threads;
      List<KillChain> own = survived.stream().filter(c -> c.task().threads() == n).toList();
      List<Object> calls = new ArrayList<>();
      own.forEach(c -> calls.add(call(c.words())));
      works.add(
          () -> {
            run(own.get(0).task(), calls);
            for (KillChain chain : own) {
              chain.compare();
            }
          });
    }
    return works;
  }

  private static String call(List<Object> words) {
    return String.join("\n", words.stream().map(Object::toString).toList());
  }

  /** Runs several calls of the command line, each a word with line breaks. */
  static final class Calls {
    private Calls() {}

    public static void main(String[] calls) {
      int code = 0;
      for (String call : calls) {
        Cli cli = Cli.run((Object[]) call.split("\n"));
        System.out.println(cli.err());
        code = Math.max(code, cli.code());
      }
      System.exit(code);
    }
  }

  private List<Work> chains(List<KillChain.Task> tasks, Random random) {
    List<Work> works = new ArrayList<>();
    for (KillChain.Task task : tasks) {
      int each = KILLS * (works.size() + 1) / tasks.size() - KILLS * works.size() / tasks.size();
      Random own = new Random(random.nextLong());
      int number = works.size();
      works.add(() -> chain(task, own, each, number, tasks.size()));
    }
    return works;
  }

  private void chain(KillChain.Task task, Random random, int each, int number, int tasks)
      throws Exception {
    int done = 0;
    int first = number * 9;
    for (int chains = 0; done < each; chains++) {
      Path folder = dir.resolve(good(task).getFileName() + "-" + chains);
      KillChain chain = new KillChain(task, good(task), folder, random);
      boolean goesOn = true;
      while (goesOn && done < each) {
        int k = done + chains;
        boolean isFirst = alone && (first + k + 1) % ALONE == 0;
        if (library.isPresent() && number + k * tasks < OPERATIONS.size()) {
          isFirst = false;
          String at = chain.killAtFirst(OPERATIONS.get(number + k * tasks), library.get());
          goesOn = !at.isEmpty();
          count(goesOn ? at : "done");
        } else if (library.isPresent() && k % 2 == 0) {
          // One after the other, so that each is met.
          int operation = 1 + (first + k / 2 * 11) % KillChain.OPERATIONS;
          String at = chain.killAt(operation, isFirst, library.get());
          goesOn = !at.isEmpty();
          count(goesOn ? at : "done");
        } else {
          goesOn = chain.killAtSomeTime(isFirst);
        }
        done += goesOn ? 1 : 0;
        kills.addAndGet(goesOn ? 1 : 0);
        if (goesOn && isFirst) {
          count("first");
        }
      }
      survived.add(chain);
    }
  }

  private void count(String what) {
    met.computeIfAbsent(what, w -> new AtomicInteger()).incrementAndGet();
  }
}
