package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Weighted sums along up to three neighbouring axes, by a fixed table for each, one after the
 * other: with a the axes before one, b those behind, {@code y[a, j, b] = sum over the entries (i,
 * w) of row j of w x[a, i, b]}. Input {@code x}; output {@code y}, of as many places along an axis
 * as its table has rows. Gradient: {@code dx[a, i, b] = sum over the entries (i, w) of all rows j
 * of w dy[a, j, b]}, the same with the transposed tables.
 *
 * @param axis the first one
 * @param tables what is summed along it and those behind it
 */
public record Resample(int axis, List<Table> tables) implements Op {
  /** Most axes. */
  public static final int MOST_AXES = 3;

  public Resample {
    tables = List.copyOf(tables);
    Checks.that(
        !tables.isEmpty() && tables.size() <= MOST_AXES,
        "Resample: " + tables.size() + " tables, expected 1 to " + MOST_AXES);
  }

  /**
   * Along one axis.
   *
   * @param axis which one
   * @param table what is summed
   */
  public Resample(int axis, Table table) {
    this(axis, List.of(table));
  }

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
        if (end < before) { // the text would else be made for each row, of all rows
          throw new ShapeException("Resample: ends " + ends + ", expected them ascending");
        }
        before = end;
      }
      for (int place : places) {
        if (place < 0 || place >= columns) {
          throw new ShapeException(
              "Resample: place " + place + " of " + columns + " along the axis");
        }
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
     * A table that leaves all as it is.
     *
     * @param columns places of the input and of the output
     * @return the table
     */
    public static Table same(long columns) {
      return of(columns, IntStream.range(0, Math.toIntExact(columns)).boxed().toList());
    }

    /**
     * A table that takes each place several times in a row.
     *
     * @param columns places of the input
     * @param times how often, at least 1
     * @return the table
     */
    public static Table repeated(long columns, int times) {
      int rows = Math.toIntExact(Math.multiplyExact(columns, (long) times));
      return of(columns, IntStream.range(0, rows).map(j -> j / times).boxed().toList());
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

  /**
   * The op along a single axis.
   *
   * @param number of the axis among those of the tables
   * @return the op with this table alone
   */
  public Resample one(int number) {
    return new Resample(axis + number, tables.get(number));
  }

  /** A product and a sum for each entry of the tables, along one axis after the other. */
  @Override
  public double flops(List<Shape> inputs) {
    double all = 0;
    Shape x = inputs.get(0);
    for (int k = 0; k < tables.size(); k++) {
      Shape y = one(k).outputShapes(List.of(x)).get(0);
      Table t = tables.get(k);
      all += 2.0 * y.elements() / t.rows() * t.places().size();
      x = y;
    }
    return all;
  }

  @Override
  public TimeUse along(int input, int other, List<Shape> inputs) {
    return other >= axis && other < axis + tables.size()
        ? Along.whole(this, "mixes places along it", axis)
        : Along.local(this, input, other, other);
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Shape y = x;
    for (int k = 0; k < tables.size(); k++) {
      int d = axis + k;
      long columns = tables.get(k).columns;
      Checks.that(d >= 0 && d < x.rank(), "Resample: axis " + d + " of x of shape " + x);
      Checks.that(
          x.dim(d) == columns,
          "Resample: x of shape " + x + ", expected " + columns + " along axis " + d);
      y = y.with(d, tables.get(k).rows());
    }
    return List.of(y);
  }
}
