package convlstm4j.contract;

import convlstm4j.formula.Formula;
import convlstm4j.op.ActivationFormula;
import convlstm4j.op.Cell;
import convlstm4j.op.Recurrence;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Recurrences: every cell, each option by itself, then random combinations of all. */
final class RecurrenceCases {
  private static final int RANDOM_CASES = 24;

  private RecurrenceCases() {}

  /** The options that cases vary, with defaults. */
  private static final class Options {
    long n = 2;
    long t = 3;
    List<Long> image = List.of(4L, 5L);
    long c = 3;
    int filters = 2;
    List<Integer> kernel = List.of(3, 2);
    int stride = 1;
    Padding padding = Padding.SAME;
    Cell cell = gru(true, false);
    boolean bias = true;
    boolean recurrentBias;
    boolean sequences = true;
    boolean backwards;
    boolean masked;
    boolean zeroOutput;

    Recurrence op() {
      List<Integer> strides = kernel.stream().map(k -> stride).toList();
      List<Integer> ones = kernel.stream().map(k -> 1).toList();
      return new Recurrence(
          cell,
          filters,
          new Window(kernel, strides, ones, padding, DataFormat.CHANNELS_LAST),
          bias,
          recurrentBias,
          sequences,
          backwards,
          masked,
          zeroOutput);
    }
  }

  private static Cell gru(boolean resetAfter, boolean dropped) {
    return Cell.gru(Formula::tanh, Formula::sigmoid, resetAfter, dropped);
  }

  static List<OpCase> all(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (Cell cell : cells()) {
      add(cases, random, cell.name() + cell.constants(), o -> o.cell = cell);
    }
    add(cases, random, "bias of the recurrent kernel", o -> o.recurrentBias = true);
    add(
        cases,
        random,
        "reset before, bias of the recurrent kernel",
        o -> {
          o.cell = gru(false, false);
          o.recurrentBias = true;
        });
    add(cases, random, "no bias", o -> o.bias = false);
    add(cases, random, "valid, strides", o -> valid(o, 2));
    add(cases, random, "one frame, one sample", o -> o.t = o.n = 1);
    add(cases, random, "last output only", o -> o.sequences = false);
    add(cases, random, "backwards", o -> o.backwards = true);
    add(cases, random, "mask", o -> o.masked = true);
    add(
        cases,
        random,
        "mask, backwards, last output only, reset before",
        o -> {
          o.masked = o.backwards = true;
          o.sequences = false;
          o.cell = gru(false, false);
        });
    add(cases, random, "mask, zero output", o -> o.masked = o.zeroOutput = true);
    add(cases, random, "lstm, mask", o -> lstm(o, true));
    add(cases, random, "three axes", o -> solid(o, gru(true, false)));
    add(
        cases,
        random,
        "three axes, lstm",
        o -> solid(o, Cell.lstm(Formula::tanh, Formula::sigmoid, false)));
    add(cases, random, "one pixel", RecurrenceCases::pixel);
    for (int i = 0; i < RANDOM_CASES; i++) {
      Philox draw = random.stream(92, i);
      add(cases, random, "random " + i, o -> randomize(o, draw));
    }
    return cases;
  }

