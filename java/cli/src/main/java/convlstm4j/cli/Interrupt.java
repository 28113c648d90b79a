package convlstm4j.cli;

import org.jline.utils.Signals;

/** Ctrl-C: the first asks the work to stop, a second ends the program at once. */
final class Interrupt implements AutoCloseable {
  private static final String SIGNAL = "INT";

  private final Object previous;
  private volatile boolean happened;

  /** Starts to listen; {@code stop} must return at once. */
  Interrupt(Runnable stop) {
    previous =
        Signals.register(
            SIGNAL,
            () -> {
              if (happened) {
                Runtime.getRuntime().halt(Errors.STOPPED);
              }
              happened = true;
              stop.run();
            });
  }

  /** Whether Ctrl-C was pressed. */
  boolean happened() {
    return happened;
  }

  @Override
  public void close() {
    if (previous != null) {
      Signals.unregister(SIGNAL, previous);
    }
  }
}
