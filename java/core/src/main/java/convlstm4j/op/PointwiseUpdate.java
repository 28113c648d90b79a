package convlstm4j.op;

import convlstm4j.formula.Code;
import convlstm4j.formula.Formula;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * One step of an optimiser that is given by formulas, on {@code count} weights at once. Nothing
 * changes unless the guard is finite. Inputs: {@code rate [rates]}, {@code guard [1]}, then the
 * groups {@code w0.., g0..}, and for each slot k {@code s<k>_0..}; outputs {@code w0..} and the
 * slots likewise, which may share memory with the inputs of the same name. The formulas' inputs are
 * the rates, then w, g and the slots.
 *
 * @param formulas the new w, then that of each slot
 * @param rates how many rates there are, at least 1
 * @param count number of weights
 */
public record PointwiseUpdate(List<Formula> formulas, int rates, int count) implements Op {
  public PointwiseUpdate {
    formulas = List.copyOf(formulas);
    int inputs = rates + 1 + formulas.size();
    Checks.that(
        rates >= 1 && !formulas.isEmpty() && inputs <= Code.MOST_INPUTS,
        "PointwiseUpdate: "
            + rates
            + " rates and "
            + (formulas.size() - 1)
            + " slots, expected at least 1 rate and, with w and g, at most "
            + Code.MOST_INPUTS);
    for (Formula f : formulas) {
      Checks.that(
          f.inputs() <= inputs,
          "PointwiseUpdate: a formula has " + f.inputs() + " inputs, expected at most " + inputs);
    }
    Code.of(formulas).checked("PointwiseUpdate: the formulas");
  }

  /**
   * What runs for each element.
   *
   * @return code with the results w and the slots
   */
  public Code code() {
    return Code.of(formulas);
  }

  private List<String> groups(List<String> first) {
    List<String> groups = new ArrayList<>(first);
    for (int k = 0; k < formulas.size() - 1; k++) {
      groups.add("s" + k + "_");
    }
    return groups;
  }

  @Override
  public List<String> inputNames() {
    return Updates.names(Updates.SINGLE, groups(List.of("w", "g")), count);
  }

  @Override
  public List<String> outputNames() {
    return Updates.names(List.of(), groups(List.of("w")), count);
  }

  @Override
  public boolean differentiable(int input) {
    return false;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    return Updates.outputs(this, inputs, count, formulas.size());
  }
}
