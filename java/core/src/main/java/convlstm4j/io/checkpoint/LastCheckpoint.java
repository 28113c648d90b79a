package convlstm4j.io.checkpoint;

import convlstm4j.io.file.WriteLock;
import convlstm4j.model.Callback;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import convlstm4j.model.Run;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the state of training in a file, to go on from after an interruption: saves after each
 * epoch, every so many steps if asked to, when a stop is asked for in the middle of an epoch, and
 * when another callback gives the model its best weights in the end. Not after a failure: what led
 * to it is not worth keeping.
 *
 * <p>While it trains, nobody else may train into the same file: neither another process nor another
 * callback of this one. A training that tries is refused when it begins.
 */
public final class LastCheckpoint implements Callback {
  private final Path path;
  private final BiConsumer<Model, Path> form;
  private int everySteps;
  private boolean isLockedByCaller;
  private @Nullable WriteLock lock;
  private @Nullable Progress saved;
  private int replacements;

  /**
   * Saves after each epoch.
   *
   * @param path the file, replaced each time
   */
  public LastCheckpoint(Path path) {
    this(path, Checkpoint::save);
  }

  /**
   * Saves after each epoch, in another form than {@link Checkpoint}'s.
   *
   * @param path the file, replaced each time
   * @param form writes a model into a file
   */
  public LastCheckpoint(Path path, BiConsumer<Model, Path> form) {
    this.path = path;
    this.form = form;
  }

  /**
   * Saves after every so many steps, too.
   *
   * @param steps at least 1
   * @return this callback
   * @throws IllegalArgumentException if the number is below 1
   */
  public LastCheckpoint everySteps(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("everySteps=" + steps + ", must be at least 1");
    }
    everySteps = steps;
    return this;
  }

  /**
   * Leaves it to the caller to keep others from the file, with a {@link WriteLock} of its own.
   *
   * @return this callback
   */
  public LastCheckpoint lockedByCaller() {
    isLockedByCaller = true;
    return this;
  }

  @Override
  public void onTrainBegin(Run run) {
    lock = isLockedByCaller ? null : WriteLock.claim(path, "LastCheckpoint");
    saved = null;
  }

  @Override
  public void onBatchEnd(
      Run run, long epoch, int batch, Supplier<? extends Map<String, Double>> logs) {
    if (everySteps > 0 && run.model().progress().step() % everySteps == 0) {
      save(run);
    }
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    save(run);
  }

  @Override
  public void onTrainEnd(Run run) {
    try {
      boolean trained = !run.model().progress().equals(saved);
      if (trained ? run.model().isStopRequested() : run.model().replacements() != replacements) {
        save(run);
      }
    } finally {
      release();
    }
  }

  private void release() {
    if (lock != null) {
      lock.release();
      lock = null;
    }
  }

  private void save(Run run) {
    form.accept(run.model(), path);
    saved = run.model().progress();
    replacements = run.model().replacements();
  }
}
