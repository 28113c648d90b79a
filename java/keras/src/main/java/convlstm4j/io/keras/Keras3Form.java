package convlstm4j.io.keras;

import convlstm4j.graph.InputLayer;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Node;
import convlstm4j.layer.ActivationLayer;
import convlstm4j.layer.AttentionCalls;
import convlstm4j.layer.Normalization;
import convlstm4j.layer.Operation;
import convlstm4j.layer.RMSNormalization;
import convlstm4j.layer.RNN;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Model JSON as Keras 3.8 writes it. */
final class Keras3Form extends KerasForm {
  static final String VERSION = "3.8.0";

  /** Classes by the name that every Keras 3 takes, where newer ones write another. */
  private static final Map<String, String> NAMES = Map.of("Orthogonal", "OrthogonalInitializer");

  /** Of each network that was met, once: each of its layers asks. */
  private final Map<Network, Map<String, Shape>> shapesOf = new HashMap<>();

  Keras3Form(DType dtype, Consumer<String> notes) {
    super(dtype, notes);
  }

  /** The file {@code config.json}, but for {@code compile_config}. */
  Map<String, Object> of(Network network, String name) {
    return functional(model(network, name));
  }

  /** The attribute {@code model_config} of an {@code .h5} file. */
  Map<String, Object> inH5(Network network, String name) {
    return mapOf("class_name", "Functional", "config", model(network, name));
  }

  /** By its public name, since the module of the class {@code Functional} was moved. */
  private static Map<String, Object> functional(Map<String, Object> config) {
    return mapOf(
        "module", "keras", "class_name", "Model", "config", config, "registered_name", null);
  }

  /**
   * The class that a layer is written as: a function with options is a layer of its own, since
   * Keras before 3.10 does not read it as the option of an {@code Activation}.
   */
  static String kind(Layer layer) {
    return layer instanceof ActivationLayer
            && layer.config().get("activation") instanceof Map<?, ?> function
        ? String.valueOf(function.get("class_name"))
        : layer.kerasClass();
  }

  @Override
  void checkName(Layer layer) {
    if (layer.name() != null && layer.name().contains("/")) {
      throw new IllegalArgumentException(
          "layer \""
              + layer.name()
              + "\" has a / in its name, which Keras 3 refuses; save it as a checkpoint, or as .h5 of"
              + " Keras 2 (KerasOptions.h5, convert --keras 2)");
    }
  }

  @Override
  String generation() {
    return "Keras 3";
  }

  @Override
  boolean poolsSteps() {
    return false;
  }

  @Override
  Object dtypePolicy() {
    return mapOf(
        "module",
        "keras",
        "class_name",
        "DTypePolicy",
        "config",
        mapOf("name", dtype),
        "registered_name",
        null);
  }

  @Override
  Map<String, Object> input(Map<String, Object> config) {
    return mapOf(
        "batch_shape",
        config.get("batch_shape"),
        "dtype",
        dtype,
        "sparse",
        false,
        "name",
        config.get("name"));
  }

  @Override
  Map<String, Object> describe(Layer layer, Map<String, Object> config, int rank) {
    if (layer instanceof Operation operation) {
      return operation(operation);
    }
    if (config.get("axis") instanceof List<?> axes
        && layer.kerasClass().equals("BatchNormalization")) {
      throw new IllegalArgumentException(
          layer.label()
              + " has axis="
              + axes
              + ", Keras 3 has one axis; save it as .h5 of Keras 2");
    }
    if (layer instanceof RMSNormalization) {
      note(layer + ": Keras before 3.9 has no such layer");
    }
    if (layer instanceof Normalization) {
      nestGiven(layer, config, rank);
    }
    config.keySet().removeAll(AttentionCalls.OPTIONS); // which its calls say
    String kind = kind(layer);
    if (!kind.equals(layer.kerasClass())) {
      Map<String, Object> function = map(config, "activation");
      config.remove("activation");
      config.putAll(map(function, "config"));
    }
    if (kind.equals("TimeDistributed")) {
      config.put("layer", withPlainEnds(map(config, "layer")));
    }
    if (kind.startsWith("SpatialDropout")) {
      config.remove("trainable"); // which no Keras 3 takes here
    }
    return switch (kind) {
      case "Functional" -> functional(config);
      case "Sequential" ->
          mapOf("module", "keras", "class_name", kind, "config", config, "registered_name", null);
      default ->
          mapOf(
              "module",
              isKeras(layer) ? "keras.layers" : null,
              "class_name",
              kind,
              "config",
              config,
              "registered_name",
              isKeras(layer) ? null : kind);
    };
  }

  /** Keras 3 repeats given numbers from the last axis on: each gets the axes behind its own. */
  private static void nestGiven(Layer layer, Map<String, Object> config, int rank) {
    int axis = axisOfGiven(layer, config);
    int behind = axis < 0 ? -1 - axis : rank - 1 - axis;
    for (String key : List.of("mean", "variance")) {
      if (config.get(key) instanceof List<?> flat) {
        List<Object> nested = new ArrayList<>();
        for (Object number : flat) {
          Object place = number;
          for (int d = 0; d < behind; d++) {
            place = List.of(place);
          }
          nested.add(place);
        }
        config.put(key, nested);
      }
    }
  }

  /** Keras's operations with options take no name; they have that of the graph. */
  private static Map<String, Object> operation(Operation operation) {
    Map<String, Object> made = operation.made();
    return mapOf(
        "module",
        operation.module(),
        "class_name",
        operation.kind(),
        "config",
        made.isEmpty() ? mapOf("name", operation.name()) : made,
        "registered_name",
        operation.kind());
  }

