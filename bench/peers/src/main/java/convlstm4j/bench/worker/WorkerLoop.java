package convlstm4j.bench.worker;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers requests, one JSON object a line, each with one line; between them it waits, using no
 * processor. {@code do} says what:
 *
 * <ul>
 *   <li>{@code describe}: what the library is, and the {@code clock} of its times
 *   <li>{@code prepare} with {@code task data pass variant}: answers the {@code variant} taken
 *   <li>{@code check} with {@code out}: runs once and writes the results there; answers their names
 *       in {@code arrays}
 *   <li>{@code time} with {@code repeats}: answers {@code ns}, nanoseconds of each run, and {@code
 *       wall_ns}, the same by the host's clock
 *   <li>{@code shares}: answers which part of the time went where, if the library knows
 *   <li>{@code release}: gives the task back
 *   <li>{@code peak}: answers {@code gflops}
 *   <li>{@code quit}: ends, as the end of the input does
 * </ul>
 *
 * <p>What cannot be done is answered with {@code error} and the reason; the next request may be
 * good.
 */
public final class WorkerLoop {
  private final Subject subject;
  private Work work;

  private WorkerLoop(Subject subject) {
    this.subject = subject;
  }

  /** Makes a library ready. */
  public interface Start {
    /**
     * Loads the library.
     *
     * @return the library
     */
    Subject start();
  }

  /**
   * Serves the process's standard input until it ends. What libraries print goes to standard error.
   *
   * @param start loads the library; its failure is the answer to the first request
   * @throws IOException if the coordinator cannot be talked to
   */
  public static void serve(Start start) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err);
    serve(start, System.in, answers);
  }

  static void serve(Start start, InputStream requests, PrintStream answers) throws IOException {
    WorkerLoop loop = null;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(requests, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Map<String, Object> answer;
        try {
          Map<String, Object> request = JSON.std.mapFrom(line);
          if (request.get("do").equals("quit")) {
            break;
          }
          if (loop == null) {
            loop = new WorkerLoop(start.start());
          }
          answer = loop.answer(request);
        } catch (Exception | LinkageError | OutOfMemoryError e) {
          if (!(e instanceof UnsupportedOperationException)) {
            e.printStackTrace();
          }
          answer = Map.of("error", reason(e));
        }
        answers.println(JSON.std.asString(answer));
        answers.flush();
      }
    }
  }

  private static String reason(Throwable e) {
    String message = e.getMessage() == null ? "" : e.getMessage().strip();
    return e instanceof UnsupportedOperationException && !message.isEmpty()
        ? message
        : e.getClass().getSimpleName() + ": " + message;
  }

  private Map<String, Object> answer(Map<String, Object> request) {
    String what = (String) request.get("do");
    Map<String, Object> answer = new LinkedHashMap<>();
    switch (what) {
      case "describe" -> {
        answer.putAll(subject.describe());
        answer.put("clock", subject.stopwatch().clock());
      }
      case "prepare" -> {
        release();
        work =
            subject.prepare(
                Task.fromJson((Map<?, ?>) request.get("task")),
                new Data(Path.of((String) request.get("data"))),
                Pass.of((String) request.get("pass")),
                (String) request.get("variant"));
        System.gc(); // what reading the data left behind is no library's memory
        answer.put("variant", work.variant());
      }
      case "check" -> {
        ready().run();
        Data out = new Data(Path.of((String) request.get("out")));
        Map<String, Tensor> results = work.results();
        results.forEach(out::write);
        answer.put("arrays", List.copyOf(results.keySet()));
      }
      case "time" -> time(((Number) request.get("repeats")).intValue(), answer);
      case "shares" -> answer.put("shares", ready().shares());
      case "release" -> release();
      case "peak" -> answer.put("gflops", subject.peakGflops());
      default -> throw new IllegalArgumentException("unknown request \"" + what + "\"");
    }
    return answer;
  }

  private void time(int repeats, Map<String, Object> answer) {
    Work w = ready();
    List<Long> ns = new ArrayList<>();
    List<Long> wallNs = new ArrayList<>();
    for (int i = 0; i < repeats; i++) {
      Stopwatch.Reading r = subject.stopwatch().time(w::run);
      ns.add(r.ns());
      wallNs.add(r.wallNs());
    }
    answer.put("ns", ns);
    answer.put("wall_ns", wallNs);
  }

  private Work ready() {
    if (work == null) {
      throw new IllegalStateException("no task is prepared");
    }
    return work;
  }

  private void release() {
    if (work != null) {
      work.close();
      work = null;
    }
  }
}
