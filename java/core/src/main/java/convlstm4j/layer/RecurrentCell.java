package convlstm4j.layer;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * A cell of one's own for {@link RNN}: a {@link convlstm4j.graph.Layer} that is called with the
 * input of one step as its data and the states as its initial state, and yields the step's output,
 * then the new states.
 *
 * <pre>{@code
 * final class Sum extends Layer implements RecurrentCell {
 *   public List<Shape> stateShapes(Shape step) {
 *     return List.of(step.from(1));
 *   }
 *
 *   public List<Value> lower(Lowering g, Arguments<Value> a) {
 *     Value sum = g.op(new Merge(Merge.Mode.SUM, 2), a.first(), a.initialState().get(0));
 *     return List.of(sum, sum);
 *   }
 *
 *   public Map<String, Object> config() {
 *     return Map.of();
 *   }
 * }
 * }</pre>
 */
public interface RecurrentCell {
  /**
   * Sizes of the states.
   *
   * @param step shape of the input of one step, {@code [N, ..]}
   * @return one shape for each state, without the batch
   */
  List<Shape> stateShapes(Shape step);
}
