package convlstm4j.bench.worker.torch;

import convlstm4j.bench.worker.WorkerLoop;
import java.io.IOException;

/** The process that holds PyTorch. */
public final class TorchMain {
  private TorchMain() {}

  /**
   * Serves.
   *
   * @param args number of threads
   * @throws IOException if the coordinator cannot be talked to
   */
  public static void main(String[] args) throws IOException {
    WorkerLoop.serve(() -> new TorchSubject(Integer.parseInt(args[0])));
  }
}
