package convlstm4j.model;

import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A model run on a video that goes on: each call takes the next frames and goes on where the one
 * before ended. What it remembers is its own, that of stateful layers too: several streams of one
 * model do not disturb each other, nor the model's other uses. Closed with the model, if not
 * before.
 *
 * <p>One thread at a time may use a model, and so its streams. Those of a {@link Predictor} may be
 * used by any thread; calls wait for one another.
 */
public final class Stream implements AutoCloseable {
  private final Turns turns;
  private final StreamState state;
  private final Runnable afterClose;

  /**
   * Opens one.
   *
   * @param afterClose is run each time that it is closed
   */
  Stream(Turns turns, Supplier<StreamState> opening, Runnable afterClose) {
    this.turns = turns;
    this.state = turns.use("stream", opening);
    this.afterClose = afterClose;
  }

  /**
   * Takes the next frames.
   *
   * @param inputs one per input: {@code [N, frames, ..]}, at least 1 frame; of an input that is no
   *     video, such as an initial state, all of it, which counts where the stream begins
   * @return one per output: of one score per frame those of these frames, of others what they are
   *     after all frames so far
   * @throws convlstm4j.op.ShapeException if a shape is wrong, or N is another than before
   * @throws NonFiniteException if an input is NaN or infinite; the stream is as before, as it is
   *     where the handler of {@link Model#onNonFinite} throws
   * @throws convlstm4j.backend.BackendException if so many frames do not fit into the memory that
   *     is free or that {@link Model#memory} allows; the stream is as before
   */
  public List<Tensor> next(Tensor... inputs) {
    return turns.use("next", () -> open().next(List.of(inputs)));
  }

  /**
   * Begins anew: nothing is remembered, and the next frames may be of another number of samples.
   */
  public void reset() {
    turns.use("reset", () -> open().reset());
  }

  /**
   * Begins some samples anew.
   *
   * @param samples places in the batch, from 0
   * @throws IllegalArgumentException if there is no such sample; or if the model is given its first
   *     states by an input, as only all samples can then begin anew
   */
  public void reset(int... samples) {
    turns.use("reset", () -> open().reset(samples));
  }

  /**
   * What is remembered.
   *
   * @return copies by name, to be brought back by {@link #states(Map)}; empty at the start
   */
  public Map<String, Tensor> states() {
    return turns.use("states", () -> open().states());
  }

  /**
   * Goes on from states that were saved.
   *
   * @param saved what {@link #states()} gave, of a stream of this model or one with the same
   *     layers; the next call of {@link #next} refuses others
   */
  public void states(Map<String, Tensor> saved) {
    turns.use("states", () -> open().states(saved));
  }

  private StreamState open() {
    if (state.isClosed()) {
      throw new IllegalStateException("the stream is closed; open another by stream()");
    }
    return state;
  }

  /** Gives back what is remembered; does nothing if the stream or its model is closed. */
  @Override
  public void close() {
    turns.useUnlessClosed("close", state::close);
    afterClose.run();
  }
}
