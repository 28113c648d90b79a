package convlstm4j.model;

import convlstm4j.data.Batch;
import convlstm4j.data.Dataset;
import convlstm4j.graph.Network;
import convlstm4j.model.Objectives.Output;
import convlstm4j.objective.Loss;
import convlstm4j.op.ShapeException;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks a batch and brings targets and weights into the shapes that a program is fed with.
 *
 * @param targets one per output; null where it has no loss
 * @param weights likewise, sample weights times class weights; null also where there are neither
 */
record Feeds(List<Tensor> inputs, List<@Nullable Tensor> targets, List<@Nullable Tensor> weights) {

  /** Checks the inputs of a batch: number, shapes, size of the batch, finite values. */
  static List<Tensor> inputs(Network network, Batch batch) {
    List<String> names = network.inputNames();
    if (batch.inputs().size() != names.size()) {
      throw new ShapeException(
          at(batch)
              + "got "
              + batch.inputs().size()
              + " inputs, the model has "
              + names.size()
              + ": "
              + names);
    }
    for (int i = 0; i < names.size(); i++) {
      Tensor t = batch.inputs().get(i);
      try {
        network.checkFeed(i, t.shape());
      } catch (ShapeException e) {
        throw new ShapeException(at(batch) + e.getMessage());
      }
      checkSamples(batch, "input \"" + names.get(i) + "\"", t);
      checkFinite(batch, "input \"" + names.get(i) + "\"", t);
    }
    if (batch.size() == 0) {
      throw new ShapeException(at(batch) + "there are no samples in it");
    }
    return batch.inputs();
  }

  /** Checks the inputs of a batch that is still to be read: number, shapes, size of the batch. */
  static void checkShapes(Network network, String description, List<Shape> inputs) {
    if (inputs.size() != network.inputs().size()) {
      throw new ShapeException(
          "got " + inputs.size() + " inputs, the model has " + network.inputNames());
    }
    for (int i = 0; i < inputs.size(); i++) {
      Shape s = inputs.get(i);
      try {
        network.checkFeed(i, s);
      } catch (ShapeException e) {
        throw new ShapeException(description + ": " + e.getMessage());
      }
      if (s.dim(0) != inputs.get(0).dim(0)) {
        throw new ShapeException(
            description
                + ": input \""
                + network.inputNames().get(i)
                + "\" has "
                + s.dim(0)
                + " samples (shape "
                + s
                + "), the first input has "
                + inputs.get(0).dim(0));
      }
    }
  }

  /** Checks targets and weights of a batch and brings them into the shapes of the outputs. */
  static Feeds of(
      List<Tensor> inputs,
      Objectives objectives,
      Batch batch,
      List<Shape> outputs,
      Map<String, Map<Integer, Double>> classWeights) {
    List<String> names = objectives.outputs().stream().map(Output::name).toList();
    checkCount(batch, "targets", batch.targets().size(), names);
    if (!batch.sampleWeights().isEmpty()) {
      checkCount(batch, "sample weights", batch.sampleWeights().size(), names);
    }
    List<@Nullable Tensor> targets = new ArrayList<>();
    List<@Nullable Tensor> weights = new ArrayList<>();
    for (int k = 0; k < outputs.size(); k++) {
      Output o = objectives.outputs().get(k);
      Loss loss = o.loss();
      if (loss == null) {
        targets.add(null);
        weights.add(null);
        continue;
      }
      Tensor t;
      try {
        t = loss.target(batch.targets().get(k), outputs.get(k), o.name());
      } catch (ShapeException e) {
        throw new ShapeException(at(batch) + e.getMessage());
      }
      checkFinite(batch, "target of output \"" + o.name() + "\"", t);
      checkTarget(batch, o.name(), loss, t, outputs.get(k).dim(-1));
      Tensor w =
          batch.sampleWeights().isEmpty()
              ? null
              : weights(batch, k, o.name(), outputs.get(k).without(-1));
      Map<Integer, Double> byClass = byClass(o, classWeights);
      targets.add(t);
      weights.add(byClass.isEmpty() ? w : weighted(w, t, byClass, outputs.get(k).without(-1)));
    }
    return new Feeds(inputs, targets, weights);
  }

  private static Map<Integer, Double> byClass(
      Output o, Map<String, Map<Integer, Double>> classWeights) {
    return classWeights.getOrDefault(o.name(), classWeights.getOrDefault(Fit.ALL, Map.of()));
  }