  /**
   * A layer; if it is a model, with one input as {@code ["x", 0, 0]}: in a TimeDistributed, Keras
   * 3.12 and newer take {@code [["x", 0, 0]]} for a list of shapes. Keras 3.0 reads the latter
   * alone, but no model in a TimeDistributed at all.
   */
  private static Map<String, Object> withPlainEnds(Map<String, Object> layer) {
    Map<String, Object> model = map(layer, "config");
    for (String key : List.of("input_layers", "output_layers")) {
      if (model.get(key) instanceof List<?> all && all.size() == 1) {
        model.put(key, all.get(0));
      }
    }
    layer.put("config", model);
    return layer;
  }

  private static boolean isKeras(Layer layer) {
    return layer instanceof InputLayer
        || layer.getClass().getPackageName().equals("convlstm4j.layer");
  }

  @Override
  Map<String, Object> described(String className, Map<String, Object> config) {
    return mapOf(
        "module",
        "keras.layers",
        "class_name",
        className,
        "config",
        config,
        "registered_name",
        null);
  }

  @Override
  Object activation(Object value, Layer layer) {
    if (value instanceof Map<?, ?> m) {
      return object("layers", map(m));
    }
    return switch (String.valueOf(value)) {
      case "hard_sigmoid_keras3" -> "hard_sigmoid";
      case "hard_sigmoid_keras2" -> {
        note(
            layer
                + ": Keras 3 has no hard_sigmoid of Keras 2's form; load the file with"
                + " custom_objects={\"hard_sigmoid_keras2\": lambda x: keras.ops.clip(0.2 * x + 0.5,"
                + " 0, 1)}");
        yield mapOf(
            "module", "builtins",
            "class_name", "function",
            "config", value,
            "registered_name", "function");
      }
      default -> value;
    };
  }

  @Override
  Map<String, Object> object(String module, Map<String, Object> form) {
    String kind = text(form, "class_name");
    return mapOf(
        "module",
        "keras." + module,
        "class_name",
        NAMES.getOrDefault(kind, kind),
        "config",
        form.get("config"),
        "registered_name",
        null);
  }

  /** From {@code [[[name, call, output, options], ..], ..]}. */
  @Override
  Object calls(List<?> calls, Layer layer, Network network) {
    Map<String, Shape> shapes = shapesOf.computeIfAbsent(network, Keras3Form::shapes);
    List<Object> result = new ArrayList<>();
    for (Object call : calls) {
      List<Object> tensors = new ArrayList<>();
      Map<String, Object> kwargs = new LinkedHashMap<>();
      for (Object reference : (List<?>) call) {
        List<?> r = (List<?>) reference;
        tensors.add(tensor(r, shapes));
        for (Map.Entry<String, Object> e : map(r.get(3)).entrySet()) {
          if (e.getValue() instanceof List<?> symbol) {
            kwargs.put(e.getKey(), tensor(symbol, shapes));
          } else { // training=False of Keras 2
            note(layer + ": trained on in Keras 3, it does not run as at inference in training");
          }
        }
      }
      List<Object> args = tensors;
      if (AttentionCalls.areSeparate(layer) && kwargs.containsKey("mask")) {
        kwargs.put("attention_mask", kwargs.remove("mask"));
      }
      for (String option : AttentionCalls.OPTIONS) {
        if (Boolean.TRUE.equals(layer.config().get(option))) {
          kwargs.put(option, true);
        }
      }
      if (layer instanceof Operation operation) {
        args = operation.called(tensors);
      } else if (takesState(layer) && tensors.size() > 1) {
        args = tensors.subList(0, 1);
        kwargs.put("initial_state", states(layer, tensors.subList(1, tensors.size())));
      } else if (tensors.size() > 1 && !AttentionCalls.areSeparate(layer)) {
        args = List.of(tensors); // one argument, which is a list
      }
      result.add(mapOf("args", args, "kwargs", kwargs));
    }
    return result;
  }

  /** A list, or of stacked cells a list for each. */
  private static List<?> states(Layer layer, List<?> tensors) {
    if (!(layer instanceof RNN rnn) || !rnn.isStacked()) {
      return List.copyOf(tensors);
    }
    List<Object> nested = new ArrayList<>();
    int from = 0;
    for (int count : rnn.stateCounts()) {
      nested.add(List.copyOf(tensors.subList(from, from + count)));
      from += count;
    }
    return nested;
  }

  /** Shapes of what the calls of a network yield, by name, call and output. */
  private static Map<String, Shape> shapes(Network network) {
    Map<String, Shape> shapes = new HashMap<>();
    Map<Layer, Integer> calls = new HashMap<>();
    for (Node n : network.nodes()) {
      int call = calls.merge(n.layer(), 1, Integer::sum) - 1;
      for (int i = 0; i < n.outputs().size(); i++) {
        shapes.put(n.layer().name() + "/" + call + "/" + i, n.outputs().get(i).shape());
      }
    }
    return shapes;
  }

  private Map<String, Object> tensor(List<?> reference, Map<String, Shape> shapes) {
    String name = reference.get(0) + "/" + reference.get(1) + "/" + reference.get(2);
    Shape shape = Objects.requireNonNull(shapes.get(name), name);
    List<Object> dims = new ArrayList<>();
    for (long d : shape.dims()) {
      dims.add(d == Shape.UNKNOWN ? null : d);
    }
    return mapOf(
        "class_name",
        "__keras_tensor__",
        "config",
        mapOf("shape", dims, "dtype", dtype, "keras_history", reference.subList(0, 3)));
  }
}
