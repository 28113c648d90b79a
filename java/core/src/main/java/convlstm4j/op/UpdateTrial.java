package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an update would do, without doing it. Inputs: those of the update, but for its guard; output
 * {@code bad [count]}: 0 for a weight that would be finite after the update, with all that is
 * remembered of it, infinity for another.
 *
 * @param update {@link SgdUpdate}, {@link AdamUpdate}, {@link RmspropUpdate}, {@link
 *     PointwiseUpdate} or {@link Assign}
 * @param count number of weights
 */
public record UpdateTrial(Op update, int count) implements Op {
  @Override
  public List<String> inputNames() {
    return update.inputNames().stream().filter(name -> !name.equals("guard")).toList();
  }

  @Override
  public List<String> outputNames() {
    return List.of("bad");
  }

  @Override
  public boolean differentiable(int input) {
    return false;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    update.outputShapes(withGuard(inputs, Shape.of(1)));
    return List.of(Shape.of(count));
  }

  /**
   * What the update itself takes.
   *
   * @param <T> the kind of thing
   * @param inputs one thing per input of the trial
   * @param guard what stands for the guard; null if the update is only tried out
   * @return one per input of the update
   */
  public <T> List<T> withGuard(List<? extends T> inputs, @Nullable T guard) {
    List<T> all = new ArrayList<>(inputs);
    all.add(update.input("guard"), guard);
    return all;
  }
}
