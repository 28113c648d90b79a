package convlstm4j.model;

import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Reports progress in plain lines, for logs and wherever there is no terminal. */
public final class ProgressLog implements Callback {
  private final Consumer<String> out;
  private double secondsBetween = 30;
  private long epochStart;
  private long lastLine;
  private int firstBatch;

  /**
   * Reports each epoch, and the state of a long one every 30 seconds.
   *
   * @param out gets the lines, for instance {@code System.out::println}
   */
  public ProgressLog(Consumer<String> out) {
    this.out = out;
  }

  /**
   * Sets how often a long epoch is reported.
   *
   * @param seconds at least 0; 0 for a line per batch
   * @return this callback
   */
  public ProgressLog every(double seconds) {
    if (!(seconds >= 0)) {
      throw new IllegalArgumentException("seconds=" + seconds + ", must be at least 0");
    }
    secondsBetween = seconds;
    return this;
  }

  @Override
  public void onEpochBegin(Run run, long epoch) {
    epochStart = System.nanoTime();
    lastLine = epochStart;
    firstBatch = run.model().progress().batch();
  }

  @Override
  public void onBatchEnd(
      Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
    long now = System.nanoTime();
    if ((now - lastLine) / 1e9 < secondsBetween) {
      return;
    }
    lastLine = now;
    int done = batch + 1 - firstBatch;
    double left = (now - epochStart) / 1e9 / done * (run.batches() - batch - 1);
    out.accept(
        head(run, epoch)
            + ", batch "
            + (batch + 1)
            + "/"
            + run.batches()
            + String.format(Locale.ROOT, ", %.0f s left in the epoch: ", left)
            + History.text(logs.get()));
  }

  @Override
  public void onStretch(Run run, Stretch stretch) {
    long now = System.nanoTime();
    if ((now - lastLine) / 1e9 < secondsBetween) {
      return;
    }
    lastLine = now;
    Progress p = run.model().progress();
    out.accept(head(run, p.epoch()) + ", batch " + (p.batch() + 1) + ": " + stretch);
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    out.accept(
        head(run, epoch)
            + String.format(Locale.ROOT, ", %.1f s: ", (System.nanoTime() - epochStart) / 1e9)
            + History.text(logs));
  }

  private static String head(Run run, long epoch) {
    return "epoch " + (epoch + 1) + "/" + run.epochs();
  }
}
