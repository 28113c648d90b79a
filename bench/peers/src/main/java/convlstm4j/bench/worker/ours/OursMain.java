package convlstm4j.bench.worker.ours;

import convlstm4j.backend.Backends;
import convlstm4j.bench.worker.WorkerLoop;
import java.io.IOException;

/** The process that holds one of this project's backends. */
public final class OursMain {
  private OursMain() {}

  /**
   * Serves.
   *
   * @param args name of the backend, number of threads (for the answer only: the environment sets
   *     them)
   * @throws IOException if the coordinator cannot be talked to
   */
  public static void main(String[] args) throws IOException {
    WorkerLoop.serve(() -> new OursSubject(Backends.named(args[0]), Integer.parseInt(args[1])));
  }
}
