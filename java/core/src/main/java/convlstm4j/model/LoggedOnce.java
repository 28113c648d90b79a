package convlstm4j.model;

import convlstm4j.io.file.Printable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of the first prediction that is not finite. */
final class LoggedOnce implements Consumer<NonFiniteException> {
  private static final Logger LOG = LoggerFactory.getLogger(LoggedOnce.class);

  private final AtomicBoolean said = new AtomicBoolean();

  @Override
  public void accept(NonFiniteException e) {
    if (said.compareAndSet(false, true)) {
      LOG.warn("{}", Printable.line(String.valueOf(e.getMessage())));
    }
  }
}
