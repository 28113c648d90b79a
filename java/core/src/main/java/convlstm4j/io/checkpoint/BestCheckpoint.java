package convlstm4j.io.checkpoint;

import convlstm4j.io.file.WriteLock;
import convlstm4j.model.Callback;
import convlstm4j.model.Model;
import convlstm4j.model.Monitor;
import convlstm4j.model.Run;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the best model so far in a file: Keras's {@code ModelCheckpoint} with {@code
 * save_best_only}. What was best is part of a snapshot, so that training that goes on does not
 * replace a better file. List it after callbacks that remember something themselves, so that it
 * saves what they remember of the same epoch. While it trains, nobody else may train into the file.
 */
public final class BestCheckpoint implements Callback {
  private final Path path;
  private final BiConsumer<Model, Path> form;
  private Monitor monitor;
  private double best;
  private boolean isLockedByCaller;
  private @Nullable WriteLock lock;

  /**
   * Which way is better follows from the name: up for accuracy, AUC, precision, recall and F1, down
   * for everything else.
   *
   * @param path the file, replaced when the model is better
   * @param monitor name of a log, for instance {@code val_loss}
   */
  public BestCheckpoint(Path path, String monitor) {
    this(path, monitor, Checkpoint::save);
  }

  /**
   * Saves in another form than {@link Checkpoint}'s.
   *
   * @param path the file, replaced when the model is better
   * @param monitor name of a log, for instance {@code val_loss}
   * @param form writes a model into a file
   */
  public BestCheckpoint(Path path, String monitor, BiConsumer<Model, Path> form) {
    this.path = path;
    this.form = form;
    this.monitor = Monitor.of(monitor, 0);
    this.best = this.monitor.worst();
  }

  /**
   * Sets which way is better.
   *
   * @param newMode {@code min}, {@code max} or {@code auto}
   * @return this callback
   * @throws IllegalArgumentException if it is none of these
   */
  public BestCheckpoint mode(String newMode) {
    monitor = monitor.withMode(newMode);
    best = monitor.worst();
    return this;
  }

  /**
   * Leaves it to the caller to keep others from the file, with a {@link WriteLock} of its own.
   *
   * @return this callback
   */
  public BestCheckpoint lockedByCaller() {
    isLockedByCaller = true;
    return this;
  }

  @Override
  public void onTrainBegin(Run run) {
    run.checkMonitor(monitor.name(), "BestCheckpoint");
    lock = isLockedByCaller ? null : WriteLock.claim(path, "BestCheckpoint");
  }

  @Override
  public void onTrainEnd(Run run) {
    if (lock != null) {
      lock.release();
      lock = null;
    }
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    double value = Objects.requireNonNull(logs.get(monitor.name()), monitor.name());
    if (!monitor.isBetter(value, best)) {
      return;
    }
    double before = best;
    // Before it is saved, since it is saved, too.
    best = value;
    try {
      form.accept(run.model(), path);
    } catch (RuntimeException e) {
      best = before;
      throw e;
    }
  }

  /**
   * The monitored value of the model in the file.
   *
   * @return infinite before the first
   */
  public double best() {
    return best;
  }

  @Override
  public String key() {
    return "best_checkpoint/" + monitor.name();
  }

  @Override
  public Map<String, Tensor> state() {
    return Map.of("best", Monitor.number(best));
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    best = Monitor.number(state, "best", monitor.worst());
  }
}
