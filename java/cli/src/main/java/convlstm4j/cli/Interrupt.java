package convlstm4j.cli;

import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * What asks the program to end: Ctrl-C, a terminal that closes (SIGHUP), {@code kill} and {@code
 * docker stop} (SIGTERM). The first asks the work to stop and to save; while there is nothing to
 * save it ends the program. A second Ctrl-C ends it at once.
 *
 * <p>Only of jline's {@code Signals}, never of its terminals: those take every handler away.
 */
final class Interrupt implements AutoCloseable {
  /** Signals with the exit code that shells use for them. */
  private static final Map<String, Integer> SIGNALS = Map.of("INT", 130, "TERM", 143, "HUP", 129);

  /**
   * What comes within so many milliseconds of the first is the same Ctrl-C: some programs, such as
   * {@code timeout}, send a signal to the process and to its group.
   */
  private static final long SAME = 100;

  private final PrintWriter err;
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private @Nullable Runnable stop;
  private int code;
  private long first;

  /** Starts to listen. */
  Interrupt(PrintWriter err) {
    this.err = err;
    SIGNALS.forEach(
        (name, exit) -> {
          Object previous = Signals.register(name, () -> happen(name, exit));
          if (previous != null) {
            undo.push(() -> Signals.unregister(name, previous));
          }
        });
  }

  /**
   * Says what a signal does from now on.
   *
   * @param how makes the work stop and save; returns at once. Null while nothing would be lost
   */
  synchronized void stopWith(@Nullable Runnable how) {
    stop = how;
    if (how != null && code != 0) {
      how.run();
    }
  }

  private void happen(String signal, int exit) {
    if (asked(signal, exit)) {
      System.exit(exit);
    }
  }

  /** Notes a signal; returns whether the program is to end now. */
  private synchronized boolean asked(String signal, int exit) {
    if (code != 0) {
      // SIGTERM and SIGHUP come twice by themselves, from shells and batch systems.
      if (signal.equals("INT") && System.currentTimeMillis() - first >= SAME) {
        Runtime.getRuntime().halt(exit);
      }
      return false;
    }
    code = exit;
    first = System.currentTimeMillis();
    if (ProgressDisplay.onTerminal()) {
      err.println(); // behind the bar and ^C
    }
    if (stop == null) {
      err.println("stopped; there was nothing to save");
      return true;
    }
    err.println("stopping after the running step; Ctrl-C again ends at once");
    stop.run();
    return false;
  }

  /** Whether a signal came. */
  boolean happened() {
    return code() != 0;
  }

  /** The exit code: 0 where no signal came. */
  synchronized int code() {
    return code;
  }

  @Override
  public void close() {
    undo.forEach(Runnable::run);
    undo.clear();
  }
}
