package convlstm4j.layer;

import convlstm4j.graph.Layer;
import java.util.List;
import java.util.Map;

/** What Keras says in the calls of layers of attention, and here options of the layers do. */
public final class AttentionCalls {
  private static final String HEADS = "MultiHeadAttention";
  static final String CAUSAL = "use_causal_mask";
  static final String SCORES = "return_attention_scores";

  /** The arguments of a call that are options here, by Keras's names. */
  public static final List<String> OPTIONS = List.of(CAUSAL, SCORES);

  private static final List<String> KINDS = List.of("AdditiveAttention", "Attention", HEADS);

  private AttentionCalls() {}

  /**
   * Whether a kind of layer has such options.
   *
   * @param kind Keras's class
   * @return true for attention
   */
  public static boolean has(String kind) {
    return KINDS.contains(kind);
  }

  /**
   * Whether a layer's inputs are each an argument of its call, rather than one list.
   *
   * @param layer any
   * @return true for {@code MultiHeadAttention}
   */
  public static boolean areSeparate(Layer layer) {
    return layer.kerasClass().equals(HEADS);
  }

  /** Only what is not Keras's default. */
  static void put(Map<String, Object> config, boolean causal, boolean scores) {
    if (causal) {
      config.put(CAUSAL, true);
    }
    if (scores) {
      config.put(SCORES, true);
    }
  }
}
