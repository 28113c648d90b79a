package convlstm4j.planted;

/** Which planted fault is active in Java code; kernels ask the simulated driver. */
public final class Planted {
  private static int active;

  private Planted() {}

  /** Makes a fault active; 0: none. */
  public static void activate(int number) {
    active = number;
  }

  /**
   * Asked where a fault is planted.
   *
   * @param number of the fault
   * @return whether it is active
   */
  public static boolean is(int number) {
    return active == number;
  }
}
