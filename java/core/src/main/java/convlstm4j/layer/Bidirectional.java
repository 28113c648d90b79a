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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Keras's {@code Bidirectional}: a recurrent layer, or {@link RNN}, and a copy that takes the steps
 * in the other order, joined. Sequences of the copy are put back into the input's order. Outputs:
 * the joined one (with {@link MergeMode#NONE} two: forward, backward), then with {@code
 * returnState} the states forward, the states backward. Weights: all forward, then all backward
 * ones.
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

  private final Layer forward;
  private final Layer backward;
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

  /**
   * Wraps cells and a copy of them with weights of its own. Options are fixed from now on.
   *
   * @param layer the forward layer
   * @throws IllegalArgumentException if it is inside another layer, or has a cell of one's own, of
   *     which no copy can be made: give both layers then
   */
  public Bidirectional(RNN layer) {
    this(layer, layer.reversed(), true);
  }

  /**
   * Wraps cells for each direction. Options are fixed from now on.
   *
   * @param layer the forward layer
   * @param backwardLayer the other, which takes the steps in the other order
   * @throws IllegalArgumentException if one is inside another layer, or if they agree in direction
   *     or differ in what they return or remember
   */
  public Bidirectional(RNN layer, RNN backwardLayer) {
    this(layer, backwardLayer, false);
  }

  private Bidirectional(Layer forward, Layer backward, boolean copied) {
    Loop there = Loop.of(forward);
    Loop back = Loop.of(backward);
    differ("go_backwards", forward, there.backwards, !back.backwards);
    differ("return_sequences", forward, there.sequences, back.sequences);
    differ("return_state", forward, there.state, back.state);
    differ("stateful", forward, there.stateful, back.stateful);
    this.forward = forward;
    this.backward = backward;
    this.copied = copied;
    String forwardName = baseName(forward);
    String backwardName = baseName(backward);
    zeroMasked(forward, there.sequences);
    zeroMasked(backward, back.sequences);
    adopt(forward, "");
    adopt(backward, "");
    forward.named(prefixed("forward_", forwardName));
    backward.named(prefixed("backward_", backwardName));
  }

  /** What a recurrent layer or an RNN says of its loop. */
  private record Loop(boolean backwards, boolean sequences, boolean state, boolean stateful) {
    static Loop of(Layer layer) {
      return layer instanceof RNN r
          ? new Loop(r.goesBackwards(), r.returnsSequences(), r.returnsState(), r.isStateful())
          : of((Recurrent<?>) layer);
    }

    private static Loop of(Recurrent<?> r) {
      return new Loop(r.goesBackwards(), r.returnsSequences(), r.returnsState(), r.isStateful());
    }
  }

  private static void zeroMasked(Layer layer, boolean value) {
    if (layer instanceof RNN r) {
      r.zeroOutputForMask(value);
    } else {
      ((Recurrent<?>) layer).zeroOutputForMask(value);
    }
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
    int half = statesForward(arguments);
    List<Value> there = direction(g, forward, arguments, states.subList(0, half));
    List<Value> back = direction(g, backward, arguments, states.subList(half, states.size()));
    Value y = there.get(0);
    Value z = back.get(0);
    if (Loop.of(forward).sequences) {
      z = g.op(new Reverse(1), z);
    }
    List<Value> outputs = new ArrayList<>(join(g, y, z));
    outputs.addAll(there.subList(1, there.size()));
    outputs.addAll(back.subList(1, back.size()));
    return outputs;
  }

  /** How many of the initial states are those of the forward layer. */
  private int statesForward(Arguments<Value> arguments) {
    int given = arguments.initialState().size();
    if (given == 0) {
      return 0;
    }
    List<String> first = stateNames(forward, given / 2);
    List<String> second = stateNames(backward, given - given / 2);
    if (given != first.size() + second.size()) {
      throw new ShapeException(
          "initial state of "
              + given
              + (given == 1 ? " array" : " arrays")
              + ", expected "
              + (first.size() + second.size())
              + ": forward "
              + String.join(" and ", first)
              + ", backward "
              + String.join(" and ", second));
    }
    return first.size();
  }

  /** Those of an RNN, whose cells check them, are half of what is given. */
  private static List<String> stateNames(Layer layer, int half) {
    return layer instanceof Recurrent<?> r
        ? r.stateNames()
        : Collections.nCopies(half, "a cell's state");
  }

  private static List<Value> direction(
      Lowering g, Layer layer, Arguments<Value> arguments, List<Value> states) {
    try {
      return layer.lower(g, new Arguments<>(arguments.data(), states, arguments.seen()));
    } catch (ShapeException e) {
      throw new ShapeException(layer.label() + ": " + e.getMessage());
    }
  }

  @Override
  protected Optional<Value> mask(Lowering g, Arguments<Value> arguments) {
    return forward instanceof RNN r
        ? r.mask(g, arguments)
        : ((Recurrent<?>) forward).mask(g, arguments);
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
    Map<String, Object> config = NetworkForm.config(form);
    config.put("name", layer.requiredName().substring(prefix.length()));
    return form;
  }

  static Bidirectional fromConfig(Config c) {
    Layer forward = recurrent(c, "layer");
    boolean copied = c.get("backward_layer") == null;
    Layer backward;
    if (!copied) {
      backward = recurrent(c, "backward_layer");
    } else if (forward instanceof Recurrent<?> r) {
      backward = r.copy().goBackwards(!r.goesBackwards());
    } else { // read once more, with whatever cells of one's own
      RNN again = (RNN) recurrent(c, "layer");
      backward = again.goBackwards(!again.goesBackwards());
    }
    return new Bidirectional(forward, backward, copied)
        .mergeMode(c.choice("merge_mode", MergeMode.class, "none", "concat"));
  }

  private static Layer recurrent(Config c, String key) {
    Layer layer = c.layer(key);
    if (layer instanceof Recurrent<?> || layer instanceof RNN) {
      return layer;
    }
    throw c.wrong(key, "expected a recurrent layer, such as ConvLSTM2D or LSTM, or an RNN");
  }
}
