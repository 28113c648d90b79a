package convlstm4j.bench.run;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A contender's process and the talk with it: one request at a time, one line each way, see {@link
 * convlstm4j.bench.worker.WorkerLoop}. A process that is late or talks nonsense is killed.
 */
final class Worker implements AutoCloseable {
  private static final String END = "";
  private static final Duration GOODBYE = Duration.ofSeconds(10);

  private final String name;
  private final Path log;
  private final Process process;
  private final Writer requests;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  private Worker(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
    this.requests = process.outputWriter(StandardCharsets.UTF_8);
    Thread reader = new Thread(this::read, "answers of " + name);
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a contender's process.
   *
   * @param c which contender
   * @param log gets what it prints
   * @return the process
   * @throws WorkerException if it cannot be started
   */
  static Worker start(Contender c, Path log) throws WorkerException {
    ProcessBuilder b = new ProcessBuilder(c.command());
    b.environment().putAll(c.environment());
    b.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      return new Worker(c.name(), log, b.start());
    } catch (IOException e) {
      throw new WorkerException("cannot be started: " + e.getMessage(), e);
    }
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answers.add(line);
      }
    } catch (IOException e) {
      // The process was killed; the end of its answers says so.
    }
    answers.add(END);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Asks for something without arguments.
   *
   * @param what the request's {@code do}
   * @param patience how long the answer may take
   * @return the answer
   * @throws WorkerException if it is an error, late, or no answer
   */
  Map<String, Object> ask(String what, Duration patience) throws WorkerException {
    return ask(what, Map.of(), patience);
  }

  /**
   * Has a task made ready.
   *
   * @param task which task
   * @param pass which pass of it
   * @param folder where its data lie
   * @param variant which way of computing, or empty: the fastest
   * @param patience how long the answer may take
   * @return the answer
   * @throws WorkerException if it is an error, late, or no answer
   */
  Map<String, Object> prepare(Task task, Pass pass, Path folder, String variant, Duration patience)
      throws WorkerException {
    Map<String, Object> arguments =
        Map.of(
            "task", task.toJson(),
            "data", folder.toString(),
            "pass", pass.key(),
            "variant", variant);
    return ask("prepare", arguments, patience);
  }

  /**
   * Asks for something.
   *
   * @param what the request's {@code do}
   * @param arguments the rest of the request
   * @param patience how long the answer may take
   * @return the answer
   * @throws WorkerException if it is an error, late, or no answer
   */
  Map<String, Object> ask(String what, Map<String, ?> arguments, Duration patience)
      throws WorkerException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("do", what);
    request.putAll(arguments);
    String line;
    try {
      requests.write(JSON.std.asString(request) + "\n");
      requests.flush();
      line = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      throw dead(what, "the process is gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw dead(what, "interrupted", e);
    }
    if (line == null) {
      kill();
      throw new LateException(
          what
              + ": no answer within "
              + patience.toSeconds()
              + " s (its log: "
              + log.getFileName()
              + ")");
    }
    if (line.equals(END)) {
      throw dead(what, "the process ended", null);
    }
    Map<String, Object> answer;
    try {
      answer = JSON.std.mapFrom(line);
    } catch (IOException e) {
      throw dead(what, "the answer is no JSON object: " + line, e);
    }
    if (answer.containsKey("error")) {
      throw new WorkerException(String.valueOf(answer.get("error")));
    }
    return answer;
  }

  private WorkerException dead(String what, String why, Throwable cause) {
    kill();
    return new WorkerException(what + ": " + why + " (its log: " + log.getFileName() + ")", cause);
  }

  /**
   * Nanoseconds of some runs.
   *
   * @param ns by the clock that counts
   * @param wallNs by the host's clock
   */
  record Times(List<Long> ns, List<Long> wallNs) {}

  /** Asks for the times of some runs. */
  Times time(int repeats, Duration patience) throws WorkerException {
    Map<String, Object> answer = ask("time", Map.of("repeats", repeats), patience);
    List<Long> ns = numbers(answer.get("ns"), repeats);
    boolean oneClock = !answer.containsKey("wall_ns");
    return new Times(ns, oneClock ? ns : numbers(answer.get("wall_ns"), repeats));
  }

  private List<Long> numbers(Object ns, int repeats) throws WorkerException {
    if (!(ns instanceof List<?> list) || list.size() != repeats) {
      throw dead("time", "expected ns of " + repeats + " runs, got " + ns, null);
    }
    List<Long> times = new ArrayList<>();
    for (Object n : list) {
      times.add(((Number) n).longValue());
    }
    return times;
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    await();
  }

  private boolean await() {
    try {
      return process.waitFor(GOODBYE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      try {
        requests.write("{\"do\":\"quit\"}\n");
        requests.close();
      } catch (IOException e) {
        kill(); // it does not listen
      }
      if (!await()) {
        kill();
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
