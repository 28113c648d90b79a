package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.KerasVersion;
import convlstm4j.config.NetworkForm;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Names;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code TimeDistributed}: a layer applied to every step with shared weights, by folding
 * time into the batch. Input {@code [N, T, ..]}, where the layer takes {@code [N, ..]}; output
 * likewise. Sizes of N and T need not be known when the graph is built.
 *
 * <p>A mask is the output's, too. It says nothing to a layer that takes none; one that takes masks
 * is given each step's, without time.
 *
 * <p>Batch statistics of a {@link BatchNormalization} inside, however deep, are each step's own, as
 * in Keras 3 (and updated once per step), unless {@link #poolSteps} asks for those of the whole
 * sequence, as in Keras 2.
 */
public final class TimeDistributed extends KerasLayer<TimeDistributed> {
  private final Layer layer;
  private boolean poolSteps;

  /**
   * Wraps a layer, whose options are fixed from now on.
   *
   * @param layer what to apply to every step
   * @throws IllegalArgumentException if it is inside another layer, or carries a state from one
   *     batch to the next, which steps folded into the batch cannot
   */
  public TimeDistributed(Layer layer) {
    if (carriesState(layer)) {
      throw new IllegalArgumentException(
          "TimeDistributed: "
              + layer.label()
              + " is stateful; steps are folded into the batch, so no state can be carried, use a"
              + " layer with stateful=false");
    }
    adopt(layer, Names.snakeCase(layer.kerasClass()));
    this.layer = layer;
  }

  /**
   * Says whose statistics a {@link BatchNormalization} inside takes in training.
   *
   * @param value false (default): each step's own, as Keras 3; true: those of all steps together,
   *     as Keras 2
   * @return this layer
   */
  public TimeDistributed poolSteps(boolean value) {
    return set(() -> poolSteps = value);
  }

  @Override
  public List<Layer> children() {
    return List.of(layer);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = maybeMasked(arguments);
    Shape s = x.shape();
    if (s.rank() < 3) {
      throw new ShapeException("input has shape " + s + ", expected [N, T, ..] of rank 3 or more");
    }
    if (poolSteps && g instanceof StepByStep && takesStatistics(layer)) {
      throw new ShapeException(
          "takes the batch statistics of all steps, the TimeDistributed around it those of each;"
              + " use poolSteps(true) on both");
    }
    long n = s.dim(0);
    long t = s.dim(1);
    Lowering inner = poolSteps ? g : StepByStep.folding(g, t);
    Value folded = g.reshape(x, s.from(2).prepend(Shape.times(n, t)));
    List<Value> outputs = new ArrayList<>();
    try {
      Arguments<Value> steps = Arguments.of(List.of(folded));
      if (takesMask()) {
        steps =
            steps.carrying(
                List.of(
                    arguments
                        .seen()
                        .map(m -> g.reshape(m, m.shape().from(2).prepend(Shape.times(n, t))))));
      }
      for (Value y : layer.call(inner, steps).values()) {
        outputs.add(g.reshape(y, y.shape().from(1).prepend(n, t)));
      }
    } catch (ShapeException e) {
      throw new ShapeException(layer.label() + " at every step: " + e.getMessage());
    }
    return outputs;
  }

  /** Keras gives the layer inside the mask of each step if its call takes one. */
  private boolean takesMask() {
    return layer instanceof Recurrent<?>
        || layer instanceof RNN
        || layer instanceof Bidirectional
        || layer instanceof TimeDistributed
        || layer instanceof NestedModel
        || layer instanceof BatchNormalization
        || layer instanceof GlobalAveragePooling1D
        || layer instanceof Softmax
        || !(layer instanceof KerasLayer<?>);
  }

  /**
   * Whether batch statistics are taken in a layer, so that {@link #poolSteps} makes a difference.
   *
   * @param layer one that may be inside this one, or this one
   * @return true if it is or has a {@link BatchNormalization}
   */
  public static boolean takesStatistics(Layer layer) {
    return layer instanceof BatchNormalization
        || layer.children().stream().anyMatch(TimeDistributed::takesStatistics);
  }

  private static boolean carriesState(Layer l) {
    return (l instanceof Recurrent<?> r && r.isStateful())
        || (l instanceof RNN rnn && rnn.isStateful())
        || l.children().stream().anyMatch(TimeDistributed::carriesState);
  }

  @Override
  public boolean keepsAxes() {
    return layer.keepsAxes();
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("layer", NetworkForm.of(layer));
    if (poolSteps) { // not Keras's: written only where it says something
      c.put("pool_steps", true);
    }
    return c;
  }

  static TimeDistributed fromConfig(Config c) {
    Layer inner = c.layer("layer");
    boolean keras2 = c.version() == KerasVersion.KERAS2 && takesStatistics(inner);
    return new TimeDistributed(inner).poolSteps(c.bool("pool_steps", keras2));
  }
}
