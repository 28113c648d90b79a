package convlstm4j.layer;

import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.op.Concat;
import convlstm4j.op.Pad;
import convlstm4j.op.Pointwise;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Ops run over a sequence that stand in the program once for each step, since no op loops over
 * others: those of a cell of the user's own, or of a cell that normalises.
 */
final class Unrolled {
  /** Steps whose ops a program may have. */
  static final int MOST_STEPS = 1000;

  /** Of a mask that counts, the new value, else the old one. */
  private static final Formula CHOSEN =
      Formula.input(0).equal(Formula.constant(0)).where(Formula.input(2), Formula.input(1));

  private final Lowering g;
  private final Value frames;
  private final Optional<Value> mask;
  private final Step once;

  /** What is computed at each step. */
  interface Step {
    /** The output, then the new states, of the input of one step and the states before. */
    List<Value> of(Value x, List<Value> states);
  }

  /**
   * A run.
   *
   * @param frames {@code [N, T, ..]}
   * @param mask {@code [N, T]}, not 0 where a step counts
   * @param once what is computed at each step
   * @param whose what that is, for messages
   * @param instead what has no limit of steps, for messages
   */
  Unrolled(
      Lowering g, Value frames, Optional<Value> mask, Step once, String whose, String instead) {
    this.g = g;
    this.frames = frames;
    this.mask = mask;
    this.once = once;
    if (frames.shape().rank() < 3) {
      throw new ShapeException(
          "input has shape " + frames.shape() + ", expected [N, T, ..] of rank 3 or more");
    }
    if (steps() > MOST_STEPS) {
      throw new ShapeException(
          "input of "
              + steps()
              + " steps; the ops of "
              + whose
              + " stand in the program for each, for at most "
              + MOST_STEPS
              + " (so there is no stream of it); "
              + instead
              + " no such limit");
    }
  }

  /** A run of a cell of the user's own. */
  static Unrolled of(Lowering g, Layer cell, Value frames, Optional<Value> mask) {
    return new Unrolled(
        g,
        frames,
        mask,
        (x, states) -> step(g, cell, x, states),
        "a cell of one's own",
        "cells of this library have");
  }

  /** Sizes of a cell's states without the batch. */
  static List<Shape> stateShapes(Layer cell, Shape step) {
    if (cell instanceof RecurrentCell own) {
      return own.stateShapes(step);
    }
    if (cell instanceof NestedModel model) {
      List<Symbol> inputs = model.network().inputs();
      return inputs.subList(1, inputs.size()).stream().map(s -> s.shape().from(1)).toList();
    }
    throw new IllegalArgumentException(noCell(cell));
  }

  private static String noCell(Layer cell) {
    return cell.label()
        + " is no cell; expected a recurrent layer such as LSTM, a NestedModel of"
        + " (x, states) -> (y, new states), or a layer that implements RecurrentCell";
  }

  /** Fails if a layer is no cell. */
  static void checkCell(Layer cell) {
    if (!(cell instanceof RecurrentCell) && !(cell instanceof NestedModel)) {
      throw new IllegalArgumentException("RNN: " + noCell(cell));
    }
  }

  private long steps() {
    return frames.shape().dim(1);
  }

  /** Shape of the input of one step. */
  Shape step() {
    return frames.shape().without(1);
  }

  /**
   * Runs the steps.
   *
   * @param before states before the first step
   * @return y, the last one's or, with sequences, {@code [N, T, ..]}; then the states
   */
  List<Value> run(List<Value> before, boolean sequences, boolean backwards, boolean zeroes) {
    if (steps() == Shape.UNKNOWN) { // only shapes count
      List<Value> one = once.of(g.reshape(frames, step()), before);
      Value y = one.get(0);
      return joined(
          sequences ? g.reshape(y, y.shape().from(1).prepend(y.shape().dim(0), Shape.UNKNOWN)) : y,
          one.subList(1, one.size()));
    }
    g.unrolled();
    List<Value> states = before;
    List<Value> ys = new ArrayList<>();
    Value y = null;
    for (int i = 0; i < steps(); i++) {
      int t = backwards ? (int) steps() - 1 - i : i;
      List<Value> next = once.of(at(frames, t), states);
      if (mask.isEmpty()) {
        y = next.get(0);
        states = next.subList(1, next.size());
      } else {
        Value counts = at(mask.get(), t);
        Value old = y == null || zeroes ? g.zeros(next.get(0).shape()) : y;
        y = chosen(counts, next.get(0), old);
        List<Value> kept = new ArrayList<>();
        for (int k = 0; k < states.size(); k++) {
          kept.add(chosen(counts, next.get(1 + k), states.get(k)));
        }
        states = kept;
      }
      ys.add(y);
    }
    boolean alone = !sequences || ys.size() == 1;
    Value end = ys.get(ys.size() - 1);
    Value last = alone ? g.op(new Pointwise(Formula.input(0), 1), end) : end; // no state's array
    return joined(sequences ? sequence(alone ? List.of(last) : ys) : last, states);
  }

  private static List<Value> joined(Value y, List<Value> states) {
    List<Value> all = new ArrayList<>(List.of(y));
    all.addAll(states);
    return all;
  }

  /** One place along axis 1. */
  private Value at(Value x, int t) {
    Shape s = x.shape();
    List<Integer> before = new ArrayList<>(Collections.nCopies(s.rank(), 0));
    List<Integer> after = new ArrayList<>(before);
    before.set(1, -t);
    after.set(1, t + 1 - (int) s.dim(1));
    return g.reshape(s.dim(1) == 1 ? x : g.op(new Pad(before, after), x), s.without(1));
  }

  private Value sequence(List<Value> ys) {
    List<Value> frames = new ArrayList<>();
    for (Value y : ys) {
      frames.add(g.reshape(y, y.shape().from(1).prepend(y.shape().dim(0), 1)));
    }
    return frames.size() == 1 ? frames.get(0) : g.ops(new Concat(1, frames.size()), frames).get(0);
  }

  private Value chosen(Value counts, Value yes, Value no) {
    Value over = Masks.over(g, counts, yes.shape().rank());
    return g.op(new Pointwise(CHOSEN, 3), over, yes, no);
  }

  /** A cell of the user's own once. */
  private static List<Value> step(Lowering g, Layer cell, Value x, List<Value> states) {
    boolean graph = cell instanceof NestedModel;
    List<Value> all = new ArrayList<>(List.of(x));
    if (graph) {
      all.addAll(states);
    }
    Arguments<Value> arguments = new Arguments<>(all, graph ? List.of() : states, Optional.empty());
    List<Value> made;
    try {
      made = cell.call(g, arguments).values();
    } catch (ShapeException e) {
      throw new ShapeException(cell.label() + " at each step: " + e.getMessage());
    }
    if (made.size() != 1 + states.size()) {
      throw new ShapeException(
          cell.label()
              + " yields "
              + made.size()
              + " arrays at each step, expected the output and "
              + states.size()
              + " new states");
    }
    for (int k = 0; k < states.size(); k++) {
      Shape before = states.get(k).shape();
      if (!made.get(1 + k).shape().fits(before)) {
        throw new ShapeException(
            cell.label()
                + " makes of state "
                + k
                + " of shape "
                + before
                + " one of shape "
                + made.get(1 + k).shape());
      }
    }
    return made;
  }
}
