package convlstm4j.backend;

import convlstm4j.tensor.Philox;
import java.util.List;
import java.util.function.Consumer;

/**
 * Work that is done again and again on the same buffers, such as a training step. A backend may do
 * it from a recording of an earlier run, without running its Java code again.
 */
public interface Recording extends AutoCloseable {
  /**
   * Records nothing: the work is done anew each time.
   *
   * @param work what is to be done, with one generator per op that draws
   * @return the work
   */
  static Recording none(Consumer<List<Philox>> work) {
    return new Recording() {
      private boolean closed;

      @Override
      public void run(List<Philox> randoms) {
        checkOpen(closed);
        work.accept(randoms);
      }

      @Override
      public void close() {
        closed = true;
      }
    };
  }

  /**
   * Fails once a recording is closed.
   *
   * @param closed whether it is
   * @throws IllegalStateException if it is
   */
  static void checkOpen(boolean closed) {
    if (closed) {
      throw new IllegalStateException("the recording is closed; make another of the same work");
    }
  }

  /**
   * Does the work; it may still be under way on the backend's device on return.
   *
   * @param randoms what the work draws its random numbers from; as many in every run, each in the
   *     place of its predecessor
   * @throws BackendException if the backend fails or has no memory left; the next run starts anew
   */
  void run(List<Philox> randoms);

  /** Gives back what the recording holds; it cannot run after that. */
  @Override
  void close();
}
