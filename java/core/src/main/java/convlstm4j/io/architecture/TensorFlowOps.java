package convlstm4j.io.architecture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * TensorFlow's functions on tensors, which Keras 2.4 to 2.15 keep as layers {@code TFOpLambda} and
 * {@code SlicingOpLambda} (keras v2.15 src/layers/core/tf_op_layer.py): read as Keras 3's
 * operations, or as the layers that they are. The arguments are in the calls, of which all of one
 * layer must agree in those that are no tensors (v2.15 src/engine/node.py, {@code serialize}).
 */
final class TensorFlowOps {
  private static final Set<String> CLASSES = Set.of("TFOpLambda", "SlicingOpLambda");
  private static final String INBOUND = "inbound_nodes";
  private static final String CONSTANT = "_CONSTANT_VALUE";
  private static final String TENSOR = "__keras_tensor__";
  private static final String FIRST_VERSION = "compat.v1.";

  /**
   * What a function is here.
   *
   * @param kind of the operation or layer
   * @param layer whether it is a layer
   * @param arguments here, by TensorFlow's names in their order
   */
  private record Meaning(String kind, boolean layer, Map<String, String> arguments) {}

  private static final Map<String, Meaning> FUNCTIONS = new TreeMap<>();

  private static void add(boolean layer, String kind, List<String> functions, String... arguments) {
    Map<String, String> names = new LinkedHashMap<>();
    for (String argument : arguments) {
      String[] pair = argument.split(":");
      names.put(pair[0], pair[1]);
    }
    functions.forEach(f -> FUNCTIONS.put(f, new Meaning(kind, layer, names)));
  }

  private static void operation(String kind, String function, String... arguments) {
    add(false, kind, List.of(function.split(" ")), arguments);
  }

  private static void layer(String kind, String function, String... arguments) {
    add(true, kind, List.of(function.split(" ")), arguments);
  }

  static {
    operation("Add", "__operators__.add math.add add", "x:x1", "y:x2");
    operation("Subtract", "math.subtract subtract", "x:x1", "y:x2");
    operation("Multiply", "math.multiply multiply", "x:x1", "y:x2");
    operation("TrueDivide", "math.divide divide math.truediv truediv", "x:x1", "y:x2");
    operation("FloorDivide", "math.floordiv floordiv", "x:x1", "y:x2");
    operation("Power", "math.pow pow", "x:x1", "y:x2");
    operation("Maximum", "math.maximum maximum", "x:x1", "y:x2");
    operation("Minimum", "math.minimum minimum", "x:x1", "y:x2");
    operation("Greater", "math.greater greater", "x:x1", "y:x2");
    operation("GreaterEqual", "math.greater_equal greater_equal", "x:x1", "y:x2");
    operation("Less", "math.less less", "x:x1", "y:x2");
    operation("LessEqual", "math.less_equal less_equal", "x:x1", "y:x2");
    operation("Equal", "math.equal equal", "x:x1", "y:x2");
    operation("NotEqual", "math.not_equal not_equal", "x:x1", "y:x2");
    operation("LogicalAnd", "math.logical_and logical_and", "x:x1", "y:x2");
    operation("LogicalOr", "math.logical_or logical_or", "x:x1", "y:x2");
    for (String unary :
        List.of(
            "Abs abs",
            "Negative negative",
            "Square square",
            "Sqrt sqrt",
            "Rsqrt rsqrt",
            "Exp exp",
            "Expm1 expm1",
            "Log log",
            "Log1p log1p",
            "Floor floor",
            "Ceil ceil",
            "Sign sign",
            "Reciprocal reciprocal",
            "Tanh tanh",
            "Sigmoid sigmoid",
            "LogicalNot logical_not")) {
      String[] names = unary.split(" ");
      operation(names[0], "math." + names[1] + " " + names[1] + " nn." + names[1], "x:x");
    }
    operation("Relu", "nn.relu", "features:x");
    operation("Relu6", "nn.relu6", "features:x");
    operation("Elu", "nn.elu", "features:x");
    operation("Selu", "nn.selu", "features:x");
    operation("Silu", "nn.silu", "features:x");
    operation("Softplus", "math.softplus nn.softplus", "features:x");
    operation("Softsign", "math.softsign nn.softsign", "features:x");
    operation("LeakyRelu", "nn.leaky_relu", "features:x", "alpha:negative_slope");
    operation("Gelu", "nn.gelu", "features:x", "approximate:approximate");
    layer("Softmax", "nn.softmax math.softmax", "logits:x", "axis:axis");
    layer("UnitNormalization", "math.l2_normalize nn.l2_normalize", "x:x", "axis:axis");
    layer("Resizing", "image.resize", "images:x", "size:size", "method:interpolation");
    layer("Add", "math.add_n add_n", "inputs:x");
    for (String reduced :
        List.of(
            "Mean mean", "Sum sum", "Max max", "Min min", "Std std", "Var variance", "Any any")) {
      String[] names = reduced.split(" ");
      String function = "reduce_" + names[1];
      operation(
          names[0],
          "math." + function + " " + function,
          "input_tensor:x",
          "axis:axis",
          "keepdims:keepdims");
    }
    operation("All", "math.reduce_all", "input_tensor:x", "axis:axis", "keepdims:keepdims");
    operation("Cumsum", "math.cumsum cumsum", "x:x", "axis:axis");
    operation("GetItem", "__operators__.getitem", "tensor:x", "slice_spec:key");
    operation("Take", "gather", "params:x", "indices:indices", "axis:axis");
    operation("ExpandDims", "expand_dims", "input:x", "axis:axis");
    operation("Squeeze", "squeeze", "input:x", "axis:axis");
    operation("Reshape", "reshape", "tensor:x", "shape:newshape");
    operation("Transpose", "transpose", "a:x", "perm:axes");
    operation("Tile", "tile", "input:x", "multiples:repeats");
    operation(
        "Pad",
        "pad",
        "tensor:x",
        "paddings:pad_width",
        "mode:mode",
        "constant_values:constant_values");
    operation("Cast", "cast", "x:x", "dtype:dtype");
    operation("ConvertToTensor", "identity convert_to_tensor", "input:x");
    operation("Stack", "stack", "values:x", "axis:axis");
    operation("Split", "split", "value:x", "num_or_size_splits:indices_or_sections", "axis:axis");
    operation("Concatenate", "concat", "values:x", "axis:axis");
    operation("Where", "where", "condition:condition", "x:x1", "y:x2");
    operation(
        "Clip",
        "clip_by_value math.clip_by_value",
        "t:x",
        "clip_value_min:x_min",
        "clip_value_max:x_max");
  }

