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
import java.util.function.IntPredicate;

/**
 * The contract's cases on a backend that a user has: forward, backward and inference of every op
 * against the float64 reference, and the same bits again from a recording.
 */
public final class SelfTest {
  /** Of the random cases; always the same, so that results of two machines can be compared. */
  public static final long SEED = 20151206;

  /** Every so many cases of a kind come first. */
  private static final int FIRST = 8;

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
   * Tries all cases: some of every kind first, so that none is left out where the machine is slow,
   * then the rest, kind by kind.
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
    List<Tally> tallies = kinds.stream().map(kind -> new Tally(kind, backend, precision)).toList();
    tallies.forEach(t -> t.run(i -> i % FIRST == 0, timeIsUp));
    List<Line> lines = new ArrayList<>();
    for (Tally t : tallies) {
      t.run(i -> i % FIRST != 0, timeIsUp);
      lines.add(t.line());
      done.accept(t.line());
    }
    return lines;
  }

  /** What has come of a kind of op so far. */
  private static final class Tally {
    private final Class<? extends Op> kind;
    private final Backend backend;
    private final ProductPrecision precision;
    private final List<String> failures = new ArrayList<>();
    private Closeness worst = new Closeness(0, 0);
    private int tried;
    private int left;

    Tally(Class<? extends Op> kind, Backend backend, ProductPrecision precision) {
      this.kind = kind;
      this.backend = backend;
      this.precision = precision;
    }

    /** Cases are made anew for each part of them: those of all kinds at once are large. */
    void run(IntPredicate part, BooleanSupplier timeIsUp) {
      List<OpCase> all = OpCases.of(kind, new Philox(SEED, 0));
      for (int i = 0; i < all.size(); i++) {
        if (part.test(i)) {
          if (timeIsUp.getAsBoolean()) {
            left++;
          } else {
            tried++;
            check(all.get(i));
          }
        }
      }
    }

    private void check(OpCase c) {
      try {
        worst = worst.worse(ContractChecks.all(backend, c, new Philox(SEED, 1), precision));
      } catch (AssertionError | BackendException e) {
        failures.add(c + ": " + e.getMessage());
      }
    }

    Line line() {
      return new Line(
          kind.getSimpleName(), tried, left, worst.error(), worst.allowed(), List.copyOf(failures));
    }
  }
}