  /** The outputs for whose positions {@link #of} makes weights. */
  static Set<Integer> weighted(
      Objectives objectives, Batch batch, Map<String, Map<Integer, Double>> classWeights) {
    Set<Integer> weighted = new HashSet<>();
    for (int k = 0; k < objectives.outputs().size(); k++) {
      Output o = objectives.outputs().get(k);
      boolean any = !batch.sampleWeights().isEmpty() || !byClass(o, classWeights).isEmpty();
      if (o.isTrained() && any) {
        weighted.add(k);
      }
    }
    return Set.copyOf(weighted);
  }

  private static void checkCount(Batch batch, String what, int count, List<String> outputs) {
    if (count != outputs.size()) {
      throw new ShapeException(
          at(batch)
              + "got "
              + count
              + " "
              + what
              + ", expected one for each of the outputs "
              + outputs);
    }
  }

  private static void checkSamples(Batch batch, String what, Tensor t) {
    if (t.shape().dim(0) != batch.size()) {
      throw new ShapeException(
          at(batch)
              + what
              + " has "
              + t.shape().dim(0)
              + " samples (shape "
              + t.shape()
              + "), the first input has "
              + batch.size());
    }
  }

  private static void checkFinite(Batch batch, String what, Tensor t) {
    if (!batch.foundFinite() && !t.isFinite()) {
      throw new NonFiniteException(
          batch.description(), what, at(batch) + what + " holds a NaN or an infinity");
    }
  }

  /** For instance, class numbers must be whole and below the number of classes. */
  private static void checkTarget(
      Batch batch, String output, Loss loss, Tensor target, long classes) {
    Optional<String> wrong = loss.wrong(target, classes);
    if (wrong.isPresent()) {
      throw new IllegalArgumentException(
          at(batch) + "target of output \"" + output + "\" " + wrong.get());
    }
  }

  private static Tensor weights(Batch batch, int k, String output, Shape expected) {
    Tensor full = Tensor.zeros(DType.FLOAT64, expected);
    Tensor given = batch.sampleWeights().get(k);
    int rank = given.shape().rank();
    if (rank < 1
        || rank > expected.rank()
        || !given.shape().equals(Shape.of(Arrays.copyOf(expected.dims(), rank)))) {
      throw new ShapeException(
          at(batch)
              + "sample weights of output \""
              + output
              + "\" have shape "
              + given.shape()
              + ", expected "
              + expected
              + " or ["
              + expected.dim(0)
              + "]");
    }
    int repeat = given.size() == 0 ? 1 : full.size() / given.size();
    for (int i = 0; i < full.size(); i++) {
      double w = given.get(i / repeat);
      if (!(w >= 0 && Double.isFinite(w))) {
        throw new IllegalArgumentException(
            at(batch)
                + "a sample weight of output \""
                + output
                + "\" is "
                + w
                + ", expected finite weights of at least 0");
      }
      full.doubles()[i] = w;
    }
    return full;
  }

  private static Tensor weighted(
      @Nullable Tensor given, Tensor target, Map<Integer, Double> byClass, Shape positions) {
    Tensor weights = Tensor.zeros(DType.FLOAT64, positions);
    int k = (int) target.shape().dim(-1);
    for (int i = 0; i < weights.size(); i++) {
      int c = 0;
      if (k == 1) {
        c = (int) Math.rint(target.get(i));
      } else {
        for (int j = 1; j < k; j++) {
          c = target.get(i * k + j) > target.get(i * k + c) ? j : c;
        }
      }
      double own = given == null ? 1 : given.get(i);
      weights.doubles()[i] = own * byClass.getOrDefault(c, 1.0);
    }
    return weights;
  }

  /** The same once the inputs are not needed any more. */
  Feeds withoutInputs() {
    return new Feeds(List.of(), targets, weights);
  }

  /** All feeds in the order of {@link Pass#feedShapes}. */
  List<Tensor> all() {
    List<Tensor> all = new ArrayList<>(inputs);
    for (int k = 0; k < targets.size(); k++) {
      if (targets.get(k) != null) {
        all.add(targets.get(k));
      }
      if (weights.get(k) != null) {
        all.add(weights.get(k));
      }
    }
    return all;
  }

  private static String at(Batch batch) {
    return "batch \"" + batch.description() + "\": ";
  }

  static void checkNotEmpty(Dataset data, String what) {
    if (data.batches() < 1) {
      throw new IllegalArgumentException("the " + what + " has no batches: it is empty");
    }
  }
}
