package convlstm4j.op;

import convlstm4j.formula.Formula;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The arithmetic of a recurrent cell: what one step makes of the input's and the states'
 * convolutions. It knows neither time nor images; {@link Recurrence} does.
 *
 * <p>A step runs the stages in order. A stage convolves one array of the states' shape with its
 * columns of the recurrent kernel, then computes its results for each element: a stage before the
 * last yields values for the later ones, the last one yields the new states. The first state is the
 * output. Formulas are over these inputs, in this order: for each gate the input's convolution, for
 * each product that of the recurrent kernel, then states, constants, and the values of the stages
 * before ({@link Terms} counts them).
 *
 * @param name for messages and profiles
 * @param gates columns of the input's kernel, in units of filters; at least 1
 * @param products columns of the recurrent kernel, in units of filters; at least 1
 * @param states at least 1
 * @param constants arrays of the states' shape that stay the same for all steps and have no
 *     gradient, such as a dropout mask
 * @param stages at least 1
 */
public record Cell(
    String name, int gates, int products, int states, int constants, List<Stage> stages) {
  /** A stage that convolves nothing. */
  public static final int NOTHING = -1;

  /**
   * One stage.
   *
   * @param source number of the input (a state or a value) that is convolved, or {@link #NOTHING}
   * @param columns how many of the products, following those of the stages before; 0 for nothing
   * @param results formulas of the values, or of the new states
   */
  public record Stage(int source, int columns, List<Formula> results) {
    public Stage {
      results = List.copyOf(results);
    }
  }

  /**
   * The inputs of a cell's formulas, counted.
   *
   * @param gates as the cell's
   * @param products as the cell's
   * @param states as the cell's
   * @param constants as the cell's
   */
  public record Terms(int gates, int products, int states, int constants) {
    /**
     * The input's convolution for a gate.
     *
     * @param gate which one
     * @return its formula
     */
    public Formula x(int gate) {
      return Formula.input(gate);
    }

    /**
     * A product of the recurrent kernel.
     *
     * @param which which one
     * @return its formula
     */
    public Formula product(int which) {
      return Formula.input(gates + which);
    }

    /**
     * Number of a state as it is before the step.
     *
     * @param which which one
     * @return the number, for {@link Formula#input}
     */
    public int state(int which) {
      return gates + products + which;
    }

    /**
     * Number of a constant.
     *
     * @param which which one
     * @return the number, for {@link Formula#input}
     */
    public int constant(int which) {
      return state(states) + which;
    }

    /**
     * Number of a value of the stages before.
     *
     * @param which which one
     * @return the number, for {@link Formula#input}
     */
    public int value(int which) {
      return constant(constants) + which;
    }
  }

  public Cell {
    stages = List.copyOf(stages);
    Checks.that(
        gates >= 1 && products >= 1 && states >= 1 && !stages.isEmpty(),
        "cell " + name + ": expected gates, products, states and stages, at least 1 of each");
    int columns = 0;
    int values = 0;
    Terms terms = new Terms(gates, products, states, constants);
    for (int k = 0; k < stages.size(); k++) {
      Stage s = stages.get(k);
      boolean isArray =
          (s.source >= terms.state(0) && s.source < terms.constant(0))
              || (s.source >= terms.value(0) && s.source < terms.value(values));
      Checks.that(
          s.columns == 0 ? s.source == NOTHING : isArray,
          "cell "
              + name
              + ": a stage convolves input "
              + s.source
              + ", which is no state or value");
      columns += s.columns;
      int known = terms.value(values);
      for (Formula f : s.results) {
        Checks.that(
            f.inputs() <= known,
            "cell " + name + ": a formula has " + f.inputs() + " inputs, there are " + known);
      }
      boolean last = k == stages.size() - 1;
      Checks.that(
          !last || s.results.size() == states,
          "cell " + name + ": the last stage yields " + s.results.size() + " of the states");
      values += last ? 0 : s.results.size();
    }
    Checks.that(
        columns == products,
        "cell " + name + ": stages have " + columns + " products, expected " + products);
  }

  /**
   * How the formulas' inputs are counted.
   *
   * @return the terms
   */
  public Terms terms() {
    return new Terms(gates, products, states, constants);
  }

  /**
   * How many values the stages before the last yield.
   *
   * @return their number
   */
  public int values() {
    return stages.subList(0, stages.size() - 1).stream().mapToInt(s -> s.results.size()).sum();
  }

  /** Begins a cell whose states are convolved, with a constant as mask where they are dropped. */
  private static final class Start {
    final Terms terms;
    final List<Stage> stages = new ArrayList<>();

    /** Number of the first state as it is convolved. */
    final int convolved;

    /** Number of the next value. */
    final int value;

    Start(int gates, int products, int states, boolean dropped) {
      terms = new Terms(gates, products, states, dropped ? 1 : 0);
      if (dropped) {
        Formula h = Formula.input(terms.state(0));
        Formula mask = Formula.input(terms.constant(0));
        stages.add(new Stage(NOTHING, 0, List.of(h.times(mask))));
      }
      convolved = dropped ? terms.value(0) : terms.state(0);
      value = dropped ? 1 : 0;
    }

    Formula sum(int gate) {
      return terms.x(gate).plus(terms.product(gate));
    }

    Formula state(int which) {
      return Formula.input(terms.state(which));
    }

    Cell cell(String name) {
      return new Cell(name, terms.gates, terms.products, terms.states, terms.constants, stages);
    }
  }

  /**
   * The cell of an LSTM, or ConvLSTM without peepholes: {@link ConvLstm2d}'s equations. Gates in
   * the {@link GateOrder}; states h and c.
   *
   * @param activation a
   * @param recurrentActivation ra
   * @param dropped whether there is a constant that h is multiplied by where it is convolved
   * @return the cell
   */
  public static Cell lstm(
      UnaryOperator<Formula> activation,
      UnaryOperator<Formula> recurrentActivation,
      boolean dropped) {
    Start s = new Start(GateOrder.COUNT, GateOrder.COUNT, 2, dropped);
    Formula i = recurrentActivation.apply(s.sum(GateOrder.INPUT.index()));
    Formula f = recurrentActivation.apply(s.sum(GateOrder.FORGET.index()));
    Formula g = activation.apply(s.sum(GateOrder.CANDIDATE.index()));
    Formula o = recurrentActivation.apply(s.sum(GateOrder.OUTPUT.index()));
    Formula c = f.times(s.state(1)).plus(i.times(g));
    Formula h = o.times(activation.apply(c));
    s.stages.add(new Stage(s.convolved, GateOrder.COUNT, List.of(h, c)));
    return s.cell("lstm");
  }

  /**
   * The cell of a GRU or ConvGRU, Cho et al. 2014 (arXiv:1406.1078) as Keras has it: gates update
   * z, reset r and candidate g; state h. With {@code *} a convolution:
   *
   * <pre>
   *   z = ra(wx_z * x + wh_z * h)    r = ra(wx_r * x + wh_r * h)
   *   g = a(wx_g * x + r . (wh_g * h))   with resetAfter (cuDNN's form), else
   *   g = a(wx_g * x + wh_g * (r . h))
   *   h' = z . h + (1 - z) . g
   * </pre>
   *
   * @param activation a
   * @param recurrentActivation ra
   * @param resetAfter whether the reset gate is applied after the convolution
   * @param dropped whether there is a constant that h is multiplied by where it is convolved
   * @return the cell
   */
  public static Cell gru(
      UnaryOperator<Formula> activation,
      UnaryOperator<Formula> recurrentActivation,
      boolean resetAfter,
      boolean dropped) {
    Start s = new Start(3, 3, 1, dropped);
    Formula h = s.state(0);
    Formula z = recurrentActivation.apply(s.sum(0));
    Formula r = recurrentActivation.apply(s.sum(1));
    if (resetAfter) {
      Formula candidate = s.terms.x(2).plus(r.times(s.terms.product(2)));
      Formula g = activation.apply(candidate);
      s.stages.add(new Stage(s.convolved, 3, List.of(mixed(z, h, g))));
    } else {
      Formula seen = Formula.input(s.convolved);
      s.stages.add(new Stage(s.convolved, 2, List.of(z, r.times(seen))));
      int first = s.terms.value(s.value);
      Formula g = activation.apply(s.sum(2));
      s.stages.add(new Stage(first + 1, 1, List.of(mixed(Formula.input(first), h, g))));
    }
    return s.cell(resetAfter ? "gru, reset after" : "gru, reset before");
  }

  private static Formula mixed(Formula z, Formula h, Formula g) {
    return z.times(h).plus(Formula.constant(1).minus(z).times(g));
  }

  /**
   * The cell of Keras's {@code SimpleRNN} (Elman 1990): {@code h' = a(wx * x + wh * h)}.
   *
   * @param activation a
   * @param dropped whether there is a constant that h is multiplied by where it is convolved
   * @return the cell
   */
  public static Cell simple(UnaryOperator<Formula> activation, boolean dropped) {
    Start s = new Start(1, 1, 1, dropped);
    s.stages.add(new Stage(s.convolved, 1, List.of(activation.apply(s.sum(0)))));
    return s.cell("simple");
  }
}
