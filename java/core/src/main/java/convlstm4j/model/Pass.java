package convlstm4j.model;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Network;
import convlstm4j.graph.Outputs;
import convlstm4j.model.Objectives.Output;
import convlstm4j.objective.MaskedWeights;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The program of one way through a network for known shapes: the network, then for each trained
 * output its loss with feeds for target and, if there are any, weights.
 *
 * @param weighted outputs whose positions have weights
 * @param losses one per output; null where it has none
 * @param feedShapes inputs, then target and weights of each trained output
 */
record Pass(
    Kind kind,
    Set<Integer> weighted,
    Program program,
    List<Value> outputs,
    List<Value> losses,
    List<Shape> feedShapes) {
  /** What the pass is for. */
  enum Kind {
    /** Forward and backward. */
    TRAIN(Mode.TRAINING),
    /** Losses and metrics. */
    EVALUATE(Mode.INFERENCE),
    /** Outputs only. */
    PREDICT(Mode.INFERENCE);

    final Mode mode;

    Kind(Mode mode) {
      this.mode = mode;
    }
  }

  /** Builds the program of data without weights; objectives may be null for a prediction. */
  static Pass of(Kind kind, Network network, Objectives objectives, List<Shape> inputs) {
    return of(kind, network, objectives, inputs, Set.of());
  }

  /** Builds the program; objectives may be null for a prediction. */
  static Pass of(
      Kind kind,
      Network network,
      Objectives objectives,
      List<Shape> inputs,
      Set<Integer> weighted) {
    Program.Builder g = new Program.Builder(kind == Kind.TRAIN, kind != Kind.PREDICT);
    List<Shape> feedShapes = new ArrayList<>(inputs);
    Outputs made = network.call(g, Arguments.of(inputs.stream().map(g::feed).toList()));
    List<Value> outputs = made.values();
    outputs.forEach(g::expose);
    List<Value> losses = new ArrayList<>();
    for (int k = 0; k < outputs.size(); k++) {
      Output o = kind == Kind.PREDICT ? null : objectives.outputs().get(k);
      losses.add(
          o == null || !o.isTrained()
              ? null
              : loss(g, o, outputs.get(k), made.masks().get(k), weighted.contains(k), feedShapes));
    }
    return new Pass(kind, weighted, g.build(), outputs, losses, feedShapes);
  }

  private static Value loss(
      Program.Builder g,
      Output o,
      Value prediction,
      Optional<Value> mask,
      boolean weighted,
      List<Shape> feedShapes) {
    Shape p = prediction.shape();
    if (p.rank() < 2) {
      throw new ShapeException(
          "output \"" + o.name() + "\" has shape " + p + ", a loss needs at least [N, K]");
    }
    Shape target = o.loss().targetShape(p);
    feedShapes.add(target);
    Value targets = g.feed(target);
    Optional<Value> weights = Optional.empty();
    if (weighted) {
      feedShapes.add(p.without(-1));
      weights = Optional.of(g.feed(p.without(-1)));
    }
    if (mask.isPresent()) {
      weights = Optional.of(MaskedWeights.of(g, o.loss(), prediction, weights, mask.get()));
    }
    return o.loss().lower(g, prediction, targets, weights);
  }

  /** The scalars whose weighted sum is the total loss: losses, then penalties. */
  List<Value> terms() {
    List<Value> terms = new ArrayList<>(losses.stream().filter(Objects::nonNull).toList());
    terms.addAll(program.penalties());
    return terms;
  }

  /** What must stay readable to the end; in training, all does until backward. */
  List<Value> kept(Objectives objectives) {
    return switch (kind) {
      case TRAIN -> terms();
      case PREDICT -> outputs;
      case EVALUATE -> {
        List<Value> kept = new ArrayList<>(terms());
        for (int k = 0; k < outputs.size(); k++) {
          if (!objectives.outputs().get(k).metrics().isEmpty()) {
            kept.add(outputs.get(k));
          }
        }
        yield kept;
      }
    };
  }

  /** What backward starts from. */
  List<Value> differentiated() {
    return kind == Kind.TRAIN ? terms() : List.of();
  }

  /**
   * Bytes beside values, gradients and weights: the feeds, in training also the predictions that
   * metrics ask for, and the next batch if the backend brings it while this one computes.
   */
  long batchBytes(Objectives objectives, DType dtype, boolean ahead) {
    long elements = feedShapes.stream().mapToLong(Shape::elements).sum();
    if (kind == Kind.TRAIN) {
      elements *= ahead ? 2 : 1;
      for (int k = 0; k < outputs.size(); k++) {
        if (!objectives.outputs().get(k).metrics().isEmpty()) {
          elements += outputs.get(k).shape().elements();
        }
      }
    }
    return elements * dtype.bytes();
  }
}
