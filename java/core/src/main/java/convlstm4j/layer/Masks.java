package convlstm4j.layer;

import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which positions of a sequence count, as numbers: not 0 where one does. Layers pass a mask on that
 * comes with their input, as Keras 3's do (keras/src/layers, {@code supports_masking,
 * compute_mask}); the others end it. A mask that is given in a call is that call's alone, as in
 * Keras 3.0 to 3.10; Keras 2 and those after 3.10 pass it on.
 */
final class Masks {
  /** Layers whose output has the mask of their input. */
  static final Set<String> PASSED_ON =
      Set.of(
          "Activation",
          "ActivityRegularization",
          "AlphaDropout",
          "BatchNormalization",
          "Dense",
          "Dropout",
          "ELU",
          "GaussianDropout",
          "GaussianNoise",
          "GroupNormalization",
          "Identity",
          "LayerNormalization",
          "LeakyReLU",
          "Normalization",
          "PReLU",
          "ReLU",
          "Rescaling",
          "Softmax",
          "SpatialDropout1D",
          "SpatialDropout2D",
          "SpatialDropout3D",
          "TimeDistributed",
          "UnitNormalization");

  /** 1 where a mask is not 0. */
  static final Formula COUNTS = other(Formula.input(0), 0);

  /** The same of a second array. */
  static final Formula COUNTS_SECOND = other(Formula.input(1), 0);

  private Masks() {}

  /** 1 where a number is another than a value. */
  static Formula other(Formula x, double than) {
    return Formula.constant(1).minus(x.equal(Formula.constant(than)));
  }

  /** 1 where a number is another than a value. */
  static Value other(Lowering g, Value x, double than) {
    return g.op(new Pointwise(other(Formula.input(0), than), 1), x);
  }

  /** Where all counts. */
  static Value ones(Lowering g, Shape shape) {
    return g.op(new Pointwise(Formula.input(0).plus(1), 1), g.zeros(shape));
  }

  /** 1 where any of numbers of at least 0 along the last axis is not 0. */
  static Value any(Lowering g, Value x) {
    int last = x.shape().rank() - 1;
    Value count = g.op(new Reduce(Reduce.Mode.SUM, List.of(last)), x);
    return g.reshape(other(g, count, 0), x.shape().without(last));
  }

  /** 1 where either of two masks is not 0. */
  static Value either(Lowering g, Value a, Value b) {
    return g.op(new Pointwise(COUNTS.max(COUNTS_SECOND), 2), a, b);
  }

  /** Where any input's position counts, if all inputs have masks; those of a sum or the like. */
  static Optional<Value> ofAny(Lowering g, List<Optional<Value>> masks) {
    if (masks.isEmpty() || masks.stream().anyMatch(Optional::isEmpty)) {
      return Optional.empty();
    }
    return masks.stream().map(Optional::get).reduce((a, b) -> either(g, a, b));
  }

  /** The mask with axes of size 1 up to the rank of what it is of, to multiply it. */
  static Value over(Lowering g, Value mask, int rank) {
    Shape s = mask.shape();
    while (s.rank() < rank) {
      s = s.append(1);
    }
    return g.reshape(mask, s);
  }
}
