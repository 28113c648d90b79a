package convlstm4j.config;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.InputLayer;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Node;
import convlstm4j.graph.Symbol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Layers as Keras's configs spell them, and networks as the config of its Functional or Sequential
 * model, without the model's name.
 */
public final class NetworkForm {
  /** Keras's class of a model of any form. */
  public static final String FUNCTIONAL = "Functional";

  /** Keras's class of a model whose layers follow one another. */
  public static final String SEQUENTIAL = "Sequential";

  /** Which call of its layer a node is, counted in the network's order. */
  private final Map<Node, Integer> calls = new HashMap<>();

  private final Map<Layer, List<Node>> nodes = new HashMap<>();

  private NetworkForm(Network network) {
    for (Node n : network.nodes()) {
      List<Node> ofLayer = nodes.computeIfAbsent(n.layer(), l -> new ArrayList<>());
      calls.put(n, ofLayer.size());
      ofLayer.add(n);
    }
  }

  /**
   * A layer in Keras's form, name and {@code trainable} included.
   *
   * @param layer the layer
   * @return {@code {"class_name": .., "config": {..}}}
   * @throws IllegalArgumentException if the layer has something that Keras's form cannot say
   */
  public static Map<String, Object> of(Layer layer) {
    Map<String, Object> config = new LinkedHashMap<>();
    if (layer.name() != null) {
      config.put("name", layer.name());
    }
    config.put("trainable", layer.isTrainableAlone());
    config.putAll(layer.config());
    ConstraintForms.put(layer.constraints(), config);
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("class_name", layer.kerasClass());
    form.put("config", config);
    return form;
  }

  /**
   * The options in a form that was made here, to be changed.
   *
   * @param form as {@link #of} gives it
   * @return what {@code config} is
   */
  @SuppressWarnings("unchecked") // made here
  public static Map<String, Object> config(Map<String, Object> form) {
    return (Map<String, Object>)
        Objects.requireNonNull(form.get("config"), "a form without config");
  }

  /**
   * Writes a network of any form.
   *
   * @param network the network
   * @return {@code {"layers": [..], "input_layers": [..], "output_layers": [..]}}, calls in the
   *     list form
   * @throws IllegalArgumentException if a layer has something that Keras's form cannot say; the
   *     message names the layer
   */
  public static Map<String, Object> functional(Network network) {
    NetworkForm form = new NetworkForm(network);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("layers", network.layers().stream().map(form::called).toList());
    config.put("input_layers", network.inputs().stream().map(form::end).toList());
    config.put("output_layers", form.ends(network));
    return config;
  }

  /**
   * Writes a network whose layers follow one another.
   *
   * @param network the network
   * @return {@code {"layers": [..]}}
   * @throws IllegalArgumentException if a layer has something that Keras's form cannot say; the
   *     message names the layer
   */
  public static Map<String, Object> sequential(Network network) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("layers", network.layers().stream().map(NetworkForm::layer).toList());
    return config;
  }

  /** A list, or by name if the outputs have names of their own. */
  private Object ends(Network network) {
    List<Symbol> outputs = network.outputs();
    if (!network.namesOutputs()) {
      return outputs.stream().map(this::end).toList();
    }
    Map<String, Object> named = new LinkedHashMap<>();
    for (int i = 0; i < outputs.size(); i++) {
      named.put(network.outputNames().get(i), end(outputs.get(i)));
    }
    return named;
  }

  private static Map<String, Object> layer(Layer layer) {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("class_name", layer.kerasClass());
    form.put("name", layer.name());
    if (layer instanceof InputLayer) {
      Map<String, Object> config = new LinkedHashMap<>();
      config.put("name", layer.name());
      config.putAll(layer.config());
      config.put("dtype", "float32");
      form.put("config", config);
      return form;
    }
    try {
      form.put("config", of(layer).get("config"));
    } catch (IllegalArgumentException e) {
      throw isModel(layer) // the message names the layer inside
          ? e
          : new IllegalArgumentException(layer.label() + ": " + e.getMessage(), e);
    }
    return form;
  }

  private static boolean isModel(Layer layer) {
    return layer.kerasClass().equals(FUNCTIONAL) || layer.kerasClass().equals(SEQUENTIAL);
  }

  private Map<String, Object> called(Layer layer) {
    Map<String, Object> form = layer(layer);
    List<Object> inbound = new ArrayList<>();
    if (!(layer instanceof InputLayer)) {
      Objects.requireNonNull(nodes.get(layer)).forEach(n -> inbound.add(call(n.arguments())));
    }
    form.put("inbound_nodes", inbound);
    return form;
  }

  private List<Object> call(Arguments<Symbol> arguments) {
    Map<String, Object> options = new LinkedHashMap<>();
    arguments.mask().ifPresent(m -> options.put("mask", reference(m)));
    if (arguments.inference()) {
      options.put("training", false);
    }
    List<Symbol> tensors = new ArrayList<>(arguments.data());
    tensors.addAll(arguments.initialState());
    List<Object> call = new ArrayList<>();
    for (Symbol s : tensors) {
      List<Object> entry = new ArrayList<>(reference(s));
      entry.add(options);
      call.add(entry);
    }
    return call;
  }

  private List<Object> reference(Symbol s) {
    return List.of(s.node().layer().name(), calls.get(s.node()), s.index());
  }

  /**
   * An input or output. As in keras/src/models/functional.py ({@code get_config}, {@code
   * get_tensor}), calls of a Functional model count from 1 here, though from 0 in calls.
   */
  private List<Object> end(Symbol s) {
    Layer layer = s.node().layer();
    int first = layer.kerasClass().equals(FUNCTIONAL) ? 1 : 0;
    return List.of(layer.name(), Objects.requireNonNull(calls.get(s.node())) + first, s.index());
  }
}
