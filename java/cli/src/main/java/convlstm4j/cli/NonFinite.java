package convlstm4j.cli;

import convlstm4j.model.NonFiniteException;
import java.io.PrintWriter;
import java.util.function.Consumer;

/** Says once that a prediction is NaN or infinite; with {@code --strict} it is an error. */
final class NonFinite implements Consumer<NonFiniteException> {
  private final boolean strict;
  private final PrintWriter err;
  private boolean said;

  NonFinite(boolean strict, PrintWriter err) {
    this.strict = strict;
    this.err = err;
  }

  @Override
  public void accept(NonFiniteException e) {
    if (strict) {
      throw e;
    }
    if (!said) {
      said = true;
      err.println("convlstm4j: warning: " + e.getMessage() + " (--strict makes it an error)");
    }
  }
}
