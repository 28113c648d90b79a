package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * Rows of a table by number. Inputs {@code table [V, D]}, {@code id} of any shape, whole numbers
 * from 0 to V - 1; output {@code y [id.., D]}, NaN where an id is no such number. Gradient: {@code
 * dtable[v, d]} is the sum of {@code dy[.., d]} where the id is v; an id has none.
 */
public record Lookup() implements Op {
  @Override
  public List<String> inputNames() {
    return List.of("table", "id");
  }

  @Override
  public boolean differentiable(int input) {
    return input == 0;
  }

  /**
   * The row that an id names.
   *
   * @param id any number
   * @param rows V
   * @return the row; -1 where there is none
   */
  public static int row(double id, long rows) {
    return id >= 0 && id < rows && id == Math.rint(id) ? (int) id : -1;
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return input == 1
        ? TimeUse.local(List.of(TimeUse.NONE, axis), List.of(axis))
        : Along.whole(this, "takes the table at once");
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape table = inputs.get(0);
    Checks.rank(this, "table", table, 2, "[V, D]");
    Checks.known(this, "table", table, "both axes");
    return List.of(inputs.get(1).append(table.dim(1)));
  }
}
