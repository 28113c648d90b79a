package convlstm4j.cli;

import java.io.PrintWriter;

/** What runs here, for {@code info} and {@code selftest}. */
final class Installation {
  private Installation() {}

  static void print(PrintWriter out) {
    Runtime runtime = Runtime.getRuntime();
    out.println("convlstm4j  " + Version.text());
    out.println("java        " + Runtime.version() + ", " + System.getProperty("java.vendor"));
    out.println(
        "machine     "
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
            + ", "
            + runtime.availableProcessors()
            + " cores, Java heap of at most "
            + runtime.maxMemory() / (1 << 20)
            + " MiB");
  }
}
