package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.RegularizerForms;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Lookup;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keras's {@code Embedding}: a vector for each number of a word. Input of any shape, whole numbers
 * from 0 to V - 1; output with one axis more, of D places; weight {@code embeddings [V, D]}. A
 * number that is none of these yields NaN.
 */
public final class Embedding extends KerasLayer<Embedding> {
  private final int inputDim;
  private final int outputDim;
  private boolean maskZero;
  private Initializer embeddingsInitializer = new Initializers.RandomUniform(-0.05, 0.05);
  private Regularizer embeddingsRegularizer = Regularizer.NONE;

  /**
   * A layer.
   *
   * @param inputDim V, how many numbers there are, at least 1
   * @param outputDim D, at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public Embedding(int inputDim, int outputDim) {
    this.inputDim = positive("input_dim", inputDim);
    this.outputDim = positive("output_dim", outputDim);
  }

  /**
   * Says whether the number 0 is no word: the output then comes with a mask, which recurrent
   * layers, attention and losses after it heed.
   *
   * @param value default false
   * @return this layer
   */
  public Embedding maskZero(boolean value) {
    return set(() -> maskZero = value);
  }

  /**
   * Sets where the first vectors come from.
   *
   * @param value default uniform between -0.05 and 0.05
   * @return this layer
   */
  public Embedding embeddingsInitializer(Initializer value) {
    return set(() -> embeddingsInitializer = value);
  }

  /**
   * Sets the vectors' penalty.
   *
   * @param value default none
   * @return this layer
   */
  public Embedding embeddingsRegularizer(Regularizer value) {
    return set(() -> embeddingsRegularizer = value);
  }

  @Override
  List<String> constrainable() {
    return List.of("embeddings");
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value id = only(arguments);
    Shape shape = Shape.of(inputDim, outputDim);
    Value table =
        parameter(g, "embeddings", shape, embeddingsInitializer, embeddingsRegularizer, true);
    return List.of(g.op(new Lookup(), table, id));
  }

  @Override
  protected Optional<Value> mask(Lowering g, Arguments<Value> arguments) {
    return maskZero ? Optional.of(Masks.other(g, arguments.first(), 0)) : Optional.empty();
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("input_dim", inputDim);
    c.put("output_dim", outputDim);
    c.put("embeddings_initializer", InitializerForms.encode(embeddingsInitializer));
    c.put("embeddings_regularizer", RegularizerForms.encode(embeddingsRegularizer));
    c.put("mask_zero", maskZero);
    return c;
  }

  static Embedding fromConfig(Config c) {
    Embedding l = new Embedding(c.integer("input_dim"), c.integer("output_dim"));
    return l.embeddingsInitializer(
            InitializerForms.read(c, "embeddings_initializer", l.embeddingsInitializer))
        .embeddingsRegularizer(RegularizerForms.read(c, "embeddings_regularizer"))
        .maskZero(c.bool("mask_zero", false));
  }
}
