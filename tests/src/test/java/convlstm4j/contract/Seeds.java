package convlstm4j.contract;

/** The seed of random tests: {@code -Dseed=}, or always the same; failure messages carry it. */
final class Seeds {
  /** The seed of this run. */
  static final long SEED = Long.getLong("seed", 20151206);

  private Seeds() {}

  /** Runs a test so that its failure names the seed. */
  static void replayable(Runnable test) {
    try {
      test.run();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(e.getMessage() + " (replay with -Dseed=" + SEED + ")", e);
    }
  }
}
