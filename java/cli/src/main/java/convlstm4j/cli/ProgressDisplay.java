package convlstm4j.cli;

import convlstm4j.model.Callback;
import convlstm4j.model.ProgressLog;
import convlstm4j.model.Run;
import convlstm4j.model.Stretch;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows on a terminal how training goes: a bar for each epoch, then its losses and metrics. */
final class ProgressDisplay implements Callback {
  /** How often the numbers beside the bar are computed anew, milliseconds. */
  private static final long REFRESH = 500;

  private final PrintWriter err;
  private final String title;
  private @Nullable ProgressBar bar;
  private long started;
  private long shown;

  ProgressDisplay(PrintWriter err, String title) {
    this.err = err;
    this.title = title;
  }

  /**
   * Whether somebody looks on. The launcher sets {@code jdk.console=java.base}, with which Java 22
   * and newer tell a terminal as 17 does.
   */
  @SuppressWarnings("SystemConsoleNull")
  static boolean onTerminal() {
    return System.console() != null;
  }

  /**
   * The display, or plain lines where there is no terminal, or one that no bar can be drawn on;
   * {@code title} starts each line.
   */
  static Callback of(PrintWriter err, String title) {
    return onTerminal() && !Main.DUMB.equals(System.getenv("TERM"))
        ? new ProgressDisplay(err, title)
        : new ProgressLog(line -> err.println(title + line));
  }

  @Override
  public void onEpochBegin(Run run, long epoch) {
    started = System.nanoTime();
    ProgressBar now =
        new ProgressBarBuilder()
            .setTaskName(name(run, epoch))
            .setInitialMax(run.batches())
            .setStyle(ProgressBarStyle.ASCII)
            // With a width of ours it asks no jline terminal, which would take Ctrl-C away.
            .setConsumer(new ConsoleProgressBarConsumer(System.err, TerminalWidth.columns() - 1))
            .build();
    bar = now;
    now.stepTo(run.model().progress().batch());
  }

  @Override
  public void onBatchEnd(
      Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
    bar().stepTo(batch + 1L);
    long now = System.currentTimeMillis();
    if (now - shown > REFRESH) {
      shown = now;
      bar().setExtraMessage(String.format(Locale.ROOT, "loss %.4f", logs.get().get("loss")));
    }
  }

  @Override
  public void onStretch(Run run, Stretch stretch) {
    bar().setExtraMessage(stretch.toString());
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    closeBar();
    double seconds = (System.nanoTime() - started) / 1e9;
    StringBuilder line = new StringBuilder(name(run, epoch));
    line.append(String.format(Locale.ROOT, ": %.1f s", seconds));
    logs.forEach((key, v) -> line.append(String.format(Locale.ROOT, ", %s %.4f", key, v)));
    err.println(line);
  }

  @Override
  public void onTrainEnd(Run run) {
    closeBar();
  }

  private ProgressBar bar() {
    return Objects.requireNonNull(bar, "there is a bar in an epoch only");
  }

  private String name(Run run, long epoch) {
    return title + "epoch " + (epoch + 1) + "/" + run.epochs();
  }

  private void closeBar() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
