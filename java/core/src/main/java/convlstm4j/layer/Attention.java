package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Keras's {@code Attention}: scores are products of query and key (Luong et al. 2015,
 * arXiv:1508.04025), or sums of {@code tanh(scale (query + key))}. Weights: {@code scale []} if
 * there is one, {@code concat_score_weight []} of sums.
 */
public final class Attention extends AttentionLayer<Attention> {
  /** What a score is. */
  public enum ScoreMode {
    /** The product of query and key. */
    DOT,
    /** A weight times the sum of {@code tanh(scale (query + key))}. */
    CONCAT
  }

  private ScoreMode scoreMode = ScoreMode.DOT;

  /** A layer of products without a scale. */
  public Attention() {
    super(false);
  }

  /**
   * Sets what a score is.
   *
   * @param value default {@link ScoreMode#DOT}
   * @return this layer
   */
  public Attention scoreMode(ScoreMode value) {
    return set(() -> scoreMode = value);
  }

  @Override
  Value scores(Lowering g, Value query, Value key) {
    if (scoreMode == ScoreMode.DOT) {
      Value products = Heads.products(g, query, key);
      Formula scaled = Formula.input(0).times(Formula.input(1));
      return useScale ? g.op(new Pointwise(scaled, 2), products, weight(g, "scale", 3)) : products;
    }
    Formula sum = Formula.input(0).plus(Formula.input(1));
    Value scale = useScale ? weight(g, "scale", 4) : null;
    Value each =
        AdditiveAttention.pairs(
            g, query, key, useScale ? sum.times(Formula.input(2)).tanh() : sum.tanh(), scale);
    Formula weighted = Formula.input(0).times(Formula.input(1));
    return g.op(new Pointwise(weighted, 2), each, weight(g, "concat_score_weight", 3));
  }

  private Value weight(Lowering g, String name, int rank) {
    Value w = parameter(g, name, Shape.of(), Initializers.ones(), Regularizer.NONE, true);
    Shape one = Shape.of();
    for (int d = 0; d < rank; d++) {
      one = one.append(1);
    }
    return g.reshape(w, one);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    putAttention(c);
    c.put("score_mode", scoreMode.name().toLowerCase(Locale.ROOT));
    return c;
  }

  static Attention fromConfig(Config c) {
    return new Attention().scoreMode(c.choice("score_mode", ScoreMode.class, "dot", "dot")).read(c);
  }
}