  private TensorFlowOps() {}

  /** The same layer, or a function of TensorFlow as what it is here. */
  static Item of(Item layer) {
    Map<String, Object> form = layer.options();
    if (!(form.get("class_name") instanceof String kind)
        || !CLASSES.contains(kind)
        || !layer.get("config").isMap()) {
      return layer;
    }
    String function = layer.get("config").get("function").string();
    String known =
        function.startsWith(FIRST_VERSION) ? function.substring(FIRST_VERSION.length()) : function;
    Meaning meaning = FUNCTIONS.get(known);
    if (meaning == null) {
      throw layer.error(
          "layer \""
              + form.get("name")
              + "\" is TensorFlow's function "
              + function
              + ", which there is not here; there are "
              + FUNCTIONS.keySet());
    }
    Map<String, Object> constants = null;
    List<Object> calls = new ArrayList<>();
    for (Item node : layer.get(INBOUND).list()) {
      Map<String, Object> given = arguments(node, meaning);
      Map<String, Object> numbers = new LinkedHashMap<>(given);
      numbers.values().removeIf(v -> v == null || hasReference(v));
      List<Object> tensors =
          given.values().stream()
              .filter(TensorFlowOps::hasReference)
              .map(TensorFlowOps::tensors)
              .toList();
      if (constants != null && !constants.equals(numbers)) {
        throw node.error("the calls of one function of TensorFlow differ in more than tensors");
      }
      constants = numbers;
      calls.add(Map.of("args", tensors, "kwargs", Map.of()));
    }
    Map<String, Object> all = constants == null ? Map.of() : constants;
    List<Double> scale = new ArrayList<>();
    List<Double> offset = new ArrayList<>();
    if (isScaling(meaning.kind, all, scale, offset)) {
      Map<String, Object> scaling = new LinkedHashMap<>();
      scaling.put("scale", scale);
      scaling.put("offset", offset);
      Meaning rescaling = new Meaning("Rescaling", true, meaning.arguments);
      return new Item(layer.place(), written(form, rescaling, scaling, calls));
    }
    return new Item(layer.place(), written(form, meaning, all, calls));
  }

  /**
   * Whether it is arithmetic with an array of one number for each channel, as {@code x / std} is.
   */
  private static boolean isScaling(
      String kind, Map<String, Object> constants, List<Double> scale, List<Double> offset) {
    boolean first = constants.containsKey("x1");
    if (!(constants.get(first ? "x1" : "x2") instanceof List<?> array) || constants.size() != 1) {
      return false;
    }
    Object row = array;
    while (row instanceof List<?> list && list.size() == 1 && list.get(0) instanceof List<?> in) {
      row = in;
    }
    List<Double> numbers = new ArrayList<>();
    for (Object n : (List<?>) row) {
      if (!(n instanceof Number number)) {
        return false;
      }
      numbers.add(number.doubleValue());
    }
    switch (kind) {
      case "Multiply" -> scale.addAll(numbers);
      case "Add" -> offset.addAll(numbers);
      case "TrueDivide" -> numbers.forEach(n -> scale.add(1 / n));
      case "Subtract" -> numbers.forEach(n -> offset.add(first ? n : -n));
      default -> {
        return false;
      }
    }
    if (first && kind.equals("TrueDivide")) {
      return false;
    }
    if (scale.isEmpty()) {
      scale.add(first && kind.equals("Subtract") ? -1.0 : 1.0);
    } else {
      offset.add(0.0);
    }
    return true;
  }

