package convlstm4j.model;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Network;
import convlstm4j.graph.Outputs;
import convlstm4j.model.Objectives.Output;
import convlstm4j.objective.Loss;
import convlstm4j.objective.MaskedWeights;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The program of one way through a network for known shapes: the network, then for each trained
 * output its loss with feeds for target and, if there are any, weights.
 *
 * @param weighted outputs whose positions have weights
 * @param losses one per output; null where it has none
 * @param counted one per output: weights of its positions, 0 where a mask takes one out; null where
 *     there is no mask, or no metric that heeds it
 * @param measured what metrics ask for: outputs, and their weights by masks
 * @param feedShapes inputs, then target and weights of each trained output
 */
record Pass(
    Kind kind,
    Set<Integer> weighted,
    Program program,
    List<Value> outputs,
    List<@Nullable Value> losses,
    List<@Nullable Value> counted,
    List<Value> measured,
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
  static Pass of(Kind kind, Network network, @Nullable Objectives objectives, List<Shape> inputs) {
    return of(kind, network, objectives, inputs, Set.of());
  }

  /** Builds the program; objectives may be null for a prediction. */
  static Pass of(
      Kind kind,
      Network network,
      @Nullable Objectives objectives,
      List<Shape> inputs,
      Set<Integer> weighted) {
    Program.Builder g = new Program.Builder(kind == Kind.TRAIN, kind != Kind.PREDICT);
    List<Shape> feedShapes = new ArrayList<>(inputs);
    Outputs made = network.call(g, Arguments.of(inputs.stream().map(g::feed).toList()));
    List<Value> outputs = made.values();
    outputs.forEach(g::expose);
    List<@Nullable Value> losses = new ArrayList<>(Collections.nCopies(outputs.size(), null));
    List<@Nullable Value> counted = new ArrayList<>(losses);
    Set<Value> measured = new LinkedHashSet<>();
    for (int k = 0; k < outputs.size(); k++) {
      if (kind == Kind.PREDICT) {
        continue;
      }
      Output o = Objects.requireNonNull(objectives, "losses of a prediction").outputs().get(k);
      Loss loss = o.loss();
      if (loss == null) {
        continue;
      }
      Value prediction = outputs.get(k);
      Shape positions = positions(o, prediction);
      feedShapes.add(loss.targetShape(prediction.shape()));
      Value targets = g.feed(loss.targetShape(prediction.shape()));
      Optional<Value> weights = Optional.empty();
      if (weighted.contains(k)) {
        feedShapes.add(positions);
        weights = Optional.of(g.feed(positions));
      }
      Optional<Value> mask = made.masks().get(k);
      losses.set(k, lowered(g, loss, prediction, targets, weights, mask));
      if (!o.metrics().isEmpty()) {
        measured.add(prediction);
      }
      if (mask.isPresent() && o.metrics().stream().anyMatch(m -> !m.countsMasked())) {
        Value counting = MaskedWeights.counted(g, prediction, weights, mask.get());
        counted.set(k, counting);
        measured.add(counting);
        g.expose(counting);
      }
    }
    return new Pass(
        kind, weighted, g.build(), outputs, losses, counted, List.copyOf(measured), feedShapes);
  }

  private static Value lowered(
      Program.Builder g,
      Loss loss,
      Value prediction,
      Value targets,
      Optional<Value> weights,
      Optional<Value> mask) {
    Optional<Value> heeding =
        mask.isPresent()
            ? Optional.of(MaskedWeights.of(g, loss, prediction, weights, mask.get()))
            : weights;
    return loss.lower(g, prediction, targets, heeding);
  }

  private static Shape positions(Output o, Value prediction) {
    Shape p = prediction.shape();
    if (p.rank() < 2) {
      throw new ShapeException(
          "output \"" + o.name() + "\" has shape " + p + ", a loss needs at least [N, K]");
    }
    return p.without(-1);
  }

  /** The scalars whose weighted sum is the total loss: losses, then penalties. */
  List<Value> terms() {
    List<Value> terms = new ArrayList<>(losses.stream().filter(Objects::nonNull).toList());
    terms.addAll(program.penalties());
    return terms;
  }

  /** What must stay readable to the end; in training, all does until backward. */
  List<Value> kept() {
    return switch (kind) {
      case TRAIN -> terms();
      case PREDICT -> outputs;
      case EVALUATE -> {
        List<Value> kept = new ArrayList<>(terms());
        kept.addAll(measured);
        yield kept;
      }
    };
  }

  /** What backward starts from. */
  List<Value> differentiated() {
    return kind == Kind.TRAIN ? terms() : List.of();
  }

  /**
   * Bytes beside values, gradients and weights: the feeds, in training also what metrics ask for,
   * and the next batch if the backend brings it while this one computes.
   */
  long batchBytes(DType dtype, boolean ahead) {
    long elements = feedShapes.stream().mapToLong(Shape::elements).sum();
    if (kind == Kind.TRAIN) {
      elements *= ahead ? 2 : 1;
      elements += measured.stream().mapToLong(v -> v.shape().elements()).sum();
    }
    return elements * dtype.bytes();
  }
}
