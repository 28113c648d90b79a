package convlstm4j.bench.worker.bigdl;

import convlstm4j.bench.worker.WorkerLoop;
import java.io.IOException;

/** The process that holds BigDL. */
public final class BigdlMain {
  private BigdlMain() {}

  /**
   * Serves.
   *
   * @param args number of threads
   * @throws IOException if the coordinator cannot be talked to
   */
  public static void main(String[] args) throws IOException {
    WorkerLoop.serve(() -> new BigdlSubject(Integer.parseInt(args[0])));
  }
}
