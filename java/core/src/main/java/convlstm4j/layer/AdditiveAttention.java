package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keras's {@code AdditiveAttention} (Bahdanau et al. 2015, arXiv:1409.0473): scores are sums of
 * {@code scale tanh(query + key)}. Weight {@code scale [D]} unless it is left out. All {@code N T S
 * D} terms are in memory at once.
 */
public final class AdditiveAttention extends AttentionLayer<AdditiveAttention> {
  /** A layer with a scale. */
  public AdditiveAttention() {
    super(true);
  }

  @Override
  Value scores(Lowering g, Value query, Value key) {
    Formula tanh = Formula.input(0).plus(Formula.input(1)).tanh();
    if (!useScale) {
      return pairs(g, query, key, tanh, null);
    }
    Shape depth = Shape.of(query.shape().dim(2));
    Value scale =
        parameter(g, "scale", depth, Initializers.glorotUniform(), Regularizer.NONE, true);
    Value seen = g.reshape(scale, depth.prepend(1, 1, 1));
    return pairs(g, query, key, tanh.times(Formula.input(2)), seen);
  }

  /**
   * Sums over D of a formula of every query and every key.
   *
   * @param scale a third input of the formula, broadcast to {@code [N, T, S, D]}, or null
   */
  static Value pairs(Lowering g, Value query, Value key, Formula formula, @Nullable Value scale) {
    Shape q = query.shape();
    Shape k = key.shape();
    Value rows = g.reshape(query, Shape.of(q.dim(0), q.dim(1), 1, q.dim(2)));
    Value columns = g.reshape(key, Shape.of(k.dim(0), 1, k.dim(1), k.dim(2)));
    List<Value> inputs = scale == null ? List.of(rows, columns) : List.of(rows, columns, scale);
    Value terms = g.ops(new Pointwise(formula, inputs.size()), inputs).get(0);
    Value sums = g.op(new Reduce(Reduce.Mode.SUM, List.of(3)), terms);
    return g.reshape(sums, sums.shape().without(3));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    putAttention(c);
    return c;
  }

  static AdditiveAttention fromConfig(Config c) {
    return new AdditiveAttention().read(c);
  }
}
