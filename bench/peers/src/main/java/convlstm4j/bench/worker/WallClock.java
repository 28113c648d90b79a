package convlstm4j.bench.worker;

/** The host's clock, for work that has been done when its call returns. */
public final class WallClock implements Stopwatch {
  /** Its name in tables. */
  public static final String NAME = "wall";

  @Override
  public String clock() {
    return NAME;
  }

  @Override
  public Reading time(Runnable work) {
    long start = System.nanoTime();
    work.run();
    long ns = System.nanoTime() - start;
    return new Reading(ns, ns);
  }
}
