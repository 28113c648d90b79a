package convlstm4j.model;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.InputLayer;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.op.Activate;
import convlstm4j.op.Affine;
import convlstm4j.op.Drop;
import convlstm4j.op.Merge;
import convlstm4j.option.Activation;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Layers small enough to reason about, so that these tests rest on nothing but graph and ops. */
final class Mini {
  private static final Initializer RANDOM =
      (shape, random) -> {
        double[] v = new double[(int) shape.elements()];
        Arrays.setAll(v, i -> random.normal(i) * 0.5);
        return v;
      };

  private Mini() {}

  static Symbol input(String name, long... dims) {
    InputLayer layer = new InputLayer(Shape.of(dims).prepend(Shape.UNKNOWN));
    return layer.named(name).symbol();
  }

  /** Initialiser of a fixed number. */
  static Initializer constant(double c) {
    return (Shape shape, Philox random) -> {
      double[] v = new double[(int) shape.elements()];
      Arrays.fill(v, c);
      return v;
    };
  }

  /** {@code activation(x w + b)}, then dropout in training. */
  static final class DenseLayer extends Layer {
    private final int units;
    private final Activation activation;
    private double dropout;
    private Regularizer regularizer = Regularizer.NONE;
    private Initializer initializer = RANDOM;

    DenseLayer(int units, Activation activation) {
      this.units = units;
      this.activation = activation;
    }

    DenseLayer dropout(double rate) {
      dropout = rate;
      return this;
    }

    DenseLayer regularizer(Regularizer r) {
      regularizer = r;
      return this;
    }

    DenseLayer initializer(Initializer i) {
      initializer = i;
      return this;
    }

    @Override
    public String kerasClass() {
      return "Dense";
    }

    @Override
    public DenseLayer named(String newName) {
      super.named(newName);
      return this;
    }

    @Override
    public Map<String, Object> config() {
      return Map.of("units", units);
    }

    @Override
    public List<Value> lower(Lowering g, Arguments<Value> arguments) {
      Value x = arguments.first();
      Shape w = Shape.of(x.shape().dim(-1), units);
      Value y =
          g.op(
              new Affine(units, true),
              x,
              parameter(g, "kernel", w, initializer, regularizer, true),
              parameter(g, "bias", Shape.of(units), constant(0), Regularizer.NONE, true));
      y = g.op(new Activate(activation), y);
      return List.of(g.training() && dropout > 0 ? g.op(new Drop(dropout, List.of()), y) : y);
    }
  }

  /** A running sum over batches: {@code y = x + what y was before}. */
  static final class Running extends Layer {
    @Override
    public Map<String, Object> config() {
      return Map.of();
    }

    @Override
    public List<Value> lower(Lowering g, Arguments<Value> arguments) {
      Value x = arguments.first();
      Value y = g.op(new Merge(Merge.Mode.SUM, 2), x, g.state(state("sum"), x.shape()));
      g.assign(state("sum"), y);
      return List.of(y);
    }
  }

  static DenseLayer dense(int units, Activation activation) {
    return new DenseLayer(units, activation);
  }
}
