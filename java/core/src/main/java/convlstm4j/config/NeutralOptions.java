package convlstm4j.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of Keras, 2.2 to 3.15, that this library has not, with the value at which they say
 * nothing: Keras's default. Files of every release have some of them. Another value is refused by
 * name. A layer that has such an option reads it, and then what it says counts.
 */
final class NeutralOptions {
  /** Whatever their value: names, types, random numbers, ways to compute the same. */
  private static final List<String> SAY_NOTHING =
      List.of(
          "name",
          "trainable",
          "dtype",
          "autocast",
          "batch_input_shape",
          "batch_shape",
          "input_dtype",
          "input_shape",
          "input_length",
          "query_shape",
          "key_shape",
          "value_shape",
          "seed",
          "module",
          "registered_name",
          "build_config",
          "shared_object_id",
          "unroll",
          "implementation",
          "dynamic",
          "use_cudnn",
          "fused",
          "synchronized",
          // They go with renorm, which is refused where it is on.
          "renorm_clipping",
          "renorm_momentum");

  private static final Map<String, Object> DEFAULTS = new HashMap<>();

  static {
    Map<String, Object> d = DEFAULTS;
    // Inputs: dense, and there.
    d.put("sparse", false);
    d.put("ragged", false);
    d.put("optional", false);
    d.put("type_spec", null);
    // Any layer. Constraints end in _constraint.
    d.put("activity_regularizer", null);
    d.put("quantization_config", null);
    d.put("quantization_mode", null);
    d.put("lora_rank", null);
    d.put("lora_alpha", null);
    // Convolutions and pooling.
    d.put("groups", 1);
    d.put("keepdims", false);
    // BatchNormalization; mode is of Keras 1.
    d.put("renorm", false);
    d.put("virtual_batch_size", null);
    d.put("adjustment", null);
    d.put("mode", 0);
    // LayerNormalization.
    d.put("rms_scaling", false);
    // Recurrent layers.
    d.put("time_major", false);
    d.put("num_constants", 0);
    // Attention and dense layers of later releases.
    d.put("use_gate", false);
    d.put("sliding_window", null);
    // Dropout.
    d.put("noise_shape", null);
    // ReLU, Softmax.
    d.put("max_value", null);
    d.put("threshold", 0);
    d.put("axis", -1);
    // Initialisers.
    d.put("input_axes", null);
    d.put("output_axes", null);
  }

  private NeutralOptions() {}

  /** Whether a release of Keras has such an option. */
  static boolean isKnown(String key) {
    return SAY_NOTHING.contains(key) || DEFAULTS.containsKey(key) || isConstraint(key);
  }

  /** Whether an option of this value changes nothing. */
  static boolean isNeutral(String key, @Nullable Object value) {
    return value == null || SAY_NOTHING.contains(key) || same(value, DEFAULTS.get(key));
  }

  /** What a message says of an option that is not neutral. */
  static String refusal(String key) {
    return isConstraint(key)
        ? "the layer has no such weight for a constraint; only null is supported"
        : "only " + DEFAULTS.get(key) + " is supported";
  }

  private static boolean isConstraint(String key) {
    return key.endsWith("_constraint");
  }

  /** Numbers are equal by value: JSON says 1, 1.0 and, of Python's bool, 0. */
  private static boolean same(@Nullable Object value, @Nullable Object expected) {
    if (value instanceof Number a && expected instanceof Number b) {
      return a.doubleValue() == b.doubleValue();
    }
    if (value instanceof Number a && expected instanceof Boolean b) {
      return a.doubleValue() == (b ? 1 : 0);
    }
    return Objects.equals(value, expected);
  }
}
