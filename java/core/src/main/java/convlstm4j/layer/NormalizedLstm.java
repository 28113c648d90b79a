package convlstm4j.layer;

import convlstm4j.formula.Formula;
import convlstm4j.op.Conv;
import convlstm4j.op.GateOrder;
import convlstm4j.op.Merge;
import convlstm4j.op.Pad;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Standardize;
import convlstm4j.op.Window;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The cell of {@link LstmLayer#layerNormalization}: inputs of all steps are convolved and
 * normalised at once, the rest stands in the program for each step. Images have channels last.
 */
final class NormalizedLstm {
  private final Gated<?> layer;
  private final Lowering g;
  private final double epsilon;
  private final Norm inputNorm;
  private final Norm recurrentNorm;
  private final Norm stateNorm;

  /**
   * The weights of a normalisation.
   *
   * @param gamma one number per channel
   * @param beta likewise
   */
  record Norm(Value gamma, Value beta) {}

  NormalizedLstm(
      Gated<?> layer,
      Lowering g,
      double epsilon,
      Norm inputNorm,
      Norm recurrentNorm,
      Norm stateNorm) {
    this.layer = layer;
    this.g = g;
    this.epsilon = epsilon;
    this.inputNorm = inputNorm;
    this.recurrentNorm = recurrentNorm;
    this.stateNorm = stateNorm;
  }

  /**
   * Runs it.
   *
   * @param bias {@code [4F]}; null for none
   * @return y, then h and c
   */
  List<Value> run(Recurrent.Steps steps, @Nullable Value bias) {
    Value frames = layer.dropped(g, layer.toLast(g, steps.frames()));
    Shape s = frames.shape();
    Window window = layer.channelsLast();
    int columns = Math.toIntExact(layer.columns());
    Value images = g.reshape(frames, s.from(2).prepend(Shape.times(s.dim(0), s.dim(1))));
    Value x =
        normalized(
            g.op(new Conv(columns, window, false), images, steps.kernel()),
            inputNorm,
            bias == null ? List.of() : List.of(bias));
    List<Value> states = steps.states().stream().map(v -> layer.toLast(g, v)).toList();
    List<Value> masks =
        layer.recurrentDropout(g) > 0
            ? List.of(layer.recurrentMask(g, states.get(0)))
            : List.<Value>of();
    Conv recurrent = new Conv(columns, window.recurrent(), false);
    Unrolled loop =
        new Unrolled(
            g,
            g.reshape(x, x.shape().from(1).prepend(s.dim(0), s.dim(1))),
            steps.mask(),
            (of, before) -> step(of, before, recurrent, steps.recurrentKernel(), masks),
            "a cell with layer normalisation",
            "those without have");
    return layer.fromLast(
        g,
        loop.run(
            states, layer.returnsSequences(), layer.goesBackwards(), layer.zeroesMaskedOutput()));
  }

  private List<Value> step(
      Value x, List<Value> states, Conv recurrent, Value kernel, List<Value> masks) {
    Value h = states.get(0);
    for (Value mask : masks) {
      h = g.op(new Pointwise(Formula.input(0).times(Formula.input(1)), 2), h, mask);
    }
    Value z = normalized(g.op(recurrent, h, kernel), recurrentNorm, List.of(x));
    UnaryOperator<Formula> a = Recurrent.formulas("activation", layer.activation());
    UnaryOperator<Formula> ra =
        Recurrent.formulas("recurrent_activation", layer.recurrentActivation());
    Formula first = Formula.input(0);
    Formula second = Formula.input(1);
    Formula kept = ra.apply(first).times(second);
    Formula added = ra.apply(Formula.input(2)).times(a.apply(Formula.input(3)));
    Value c =
        g.op(
            new Pointwise(kept.plus(added), 4),
            gate(z, GateOrder.FORGET),
            states.get(1),
            gate(z, GateOrder.INPUT),
            gate(z, GateOrder.CANDIDATE));
    Value y =
        g.op(
            new Pointwise(ra.apply(first).times(a.apply(second)), 2),
            gate(z, GateOrder.OUTPUT),
            normalized(c, stateNorm, List.of()));
    return List.of(y, y, c);
  }

  /** One gate's channels. */
  private Value gate(Value z, GateOrder gate) {
    int last = z.shape().rank() - 1;
    int units = layer.units;
    List<Integer> before = new ArrayList<>(Collections.nCopies(last + 1, 0));
    List<Integer> after = new ArrayList<>(before);
    before.set(last, -gate.index() * units);
    after.set(last, (gate.index() + 1 - GateOrder.COUNT) * units);
    return g.op(new Pad(before, after), z);
  }

  /** Normalises each image and adds what there is to add: more for each channel, or images. */
  private Value normalized(Value images, Norm norm, List<Value> added) {
    int last = images.shape().rank() - 1;
    Value beta = norm.beta;
    List<Value> sum = new ArrayList<>();
    for (Value v : added) {
      if (v.shape().rank() == 1) {
        beta = g.op(new Merge(Merge.Mode.SUM, 2), beta, v);
      } else {
        sum.add(v);
      }
    }
    List<Integer> axes = IntStream.rangeClosed(1, last).boxed().toList();
    Standardize op = new Standardize(axes, List.of(last), epsilon, true, true);
    sum.add(0, g.op(op, images, norm.gamma, beta));
    return sum.size() == 1 ? sum.get(0) : g.ops(new Merge(Merge.Mode.SUM, sum.size()), sum).get(0);
  }
}
