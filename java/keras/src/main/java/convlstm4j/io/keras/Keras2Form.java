package convlstm4j.io.keras;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.layer.AttentionCalls;
import convlstm4j.layer.Identity;
import convlstm4j.layer.Normalization;
import convlstm4j.layer.Operation;
import convlstm4j.layer.RMSNormalization;
import convlstm4j.layer.Resizing;
import convlstm4j.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Model JSON as Keras 2.11 writes it. */
final class Keras2Form extends KerasForm {
  static final String VERSION = "2.11.0";

  private static final String KERAS_3 = "; save it as .keras or .h5 of Keras 3";

  Keras2Form(DType dtype, Consumer<String> notes) {
    super(dtype, notes);
  }

  /** The attribute {@code model_config}. */
  Map<String, Object> of(Network network, String name) {
    return mapOf(
        "class_name", "Functional", "config", Architecture.countedAsKeras2(model(network, name)));
  }

  @Override
  String generation() {
    return "Keras 2";
  }

  @Override
  boolean poolsSteps() {
    return true;
  }

  @Override
  Object dtypePolicy() {
    return dtype;
  }

  @Override
  Map<String, Object> input(Map<String, Object> config) {
    return mapOf(
        "batch_input_shape",
        config.get("batch_shape"),
        "dtype",
        dtype,
        "sparse",
        false,
        "ragged",
        false,
        "name",
        config.get("name"));
  }

  @Override
  Map<String, Object> describe(Layer layer, Map<String, Object> config, int rank) {
    if (layer instanceof Operation operation) {
      throw new IllegalArgumentException(
          layer.label()
              + " is the operation "
              + operation.kind()
              + ", which is not written for Keras 2"
              + KERAS_3);
    }
    if (layer instanceof RMSNormalization) {
      throw new IllegalArgumentException(
          layer.label() + " is not written for Keras 2, which has none" + KERAS_3);
    }
    if (layer instanceof Resizing && config.containsKey("antialias")) {
      throw new IllegalArgumentException(
          layer.label()
              + " has pad_to_aspect_ratio, fill_value or antialias, which Keras 2 has not"
              + KERAS_3);
    }
    if (layer instanceof Normalization) {
      axisOfGiven(layer, config);
    }
    if (layer instanceof Identity) {
      note(layer + ": Keras before 2.12 has no such layer");
    }
    if (AttentionCalls.has(layer.kerasClass())) {
      throw new IllegalArgumentException(
          layer.label()
              + " is attention, which is not written for Keras 2; save it as .keras or .h5 of Keras 3");
    }
    if (Boolean.FALSE.equals(config.get("zero_output_for_mask"))) {
      config.remove("zero_output_for_mask"); // written by Keras 2 only where it is true
    }
    if (config.get("axis") instanceof Integer axis
        && layer.kerasClass().equals("BatchNormalization")) {
      config.put("axis", List.of(axis < 0 ? axis + rank : axis)); // as tf.keras resolves it
    }
    return mapOf("class_name", layer.kerasClass(), "config", config);
  }

  @Override
  Map<String, Object> described(String className, Map<String, Object> config) {
    return mapOf("class_name", className, "config", config);
  }

  @Override
  Object activation(Object value, Layer layer) {
    if (value instanceof Map<?, ?> m) {
      Map<String, Object> config = map(m, "config");
      if (config.containsKey("negative_slope")) {
        config.put("alpha", config.remove("negative_slope"));
      }
      return mapOf("class_name", m.get("class_name"), "config", config);
    }
    return switch (String.valueOf(value)) {
      case "hard_sigmoid_keras2" -> "hard_sigmoid";
      case "leaky_relu" -> mapOf("class_name", "LeakyReLU", "config", mapOf("alpha", 0.2));
      case "hard_sigmoid_keras3" -> {
        note(
            layer
                + ": Keras 2 has no hard_sigmoid of Keras 3's form; load the file with"
                + " custom_objects={\"hard_sigmoid_keras3\": lambda x: tf.nn.relu6(x + 3) / 6}");
        yield value;
      }
      default -> value;
    };
  }

  @Override
  Map<String, Object> object(String module, Map<String, Object> form) {
    return form;
  }

  @Override
  Object calls(List<?> calls, Layer layer, Network network) {
    return calls;
  }
}
