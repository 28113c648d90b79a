package convlstm4j.layer;

import convlstm4j.config.ConstraintForms;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.op.Penalty;
import convlstm4j.op.SampleAxes;
import convlstm4j.op.ShapeException;
import convlstm4j.option.Constraint;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the layers of this package share: chains of setters that keep the layer's type, and checks
 * of what a layer is called with.
 *
 * @param <S> the layer's own type
 */
public abstract class KerasLayer<S extends KerasLayer<S>> extends Layer {
  /** For the layers of this package. */
  KerasLayer() {}

  @Override
  public final S named(String newName) {
    super.named(newName);
    return self();
  }

  @Override
  public final S trainable(boolean isTrainable) {
    super.trainable(isTrainable);
    return self();
  }

  /**
   * Sets what a weight is brought back to after each training step, as Keras's {@code
   * kernel_constraint} and the like do.
   *
   * @param weight what Keras's option names: {@code kernel}, {@code recurrent}, {@code bias},
   *     {@code depthwise}, {@code pointwise}, {@code embeddings}, {@code gamma}, {@code beta} or
   *     {@code alpha}, of which the layer has some
   * @param value the constraint; null for none
   * @return this layer
   * @throws IllegalArgumentException if the layer has no such weight
   */
  public final S constraint(String weight, @Nullable Constraint value) {
    for (String name : constrainable()) {
      if (ConstraintForms.option(name).equals(weight)) {
        return set(() -> constrain(name, value));
      }
    }
    List<String> words = constrainable().stream().map(ConstraintForms::option).toList();
    throw new IllegalArgumentException(
        label() + ": no weight \"" + weight + "\" for a constraint, expected one of " + words);
  }

  @Override
  protected Optional<Value> mask(Lowering g, Arguments<Value> arguments) {
    return Masks.PASSED_ON.contains(kerasClass()) ? arguments.carried(0) : Optional.empty();
  }

  /** Local names of the weights that may have a constraint. */
  List<String> constrainable() {
    return List.of();
  }

  @SuppressWarnings("unchecked") // every subclass names itself as S
  final S self() {
    return (S) this;
  }

  /** For setters: runs the assignment unless the options are fixed. */
  final S set(Runnable assignment) {
    checkNotCalled();
    assignment.run();
    return self();
  }

  /**
   * An option by its word, with a message that names layer, option and word where there is none.
   */
  final <T> T word(String option, String word, Supplier<T> meaning) {
    return word(label(), option, word, meaning);
  }

  static <T> T word(String label, String option, String word, Supplier<T> meaning) {
    try {
      return meaning.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          label + ": " + option + "=" + word + ", " + e.getMessage(), e);
    }
  }

  /** Fails unless an option that must be positive is. */
  final int positive(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(label() + ": " + option + "=" + value + ", must be >= 1");
    }
    return value;
  }

  /** Fails unless there is one value of at least 1 per spatial axis. */
  final List<Integer> perAxis(String option, int axes, int... values) {
    if (values.length != axes || Arrays.stream(values).anyMatch(v -> v < 1)) {
      throw new IllegalArgumentException(
          label()
              + ": "
              + option
              + "="
              + Arrays.toString(values)
              + ", expected "
              + axes
              + " values, each >= 1");
    }
    return Arrays.stream(values).boxed().toList();
  }

  /** Fails unless there are axes, none of them the batch. */
  final List<Integer> sampleAxes(int... values) {
    List<Integer> axes = Arrays.stream(values).boxed().toList();
    return word("axis", axes.toString(), () -> SampleAxes.checked(axes));
  }

  /** Fails unless a dropout rate lies in [0, 1). */
  final double rate(String option, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          label() + ": " + option + "=" + value + ", must be at least 0 and below 1");
    }
    return value;
  }

  /** The only input of a layer that takes neither state nor mask. */
  static Value only(Arguments<Value> arguments) {
    if (!arguments.initialState().isEmpty() || arguments.mask().isPresent()) {
      throw new ShapeException("takes neither initial state nor mask; only recurrent layers do");
    }
    return one(arguments);
  }

  /** The only input of a layer that may be given a mask. */
  static Value maybeMasked(Arguments<Value> arguments) {
    if (!arguments.initialState().isEmpty()) {
      throw new ShapeException("takes no initial state; only recurrent layers do");
    }
    return one(arguments);
  }

  /** The inputs of a layer that joins two or more. */
  static List<Value> many(Arguments<Value> arguments) {
    if (!arguments.initialState().isEmpty() || arguments.mask().isPresent()) {
      throw new ShapeException("takes neither initial state nor mask; only recurrent layers do");
    }
    if (arguments.data().size() < 2) {
      throw new ShapeException("got " + arguments.data().size() + " inputs, expected 2 or more");
    }
    return arguments.data();
  }

  /** The only input of a layer. */
  static Value one(Arguments<Value> arguments) {
    if (arguments.data().size() != 1) {
      throw new ShapeException("got " + arguments.data().size() + " inputs, expected 1");
    }
    return arguments.first();
  }

  /**
   * Adds an activity regulariser to the loss, as a mean over the batch like Keras 2 and Keras 3.14
   * and later (those between add over the batch).
   */
  static void penalize(Lowering g, Regularizer activity, Value output) {
    if (!activity.isNone()) {
      g.penalty(g.op(new Penalty(activity.l1(), activity.l2(), true), output));
    }
  }
}
