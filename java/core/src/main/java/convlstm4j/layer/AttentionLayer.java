package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Pointwise;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@link Attention} and {@link AdditiveAttention} share. Inputs: query {@code [N, T, D]},
 * value {@code [N, S, V]}, and key {@code [N, S, D]} if it is not the value; a mask {@code [N, S]}
 * says which values count. Output {@code [N, T, V]}: the values' means, weighted by the softmax of
 * scores; then, if asked for, these weights, {@code [N, T, S]}.
 *
 * @param <S> the layer's own type
 */
public abstract class AttentionLayer<S extends AttentionLayer<S>> extends KerasLayer<S> {
  boolean useScale;
  private double dropout;
  private boolean useCausalMask;
  private boolean returnAttentionScores;

  /** For the layers of this package. */
  AttentionLayer(boolean useScale) {
    this.useScale = useScale;
  }

  /**
   * Says whether scores have a weight.
   *
   * @param value true or false
   * @return this layer
   */
  public final S useScale(boolean value) {
    return set(() -> useScale = value);
  }

  /**
   * Sets the rate of dropout of the weights in training.
   *
   * @param value at least 0 and below 1, default 0
   * @return this layer
   * @throws IllegalArgumentException if it is out of range
   */
  public final S dropout(double value) {
    rate("dropout", value);
    return set(() -> dropout = value);
  }

  /**
   * Says whether a query sees no later value; in Keras an argument of the call.
   *
   * @param value default false
   * @return this layer
   */
  public final S useCausalMask(boolean value) {
    return set(() -> useCausalMask = value);
  }

  /**
   * Says whether the weights are a second output; in Keras an argument of the call.
   *
   * @param value default false
   * @return this layer
   */
  public final S returnAttentionScores(boolean value) {
    return set(() -> returnAttentionScores = value);
  }

  /** Scores {@code [N, T, S]}. */
  abstract Value scores(Lowering g, Value query, Value key);

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    List<Value> data = arguments.data();
    if (!arguments.initialState().isEmpty() || data.size() < 2 || data.size() > 3) {
      throw new ShapeException(
          "got " + data.size() + " inputs, expected query and value, and key if it is another");
    }
    for (Value v : data) {
      if (v.shape().rank() != 3 || v.shape().dim(2) == Shape.UNKNOWN) {
        throw new ShapeException(
            "input has shape " + v.shape() + ", expected [N, T, D] of known D");
      }
    }
    Value query = data.get(0);
    Value value = data.get(1);
    Value key = data.size() == 3 ? data.get(2) : value;
    if (query.shape().dim(2) != key.shape().dim(2)) {
      throw new ShapeException(
          "query of shape "
              + query.shape()
              + " and key of shape "
              + key.shape()
              + ": expected the last axes of one size");
    }
    List<Value> masks = new ArrayList<>();
    arguments.mask().or(() -> arguments.carried(1)).ifPresent(m -> masks.add(seen(g, m, value)));
    if (useCausalMask) {
      Heads.causal(g, query.shape().dim(1), value.shape().dim(1)).ifPresent(masks::add);
    }
    Value shares = Heads.shares(g, scores(g, query, key), masks);
    Value y = Heads.sums(g, Heads.dropped(g, shares, dropout), value);
    Optional<Value> queries = arguments.carried(0);
    if (queries.isPresent()) {
      Formula kept = Formula.input(0).times(Masks.COUNTS_SECOND);
      y = g.op(new Pointwise(kept, 2), y, Masks.over(g, queries.get(), 3));
    }
    return returnAttentionScores ? List.of(y, shares) : List.of(y);
  }

  /** The query's. */
  @Override
  protected final Optional<Value> mask(Lowering g, Arguments<Value> arguments) {
    return arguments.carried(0);
  }

  private static Value seen(Lowering g, Value mask, Value value) {
    Shape s = value.shape();
    if (mask.shape().rank() != 2) {
      throw new ShapeException("mask has shape " + mask.shape() + ", expected [N, S] of " + s);
    }
    return g.reshape(mask, Shape.of(mask.shape().dim(0), 1, mask.shape().dim(1)));
  }

  final void putAttention(Map<String, Object> c) {
    c.put("use_scale", useScale);
    c.put("dropout", dropout);
    AttentionCalls.put(c, useCausalMask, returnAttentionScores);
  }

  final S read(Config c) {
    return useScale(c.bool("use_scale", useScale))
        .dropout(c.real("dropout", 0))
        // Keras 2.9 and older had it as an option, "causal".
        .useCausalMask(c.bool(AttentionCalls.CAUSAL, c.bool("causal", false)))
        .returnAttentionScores(c.bool(AttentionCalls.SCORES, false));
  }
}