  /** Every cell, with every activation that there is in one of its places. */
  private static List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (boolean dropped : new boolean[] {false, true}) {
      cells.add(Cell.lstm(Formula::tanh, Formula::sigmoid, dropped));
      cells.add(gru(true, dropped));
      cells.add(gru(false, dropped));
      cells.add(Cell.simple(Formula::tanh, dropped));
    }
    for (Activation a : ConvLstm2dCases.activations()) {
      UnaryOperator<Formula> f = x -> ActivationFormula.of(a, x);
      cells.add(named(Cell.lstm(f, f, false), a));
      cells.add(named(Cell.gru(f, f, false, false), a));
    }
    return cells;
  }

  private static Cell named(Cell c, Activation a) {
    return new Cell(
        c.name() + " of " + a.kind() + ' ',
        c.gates(),
        c.products(),
        c.states(),
        c.constants(),
        c.stages());
  }

  private static void valid(Options o, int stride) {
    o.padding = Padding.VALID;
    o.stride = stride;
  }

  private static void lstm(Options o, boolean masked) {
    o.cell = Cell.lstm(Formula::tanh, Formula::sigmoid, false);
    o.masked = masked;
  }

  private static void solid(Options o, Cell cell) {
    o.cell = cell;
    o.image = List.of(3L, 4L, 3L);
    o.kernel = List.of(2, 3, 1);
  }

  private static void pixel(Options o) {
    o.image = List.of(1L, 1L);
    o.kernel = List.of(1, 1);
    o.filters = 3;
    o.cell = Cell.simple(Formula::tanh, false);
  }

  private static void randomize(Options o, Philox draw) {
    o.n = 1L + number(draw, 0, 3);
    o.t = 1L + number(draw, 1, 4);
    o.image = List.of(2L + number(draw, 2, 5), 2L + number(draw, 3, 5));
    o.c = 1L + number(draw, 4, 5);
    o.filters = 1 + number(draw, 5, 6);
    o.kernel = List.of(1 + number(draw, 6, 3), 1 + number(draw, 7, 3));
    o.stride = 1 + number(draw, 8, 2);
    List<Cell> cells = cells().subList(0, 8);
    o.cell = cells.get(number(draw, 9, cells.size()));
    o.bias = number(draw, 10, 2) == 0;
    o.recurrentBias = o.bias && number(draw, 11, 2) == 0;
    o.sequences = number(draw, 12, 2) == 0;
    o.backwards = number(draw, 13, 2) == 0;
    o.masked = number(draw, 14, 3) == 0;
    o.zeroOutput = number(draw, 15, 2) == 0;
  }

  private static int number(Philox draw, int index, int below) {
    return (int) (draw.uniform(index) * below);
  }

  private static void add(
      List<OpCase> cases, Philox random, String name, Consumer<Options> setting) {
    Options o = new Options();
    setting.accept(o);
    cases.add(build(name, o, random.stream(90, cases.size())));
  }

  private static OpCase build(String name, Options o, Philox random) {
    Recurrence op = o.op();
    Shape x = Shape.of(o.image.stream().mapToLong(k -> k).toArray());
    x = x.append(o.c).prepend(o.n, o.t);
    Shape state = op.stateShape(x);
    Shape kernel = Shape.of(o.kernel.stream().mapToLong(k -> k).toArray());
    long taps = kernel.elements();
    // Unbounded activations make the states grow; small weights keep the comparison meaningful.
    double scale = 0.4 / Math.sqrt((double) taps);
    long gates = (long) o.cell.gates() * o.filters;
    long products = (long) o.cell.products() * o.filters;
    List<Tensor> inputs = new ArrayList<>();
    for (String input : op.inputNames()) {
      Philox r = random.stream(91, inputs.size());
      inputs.add(
          switch (input) {
            case "x" -> OpCase.normal(x, 1, r);
            case "wx" -> OpCase.normal(kernel.append(o.c, gates), scale, r);
            case "wh" -> OpCase.normal(kernel.append(o.filters, products), scale, r);
            case "b" -> OpCase.normal(Shape.of(o.recurrentBias ? gates + products : gates), 0.3, r);
            case "mask" -> ConvLstm2dCases.mask(Shape.of(o.n, o.t), r);
            default -> OpCase.normal(state, 0.5, r);
          });
    }
    long terms = taps * (o.c + o.filters) * o.t;
    long pixels = state.elements() / o.filters;
    // Masked steps, kinks and images smaller than the kernel leave zeros.
    return OpCase.of(name, op, inputs, terms, terms * pixels).withZeros();
  }
}
