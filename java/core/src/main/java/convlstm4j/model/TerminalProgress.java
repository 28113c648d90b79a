package convlstm4j.model;

import java.io.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@code fit} shows by itself where somebody looks on: a line for each epoch, of short ones
 * one a second and the last.
 */
final class TerminalProgress implements Callback {
  private static final double SECONDS = 1;
  private static final double SECONDS_IN_EPOCH = 10;

  private final Consumer<String> out;
  private final ProgressLog log = new ProgressLog(this::line).every(SECONDS_IN_EPOCH);
  private long shown;
  private boolean any;
  private @Nullable String held;

  TerminalProgress(Consumer<String> out) {
    this.out = out;
  }

  /** The callbacks that were asked for, and this one where nobody asked for another or for none. */
  @SuppressWarnings("SystemConsoleNull") // null before Java 22
  static List<Callback> beside(Fit fit) {
    List<Callback> all = new ArrayList<>(fit.callbacks());
    if (!fit.isQuiet() && all.stream().noneMatch(ProgressLog.class::isInstance)) {
      Console console = System.console();
      if (console != null && isTerminal(console)) {
        all.add(new TerminalProgress(line -> console.printf("%s%n", line)));
      }
    }
    return all;
  }

  /** From Java 22 on there may be a console without a terminal, which it says. */
  private static boolean isTerminal(Console console) {
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true; // before
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("System.console() does not say whether it is one", e);
    }
  }

  private void line(String line) {
    long now = System.nanoTime();
    if (any && (now - shown) / 1e9 < SECONDS) {
      held = line;
      return;
    }
    any = true;
    shown = now;
    held = null;
    out.accept(line);
  }

  @Override
  public void onEpochBegin(Run run, long epoch) {
    log.onEpochBegin(run, epoch);
  }

  @Override
  public void onBatchEnd(
      Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
    log.onBatchEnd(run, epoch, batch, logs);
  }

  @Override
  public void onStretch(Run run, Stretch stretch) {
    log.onStretch(run, stretch);
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    log.onEpochEnd(run, epoch, logs);
  }

  @Override
  public void onTrainEnd(Run run) {
    if (held != null) {
      out.accept(held);
    }
  }
}
