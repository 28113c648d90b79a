package convlstm4j.io.keras;

import convlstm4j.graph.InputLayer;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Node;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Layers;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.RNN;
import convlstm4j.layer.Recurrent;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A network as the model JSON of one generation of Keras, made from the form that {@link Layers}
 * gives, which leaves to the reader what only one generation writes.
 *
 * <p>What that generation cannot compute is either written so that it refuses it by name (a
 * function {@code hard_sigmoid_keras2} in Keras 3, which the user may supply), or, where it
 * concerns training only, put beside the layer's config under {@code "convlstm4j"}, where Keras
 * overlooks it; both are noted.
 */
abstract class KerasForm {
  /** Options of recurrent layers that Keras's have not, and which it refuses by name. */
  private static final Set<String> OWN_OPTIONS = Set.of("depth_multiplier", "layer_normalization");

  final String dtype;
  private final Consumer<String> notes;

  KerasForm(DType dtype, Consumer<String> notes) {
    this.dtype = dtype == DType.FLOAT64 ? "float64" : "float32";
    this.notes = notes;
  }

  /** The config of a Functional model, name and {@code trainable} included. */
  final Map<String, Object> model(Network network, String name) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("name", name);
    config.put("trainable", true);
    config.putAll(Layers.toKeras(network));
    return network(config, network);
  }

  /** A model's config, its own or an inner one's. */
  final Map<String, Object> network(Map<String, Object> config, Network network) {
    Map<String, Object> copy = new LinkedHashMap<>(config);
    Map<String, Layer> byName = byName(network);
    List<Object> layers = new ArrayList<>();
    for (Object form : (List<?>) given(config, "layers")) {
      Map<String, Object> f = map(form);
      Layer layer = Objects.requireNonNull(byName.get(text(f, "name")));
      layers.add(layer(f, layer, network, rank(layer, network)));
    }
    Map<String, Integer> order = new HashMap<>();
    for (Layer l : inOrder(network)) {
      order.put(l.requiredName(), order.size());
    }
    layers.sort(Comparator.comparing(l -> Objects.requireNonNull(order.get(text(map(l), "name")))));
    copy.put("layers", layers);
    return copy;
  }

  /** A network's layers, to look many up. */
  static Map<String, Layer> byName(Network network) {
    Map<String, Layer> layers = new LinkedHashMap<>();
    network.layers().forEach(l -> layers.put(l.requiredName(), l));
    return layers;
  }

  /**
   * The layers as Keras's {@code model.layers} has them, after which weights are matched: it walks
   * from the outputs, and takes a dictionary's in the alphabet's order of its keys.
   */
  static List<Layer> inOrder(Network network) {
    if (!network.namesOutputs()) {
      return network.layers();
    }
    Map<String, Symbol> byName = new TreeMap<>();
    for (int i = 0; i < network.outputs().size(); i++) {
      byName.put(network.outputNames().get(i), network.outputs().get(i));
    }
    return Network.of(network.inputs(), List.copyOf(byName.values())).layers();
  }

  /** Axes of what a layer is given, the batch's included; 0 for an input. */
  private static int rank(Layer layer, Network network) {
    for (Node n : network.nodes()) {
      if (n.layer() == layer && !n.arguments().data().isEmpty()) {
        return n.arguments().first().shape().rank();
      }
    }
    return 0;
  }

  /** A layer's form, in a network or inside another layer (then {@code network} is null). */
  private Map<String, Object> layer(
      Map<String, Object> form, Layer layer, @Nullable Network network, int rank) {
    Map<String, Object> config = new LinkedHashMap<>();
    Map<String, Object> own = new LinkedHashMap<>();
    if (layer instanceof InputLayer) {
      config.putAll(input(map(form, "config")));
    } else {
      for (Map.Entry<String, Object> e : map(form, "config").entrySet()) {
        put(e.getKey(), e.getValue(), layer, config, rank);
        if (e.getKey().equals("trainable")) {
          config.put("dtype", dtypePolicy());
        }
      }
      trainingOnly(layer, config, own);
    }
    checkName(layer);
    Map<String, Object> result = new LinkedHashMap<>(describe(layer, config, rank));
    if (!own.isEmpty()) {
      result.put("convlstm4j", own);
    }
    if (form.containsKey("name")) {
      result.put("name", layer.name());
    }
    if (network != null && form.get("inbound_nodes") instanceof List<?> calls) {
      result.put("inbound_nodes", calls(calls, layer, network));
    }
    return result;
  }

  /** Fails if that generation of Keras does not take a layer's name. */
  void checkName(Layer layer) {}

  private void put(String key, Object value, Layer layer, Map<String, Object> config, int rank) {
    if (key.equals("peephole")) {
      throw new IllegalArgumentException(
          layer.label() + " has peepholes, which Keras has not; save a checkpoint instead");
    }
    if (layer instanceof Recurrent<?> && OWN_OPTIONS.contains(key)) {
      note(layer + " has the option " + key + ", which Keras has not: only this library reads it");
    }
    if (value instanceof Map<?, ?> m && (key.equals("layer") || key.equals("backward_layer"))) {
      Layer inside = layer.children().get(key.equals("layer") ? 0 : 1);
      int innerRank = layer instanceof TimeDistributed ? rank - 1 : rank;
      config.put(key, layer(map(m), inside, null, innerRank));
    } else if (layer instanceof RNN rnn && key.equals("cell")) {
      config.put(key, cells(map(value), rnn, rank - 1));
    } else if (key.equals("activation") || key.equals("recurrent_activation")) {
      config.put(key, activation(value, layer));
    } else if (key.endsWith("_initializer") && value instanceof Map<?, ?> m) {
      config.put(key, object("initializers", map(m)));
    } else if (key.endsWith("_regularizer") && value instanceof Map<?, ?> m) {
      config.put(key, object("regularizers", map(m)));
    } else if (key.endsWith("_constraint") && value instanceof Map<?, ?> m) {
      config.put(key, object("constraints", map(m)));
    } else {
      config.put(key, value);
    }
    if (layer instanceof NestedModel model && key.equals("layers")) {
      config.putAll(network(Map.of(key, value), model.network()));
    }
  }

  /** The cell of an RNN, or the list of them. */
  private Map<String, Object> cells(Map<String, Object> form, RNN rnn, int rank) {
    if (!rnn.isStacked()) {
      return cell(form, rnn.children().get(0), rank);
    }
    List<?> forms = (List<?>) given(map(form, "config"), "cells");
    List<Object> cells = new ArrayList<>();
    for (int i = 0; i < forms.size(); i++) {
      cells.add(cell(map(forms.get(i)), rnn.children().get(i), rank));
    }
    return described(text(form, "class_name"), mapOf("cells", cells));
  }

  private Map<String, Object> cell(Map<String, Object> form, Layer cell, int rank) {
    if (!RNN.isKeras(cell)) {
      note(
          cell
              + ": Keras has no cell that is a "
              + (cell instanceof NestedModel ? "graph" : RNN.kerasClass(cell))
              + ", only this library reads it");
    }
    Map<String, Object> made = layer(form, cell, null, rank);
    if (cell instanceof Recurrent<?>) {
      made.put("class_name", form.get("class_name"));
    }
    return made;
  }

  /** A class of Keras's layers with its config. */
  abstract Map<String, Object> described(String className, Map<String, Object> config);

  /** The batch statistics of TimeDistributed, the only thing that Keras says by its version. */
  private void trainingOnly(Layer layer, Map<String, Object> config, Map<String, Object> own) {
    if (!(layer instanceof TimeDistributed)) {
      return;
    }
    boolean pooled = Boolean.TRUE.equals(config.remove("pool_steps"));
    if (pooled != poolsSteps() && TimeDistributed.takesStatistics(layer)) {
      own.put("pool_steps", pooled);
      note(
          layer
              + ": in training, "
              + generation()
              + " takes batch statistics of "
              + (pooled ? "each step by itself" : "all steps together"));
    }
  }

  /**
   * The axis of the numbers that a Normalization is given, which are one list; -1 where there are
   * none or one.
   */
  static int axisOfGiven(Layer layer, Map<String, Object> config) {
    if (!(config.get("mean") instanceof List<?> means)) {
      return -1;
    }
    if (config.get("axis") instanceof List<?> axes
        && axes.size() == 1
        && axes.get(0) instanceof Integer axis) {
      return axis;
    }
    throw new IllegalArgumentException(
        layer.label()
            + " is given "
            + means.size()
            + " means along axis="
            + config.get("axis")
            + ", which is written for Keras along one axis only; adapt it, or save a checkpoint");
  }

  final void note(String what) {
    notes.accept(what);
  }

  /** For instance {@code Keras 2}. */
  abstract String generation();

  /** Whether TimeDistributed takes batch statistics of all steps together. */
  abstract boolean poolsSteps();

  abstract Object dtypePolicy();

  /** The config of an input. */
  abstract Map<String, Object> input(Map<String, Object> config);

  /** A layer's form around its config. */
  abstract Map<String, Object> describe(Layer layer, Map<String, Object> config, int rank);

  abstract Object activation(Object value, Layer layer);

  /** An initialiser or regulariser. */
  abstract Map<String, Object> object(String module, Map<String, Object> form);

  abstract Object calls(List<?> calls, Layer layer, Network network);

  /** Whether the tensors of a call after the first are an initial state. */
  static boolean takesState(Layer layer) {
    return layer instanceof Recurrent<?> || layer instanceof RNN || layer instanceof Bidirectional;
  }

  static Map<String, Object> map(Object value) {
    Map<String, Object> copy = new LinkedHashMap<>();
    ((Map<?, ?>) value).forEach((k, v) -> copy.put(String.valueOf(k), v));
    return copy;
  }

  /** A map in a form. */
  static Map<String, Object> map(Map<?, ?> form, String key) {
    return map(given(form, key));
  }

  /** A text in a form. */
  static String text(Map<?, ?> form, String key) {
    return (String) given(form, key);
  }

  /** What a form that this library has made always has. */
  static Object given(Map<?, ?> form, String key) {
    return Objects.requireNonNull(
        form.get(key), () -> "a form without " + key + ": " + form.keySet());
  }

  static Map<String, Object> mapOf(@Nullable Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
