package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.NetworkForm;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Names;
import convlstm4j.graph.Symbol;
import convlstm4j.op.Concat;
import convlstm4j.op.Merge;
import convlstm4j.op.Reverse;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Keras's {@code Bidirectional}: a recurrent layer and a copy that takes the steps in the other
 * order, joined. Sequences of the copy are put back into the input's order. Outputs: the joined one
 * (with {@link MergeMode#NONE} two: forward, backward), then with {@code returnState} the states
 * forward, the states backward. Weights: all forward, then all backward ones.
 *
 * <p>As in Keras, masked steps of sequences yield zeros.
 */
public final class Bidirectional extends KerasLayer<Bidirectional> {
  /** How the two directions are joined. */
  public enum MergeMode {
    /** Side by side along the last axis, whatever the data format. */
    CONCAT,
    /** Their sum. */
    SUM,
    /** Their product. */
    MUL,
    /** Their mean. */
    AVE,
    /** Not at all: two outputs. */
    NONE
  }

  private final Recurrent<?> forward;
  private final Recurrent<?> backward;
  private final boolean copied;
  private MergeMode mergeMode = MergeMode.CONCAT;

  /**
   * Wraps a layer and a copy of it with weights of its own. Options are fixed from now on.
   *
   * @param layer the forward layer
   * @throws IllegalArgumentException if it is inside another layer
   */
  public Bidirectional(Recurrent<?> layer) {
    this(layer, layer.copy().goBackwards(!layer.goesBackwards()), true);
  }

  /**
   * Wraps two layers. Options are fixed from now on.
   *
   * @param layer the forward layer
   * @param backwardLayer the other, which takes the steps in the other order
   * @throws IllegalArgumentException if one is inside another layer, or if they agree in direction
   *     or differ in what they return or remember
   */
  public Bidirectional(Recurrent<?> layer, Recurrent<?> backwardLayer) {
    this(layer, backwardLayer, false);
  }

  private Bidirectional(Recurrent<?> forward, Recurrent<?> backward, boolean copied) {
    differ("go_backwards", forward, forward.goesBackwards(), !backward.goesBackwards());
    differ("return_sequences", forward, forward.returnsSequences(), backward.returnsSequences());
    differ("return_state", forward, forward.returnsState(), backward.returnsState());
    differ("stateful", forward, forward.isStateful(), backward.isStateful());
    this.forward = forward;
    this.backward = backward;
    this.copied = copied;
    String forwardName = baseName(forward);
    String backwardName = baseName(backward);
    forward.zeroOutputForMask(forward.returnsSequences());
    backward.zeroOutputForMask(backward.returnsSequences());
    adopt(forward, "");
    adopt(backward, "");
    forward.named(prefixed("forward_", forwardName));
    backward.named(prefixed("backward_", backwardName));
  }

  private static void differ(String option, Layer layer, boolean forward, boolean backward) {
    if (forward != backward) {
      throw new IllegalArgumentException(
          "Bidirectional: "
              + layer.label()
              + " and its backward layer must "
              + (option.equals("go_backwards") ? "differ" : "agree")
              + " in "
              + option);
    }
  }

  /** Keras 3 writes the layers under their prefixed names, Keras 2 under those before. */
  private static String prefixed(String prefix, String name) {
    return name.startsWith(prefix) ? name : prefix + name;
  }

  private static String baseName(Layer l) {
    return l.name() == null ? Names.snakeCase(l.kerasClass()) : l.name();
  }

  /**
   * Sets how the directions are joined.
   *
   * @param value default {@link MergeMode#CONCAT}
   * @return this layer
   */
  public Bidirectional mergeMode(MergeMode value) {
    return set(() -> mergeMode = value);
  }

  /**
   * Begins a call with an initial state or a mask.
   *
   * @param x the sequence
   * @return the call, ended by {@link Call#outputs()}
   */
  public Call on(Symbol x) {
    return new Call(this, x);
  }

  @Override
  public List<Layer> children() {
    return List.of(forward, backward);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    one(arguments);
    List<Value> states = arguments.initialState();
    List<String> first = forward.stateNames();
    List<String> second = backward.stateNames();
    if (!states.isEmpty() && states.size() != first.size() + second.size()) {
      throw new ShapeException(
          "initial state of "
              + states.size()
              + (states.size() == 1 ? " array" : " arrays")
              + ", expected "
              + (first.size() + second.size())
              + ": forward "
              + String.join(" and ", first)
              + ", backward "
              + String.join(" and ", second));
    }
    int half = states.isEmpty() ? 0 : first.size();
    List<Value> there = direction(g, forward, arguments, states.subList(0, half));
    List<Value> back = direction(g, backward, arguments, states.subList(half, states.size()));
    Value y = there.get(0);
    Value z = back.get(0);
    if (forward.returnsSequences()) {
      z = g.op(new Reverse(1), z);
    }
    List<Value> outputs = new ArrayList<>(join(g, y, z));
    outputs.addAll(there.subList(1, there.size()));
    outputs.addAll(back.subList(1, back.size()));
    return outputs;
  }

  private static List<Value> direction(
      Lowering g, Recurrent<?> layer, Arguments<Value> arguments, List<Value> states) {
    try {
      return layer.lower(g, new Arguments<>(arguments.data(), states, arguments.seen()));
    } catch (ShapeException e) {
      throw new ShapeException(layer.label() + ": " + e.getMessage());
    }
  }

  @Override
  protected Optional<Value> mask(Lowering g, Arguments<Value> arguments) {
    return forward.mask(g, arguments);
  }

  @Override
  protected int maskedOutputs() {
    return mergeMode == MergeMode.NONE ? 2 : 1;
  }

  private List<Value> join(Lowering g, Value y, Value z) {
    return switch (mergeMode) {
      case CONCAT -> List.of(g.op(new Concat(y.shape().rank() - 1, 2), y, z));
      case SUM -> List.of(g.op(new Merge(Merge.Mode.SUM, 2), y, z));
      case MUL -> List.of(g.op(new Merge(Merge.Mode.MULTIPLY, 2), y, z));
      case AVE -> List.of(g.op(new Merge(Merge.Mode.AVERAGE, 2), y, z));
      case NONE -> List.of(y, z);
    };
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put(
        "merge_mode",
        mergeMode == MergeMode.NONE ? null : mergeMode.name().toLowerCase(Locale.ROOT));
    c.put("layer", unprefixed(forward, "forward_"));
    if (!copied) {
      c.put("backward_layer", unprefixed(backward, "backward_"));
    }
    return c;
  }

  /** The layer's form under the name that it had before it was wrapped. */
  private static Map<String, Object> unprefixed(Layer layer, String prefix) {
    Map<String, Object> form = NetworkForm.of(layer);
    @SuppressWarnings("unchecked") // made by toKeras
    Map<String, Object> config = (Map<String, Object>) form.get("config");
    config.put("name", layer.name().substring(prefix.length()));
    return form;
  }

  static Bidirectional fromConfig(Config c) {
    Recurrent<?> forward = recurrent(c, "layer");
    Bidirectional b =
        c.get("backward_layer") == null
            ? new Bidirectional(forward)
            : new Bidirectional(forward, recurrent(c, "backward_layer"));
    return b.mergeMode(c.choice("merge_mode", MergeMode.class, "none", "concat"));
  }

  private static Recurrent<?> recurrent(Config c, String key) {
    if (c.layer(key) instanceof Recurrent<?> r) {
      return r;
    }
    throw c.wrong(key, "expected a recurrent layer, such as ConvLSTM2D or LSTM");
  }
}
