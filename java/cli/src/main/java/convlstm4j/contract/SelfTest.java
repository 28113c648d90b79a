package convlstm4j.contract;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.contract.Compare.Closeness;
import convlstm4j.op.Op;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.Philox;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The contract's cases on a backend that a user has: forward, backward and inference of every op
 * against the float64 reference, and the same bits again from a recording.
 */
public final class SelfTest {
  /** Of the random cases; always the same, so that results of two machines can be compared. */
  public static final long SEED = 20151206;

  private SelfTest() {}

  /**
   * What came of one kind of op.
   *
   * @param op name of the op
   * @param cases how many were tried
   * @param left how many were not, for want of time
   * @param error largest relative error of those that passed, nearest to what is allowed
   * @param allowed what that error may be
   * @param failures what was wrong, one line for each case that failed
   */
  public record Line(
      String op, int cases, int left, double error, double allowed, List<String> failures) {}

  /**
   * Tries all cases.
   *
   * @param backend what is tried
   * @param precision how exactly it multiplies
   * @param timeIsUp asked before each case; no more are begun once it is so
   * @param done is told of each kind of op in turn
   * @return one line per kind of op
   */
  public static List<Line> run(
      Backend backend, ProductPrecision precision, BooleanSupplier timeIsUp, Consumer<Line> done) {
    return run(OpCases.kinds(), backend, precision, timeIsUp, done);
  }

  static List<Line> run(
      Collection<Class<? extends Op>> kinds,
      Backend backend,
      ProductPrecision precision,
      BooleanSupplier timeIsUp,
      Consumer<Line> done) {
    List<Line> lines = new ArrayList<>();
    for (Class<? extends Op> kind : kinds) {
      List<String> failures = new ArrayList<>();
      Closeness worst = new Closeness(0, 0);
      List<OpCase> all = OpCases.of(kind, new Philox(SEED, 0));
      int tried = 0;
      for (OpCase c : all) {
        if (timeIsUp.getAsBoolean()) {
          break;
        }
        tried++;
        try {
          Philox random = new Philox(SEED, 1);
          worst = worst.worse(ContractChecks.all(backend, c, random, precision));
        } catch (AssertionError | BackendException e) {
          failures.add(c + ": " + e.getMessage());
        }
      }
      Line line =
          new Line(
              kind.getSimpleName(),
              tried,
              all.size() - tried,
              worst.error(),
              worst.allowed(),
              List.copyOf(failures));
      lines.add(line);
      done.accept(line);
    }
    return lines;
  }
}
