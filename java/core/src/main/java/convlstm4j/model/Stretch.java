package convlstm4j.model;

/**
 * How far a training step that runs some frames at a time has come.
 *
 * @param phase which of the phases is at work, from 0; forward they count up, backward down
 * @param phases how many there are
 * @param backward whether gradients are computed
 * @param from first frame at work
 * @param to last frame at work + 1
 * @param steps frames in all
 */
public record Stretch(int phase, int phases, boolean backward, long from, long to, long steps) {
  /** For people. */
  @Override
  public String toString() {
    return (backward ? "backward" : "forward")
        + ", phase "
        + (phase + 1)
        + "/"
        + phases
        + ", frames "
        + (from + 1)
        + "-"
        + to
        + "/"
        + steps;
  }
}
