package convlstm4j.op;

import convlstm4j.formula.Code;
import convlstm4j.formula.Formula;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * A formula for each element. Inputs {@code x0, x1, ..}, all of one rank, are {@linkplain
 * Broadcasting broadcast}; output {@code y = formula(x0, x1, ..)}. The gradient of an input is that
 * of y times the formula's derivative, summed over the axes along which the input is broadcast.
 *
 * @param formula what is computed
 * @param count number of inputs, at least 1
 */
public record Pointwise(Formula formula, int count) implements Op {
  public Pointwise {
    // A backend's backward pass takes the gradient of y as one input more.
    Checks.that(
        count >= 1 && count < Code.MOST_INPUTS,
        "Pointwise: " + count + " inputs, expected 1 to " + (Code.MOST_INPUTS - 1));
    Checks.that(
        formula.inputs() <= count,
        "Pointwise: the formula has " + formula.inputs() + " inputs, expected at most " + count);
    code(formula);
    for (int i = 0; i < count; i++) {
      code(gradient(formula, i, count));
    }
  }

  /**
   * What forward runs.
   *
   * @return code with one result
   */
  public Code code() {
    return code(formula);
  }

  /**
   * What backward runs for an input.
   *
   * @param input which one
   * @return code with one result, of the inputs and, as one input more, the gradient of y
   */
  public Code gradient(int input) {
    return code(gradient(formula, input, count));
  }

  private static Formula gradient(Formula formula, int input, int count) {
    return Formula.input(count).times(formula.derivative(input));
  }

  private static Code code(Formula formula) {
    return Code.of(List.of(formula)).checked("Pointwise: the formula or a derivative");
  }

  @Override
  public List<String> inputNames() {
    return Names.numbered("x", count);
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return Along.broadcast(input, axis, inputs);
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    return List.of(Broadcasting.joined(this, inputs));
  }
}