  private static Map<String, Object> written(
      Map<String, Object> form,
      Meaning meaning,
      Map<String, Object> constants,
      List<Object> calls) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("name", form.get("name"));
    constants.forEach((key, value) -> put(config, key, value));
    if (meaning.kind.equals("LeakyRelu")) {
      config.putIfAbsent("negative_slope", 0.2);
    } else if (meaning.kind.equals("Gelu")) {
      config.putIfAbsent("approximate", false);
    } else if (meaning.kind.equals("Concatenate")) {
      config.putIfAbsent("axis", -1);
    }
    Map<String, Object> changed = new LinkedHashMap<>(form);
    changed.put("class_name", meaning.kind);
    changed.put("config", config);
    changed.put(INBOUND, calls);
    if (!meaning.layer) {
      changed.put("module", "keras.src.ops");
    }
    return changed;
  }

  /** What is given in a call, by the names here, in the order of the function's arguments. */
  private static Map<String, Object> arguments(Item node, Meaning meaning) {
    Map<String, Object> given = new LinkedHashMap<>();
    List<String> names = List.copyOf(meaning.arguments.keySet());
    Object first = first(node.value(), given);
    Map<String, Object> ordered = new LinkedHashMap<>();
    ordered.put(meaning.arguments.get(names.get(0)), first);
    for (String name : names.subList(1, names.size())) {
      if (given.get(name) != null) {
        ordered.put(meaning.arguments.get(name), given.remove(name));
      }
    }
    given.remove(names.get(0));
    given.forEach(
        (name, value) -> {
          boolean neutral =
              value == null || Boolean.FALSE.equals(value) || name.equals("name") || isZero(value);
          if (!neutral) {
            throw node.error("argument " + name + "=" + value + " is not supported");
          }
        });
    return ordered;
  }

  /** Such as {@code batch_dims=0}. */
  private static boolean isZero(Object value) {
    return value instanceof Number n && n.doubleValue() == 0;
  }

  /** The first argument: a reference, a number, or a list; the others are beside each reference. */
  private static @Nullable Object first(@Nullable Object value, Map<String, Object> others) {
    if (!(value instanceof List<?> list)) {
      return value;
    }
    if (list.size() >= 3 && list.get(0) instanceof String name && list.get(1) instanceof Integer) {
      if (list.size() > 3 && list.get(3) instanceof Map<?, ?> more) {
        more.forEach((k, v) -> others.put(String.valueOf(k), v));
      }
      return name.equals(CONSTANT) ? list.get(2) : List.copyOf(list.subList(0, 3));
    }
    List<Object> all = new ArrayList<>();
    list.forEach(v -> all.add(first(v, others)));
    return all;
  }

  private static boolean isReference(Object value) {
    return value instanceof List<?> r
        && r.size() == 3
        && r.get(0) instanceof String
        && r.get(1) instanceof Integer
        && r.get(2) instanceof Integer;
  }

  private static boolean hasReference(Object value) {
    return isReference(value)
        || (value instanceof List<?> list && list.stream().anyMatch(TensorFlowOps::hasReference));
  }

  /** References as Keras 3 writes them. */
  private static Object tensors(Object value) {
    return isReference(value)
        ? Map.of("class_name", TENSOR, "config", Map.of("keras_history", value))
        : ((List<?>) value).stream().map(TensorFlowOps::tensors).toList();
  }

  /** A number, slices or axes as Keras 3 writes them. */
  private static void put(Map<String, Object> config, String key, Object value) {
    switch (key) {
      case "key" -> {
        List<?> all = value instanceof List<?> list ? list : Arrays.asList(value);
        List<Object> entries = new ArrayList<>();
        all.forEach(e -> entries.add(entry(e)));
        config.put(key, entries);
      }
      case "indices_or_sections" -> config.put(key, sections(value));
      case "mode" -> config.put(key, String.valueOf(value).toLowerCase(Locale.ROOT));
      case "size" -> {
        if (value instanceof List<?> size && size.size() == 2) {
          config.put("height", size.get(0));
          config.put("width", size.get(1));
        }
        config.putIfAbsent("interpolation", "bilinear");
      }
      default -> config.put(key, value);
    }
  }

  /** An entry of {@code x[..]}: here slices say that they are some. */
  private static Object entry(Object e) {
    if (e instanceof Map<?, ?> map && !map.containsKey("class_name")) {
      return Map.of("class_name", "__slice__", "config", map);
    }
    return e instanceof Map<?, ?> map && "__ellipsis__".equals(map.get("class_name"))
        ? Map.of("class_name", "__ellipsis__", "config", Map.of())
        : e;
  }

  /** TensorFlow lists the sizes of the parts, Keras 3 where they end. */
  private static Object sections(Object value) {
    if (!(value instanceof List<?> sizes)) {
      return value;
    }
    List<Object> ends = new ArrayList<>();
    int end = 0;
    for (Object size : sizes.subList(0, sizes.size() - 1)) {
      end += size instanceof Integer n ? n : 0;
      ends.add(end);
    }
    return ends;
  }
}
