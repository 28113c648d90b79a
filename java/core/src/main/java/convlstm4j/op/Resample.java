package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Weighted sums along an axis by a fixed table: with a the axes before, n the axis, b those behind,
 * {@code y[a, j, b] = sum over the entries (i, w) of row j of w x[a, i, b]}. Input {@code x};
 * output {@code y}, of as many places along the axis as the table has rows. Gradient: {@code dx[a,
 * i, b] = sum over the entries (i, w) of all rows j of w dy[a, j, b]}, the same with the transposed
 * table.
 *
 * @param axis along which
 * @param table what is summed
 */
public record Resample(int axis, Table table) implements Op {
  /**
   * A sparse matrix, row after row.
   *
   * @param columns places of the input along the axis; at least 1
   * @param ends for each row the number of entries up to and with it
   * @param places of each entry its column
   * @param weights of each entry its factor
   */
  public record Table(
      long columns, List<Integer> ends, List<Integer> places, List<Double> weights) {
    public Table {
      ends = List.copyOf(ends);
      places = List.copyOf(places);
      weights = List.copyOf(weights);
      Checks.that(columns >= 1 && !ends.isEmpty(), "Resample: a table without rows or columns");
      Checks.that(
          places.size() == weights.size() && ends.get(ends.size() - 1) == places.size(),
          "Resample: "
              + places.size()
              + " places, "
              + weights.size()
              + " weights, the last row ends at "
              + ends.get(ends.size() - 1)
              + "; expected as many");
      int before = 0;
      for (int end : ends) {
        Checks.that(end >= before, "Resample: ends " + ends + ", expected them ascending");
        before = end;
      }
      for (int place : places) {
        Checks.that(
            place >= 0 && place < columns,
            "Resample: place " + place + " of " + columns + " along the axis");
      }
    }

    /**
     * A table that takes places as they are.
     *
     * @param columns places of the input
     * @param places one for each row
     * @return the table
     */
    public static Table of(long columns, List<Integer> places) {
      List<Integer> ends = new ArrayList<>();
      List<Double> ones = new ArrayList<>();
      for (int j = 0; j < places.size(); j++) {
        ends.add(j + 1);
        ones.add(1.0);
      }
      return new Table(columns, ends, places, ones);
    }

    /**
     * Number of rows.
     *
     * @return at least 1
     */
    public int rows() {
      return ends.size();
    }

    /**
     * Where the entries of each row begin, and behind the last one, where they end.
     *
     * @return one number more than there are rows
     */
    public int[] starts() {
      int[] starts = new int[rows() + 1];
      for (int j = 0; j < rows(); j++) {
        starts[j + 1] = ends.get(j);
      }
      return starts;
    }

    /**
     * The transposed table: of each column the rows that take it, in their order.
     *
     * @return a table with {@link #columns} rows
     */
    public Table transposed() {
      List<List<Integer>> rowsOf = new ArrayList<>();
      List<List<Double>> weightsOf = new ArrayList<>();
      for (long i = 0; i < columns; i++) {
        rowsOf.add(new ArrayList<>());
        weightsOf.add(new ArrayList<>());
      }
      int[] starts = starts();
      for (int j = 0; j < rows(); j++) {
        for (int k = starts[j]; k < starts[j + 1]; k++) {
          rowsOf.get(places.get(k)).add(j);
          weightsOf.get(places.get(k)).add(weights.get(k));
        }
      }
      List<Integer> newEnds = new ArrayList<>();
      List<Integer> newPlaces = new ArrayList<>();
      List<Double> newWeights = new ArrayList<>();
      for (int i = 0; i < columns; i++) {
        newPlaces.addAll(rowsOf.get(i));
        newWeights.addAll(weightsOf.get(i));
        newEnds.add(newPlaces.size());
      }
      return new Table(rows(), newEnds, newPlaces, newWeights);
    }

    /** Tables may be long. */
    @Override
    public String toString() {
      return rows() + " of " + columns + " by " + places.size() + " entries";
    }
  }

  @Override
  public TimeUse along(int input, int other, List<Shape> inputs) {
    return other == axis
        ? Along.whole(this, "mixes places along it", axis)
        : Along.local(this, input, other, other);
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Checks.that(axis >= 0 && axis < x.rank(), "Resample: axis " + axis + " of x of shape " + x);
    Checks.that(
        x.dim(axis) == table.columns,
        "Resample: x of shape " + x + ", expected " + table.columns + " along axis " + axis);
    return List.of(x.with(axis, table.rows()));
  }
}
