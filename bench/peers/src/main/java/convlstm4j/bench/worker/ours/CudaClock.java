package convlstm4j.bench.worker.ours;

import convlstm4j.backend.Backend;
import convlstm4j.backend.cuda.CudaTimer;
import convlstm4j.bench.worker.Stopwatch;

/** CUDA events on the backend's stream, before and after the work; the cache is emptied first. */
final class CudaClock implements Stopwatch {
  private final CudaTimer timer;

  CudaClock(Backend cuda) {
    timer = CudaTimer.of(cuda);
  }

  @Override
  public String clock() {
    return "cuda events";
  }

  @Override
  public Reading time(Runnable work) {
    timer.emptyCache();
    long start = System.nanoTime();
    long ns = timer.nanoseconds(work);
    return new Reading(ns, System.nanoTime() - start);
  }
}
