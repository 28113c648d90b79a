package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.ConstraintForms;
import convlstm4j.config.KerasObject;
import convlstm4j.config.KerasVersion;
import convlstm4j.config.NetworkForm;
import convlstm4j.config.Reading;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** Layers from and to Keras's configs. */
public final class Layers {
  private static final Map<String, Function<Config, Layer>> KINDS = new TreeMap<>();

  static {
    KINDS.put("Activation", ActivationLayer::fromConfig);
    KINDS.put("ActivityRegularization", ActivityRegularization::fromConfig);
    KINDS.put("Add", Add::fromConfig);
    KINDS.put("AdditiveAttention", AdditiveAttention::fromConfig);
    KINDS.put("AlphaDropout", AlphaDropout::fromConfig);
    KINDS.put("Attention", Attention::fromConfig);
    KINDS.put("Average", Average::fromConfig);
    KINDS.put("AveragePooling1D", AveragePooling1D::fromConfig);
    KINDS.put("AveragePooling2D", AveragePooling2D::fromConfig);
    KINDS.put("AveragePooling3D", AveragePooling3D::fromConfig);
    KINDS.put("BatchNormalization", BatchNormalization::fromConfig);
    KINDS.put("Bidirectional", Bidirectional::fromConfig);
    KINDS.put("CenterCrop", CenterCrop::fromConfig);
    KINDS.put("Concatenate", Concatenate::fromConfig);
    KINDS.put("Conv1D", Conv1D::fromConfig);
    KINDS.put("Conv1DTranspose", Conv1DTranspose::fromConfig);
    KINDS.put("Conv2D", Conv2D::fromConfig);
    KINDS.put("Conv2DTranspose", Conv2DTranspose::fromConfig);
    KINDS.put("Conv3D", Conv3D::fromConfig);
    KINDS.put("Conv3DTranspose", Conv3DTranspose::fromConfig);
    KINDS.put("ConvGRU1D", ConvGRU1D::fromConfig);
    KINDS.put("ConvGRU2D", ConvGRU2D::fromConfig);
    KINDS.put("ConvGRU3D", ConvGRU3D::fromConfig);
    KINDS.put("ConvLSTM1D", ConvLSTM1D::fromConfig);
    KINDS.put("ConvLSTM2D", ConvLSTM2D::fromConfig);
    KINDS.put("ConvLSTM3D", ConvLSTM3D::fromConfig);
    KINDS.put("Cropping1D", Cropping1D::fromConfig);
    KINDS.put("Cropping2D", Cropping2D::fromConfig);
    KINDS.put("Cropping3D", Cropping3D::fromConfig);
    KINDS.put("Dense", Dense::fromConfig);
    KINDS.put("DepthwiseConv1D", DepthwiseConv1D::fromConfig);
    KINDS.put("DepthwiseConv2D", DepthwiseConv2D::fromConfig);
    KINDS.put("Dot", Dot::fromConfig);
    KINDS.put("Dropout", Dropout::fromConfig);
    KINDS.put("ELU", ELU::fromConfig);
    KINDS.put("EinsumDense", EinsumDense::fromConfig);
    KINDS.put("Embedding", Embedding::fromConfig);
    KINDS.put("Flatten", Flatten::fromConfig);
    KINDS.put("GRU", GRU::fromConfig);
    KINDS.put("GaussianDropout", GaussianDropout::fromConfig);
    KINDS.put("GaussianNoise", GaussianNoise::fromConfig);
    KINDS.put("GlobalAveragePooling1D", GlobalAveragePooling1D::fromConfig);
    KINDS.put("GlobalAveragePooling2D", GlobalAveragePooling2D::fromConfig);
    KINDS.put("GlobalAveragePooling3D", GlobalAveragePooling3D::fromConfig);
    KINDS.put("GlobalMaxPooling1D", GlobalMaxPooling1D::fromConfig);
    KINDS.put("GlobalMaxPooling2D", GlobalMaxPooling2D::fromConfig);
    KINDS.put("GlobalMaxPooling3D", GlobalMaxPooling3D::fromConfig);
    KINDS.put("GroupNormalization", GroupNormalization::fromConfig);
    KINDS.put("Identity", Identity::fromConfig);
    KINDS.put("LSTM", LSTM::fromConfig);
    KINDS.put("LayerNormalization", LayerNormalization::fromConfig);
    KINDS.put("LeakyReLU", LeakyReLU::fromConfig);
    KINDS.put("Masking", Masking::fromConfig);
    KINDS.put("MaxPooling1D", MaxPooling1D::fromConfig);
    KINDS.put("MaxPooling2D", MaxPooling2D::fromConfig);
    KINDS.put("MaxPooling3D", MaxPooling3D::fromConfig);
    KINDS.put("Maximum", Maximum::fromConfig);
    KINDS.put("Minimum", Minimum::fromConfig);
    KINDS.put("MultiHeadAttention", MultiHeadAttention::fromConfig);
    KINDS.put("Multiply", Multiply::fromConfig);
    KINDS.put("Normalization", Normalization::fromConfig);
    KINDS.put("Operation", Operation::fromConfig);
    KINDS.put("PReLU", PReLU::fromConfig);
    KINDS.put("Permute", Permute::fromConfig);
    KINDS.put("PixelShuffle", PixelShuffle::fromConfig);
    KINDS.put("PixelUnshuffle", PixelUnshuffle::fromConfig);
    KINDS.put("RMSNormalization", RMSNormalization::fromConfig);
    KINDS.put("RNN", RNN::fromConfig);
    KINDS.put("RandomFlip", RandomFlip::fromConfig);
    KINDS.put("ReLU", ReLU::fromConfig);
    KINDS.put("RepeatVector", RepeatVector::fromConfig);
    KINDS.put("Rescaling", Rescaling::fromConfig);
    KINDS.put("Reshape", Reshape::fromConfig);
    KINDS.put("Resizing", Resizing::fromConfig);
    KINDS.put("SeparableConv1D", SeparableConv1D::fromConfig);
    KINDS.put("SeparableConv2D", SeparableConv2D::fromConfig);
    KINDS.put("SimpleRNN", SimpleRNN::fromConfig);
    KINDS.put("Softmax", Softmax::fromConfig);
    KINDS.put("SpatialDropout1D", SpatialDropout1D::fromConfig);
    KINDS.put("SpatialDropout2D", SpatialDropout2D::fromConfig);
    KINDS.put("SpatialDropout3D", SpatialDropout3D::fromConfig);
    KINDS.put("Subtract", Subtract::fromConfig);
    KINDS.put("TimeDistributed", TimeDistributed::fromConfig);
    KINDS.put("UnitNormalization", UnitNormalization::fromConfig);
    KINDS.put("UpSampling1D", UpSampling1D::fromConfig);
    KINDS.put("UpSampling2D", UpSampling2D::fromConfig);
    KINDS.put("UpSampling3D", UpSampling3D::fromConfig);
    KINDS.put("ZeroPadding1D", ZeroPadding1D::fromConfig);
    KINDS.put("ZeroPadding2D", ZeroPadding2D::fromConfig);
    KINDS.put("ZeroPadding3D", ZeroPadding3D::fromConfig);
  }

  /** Operations that are what the layer of the same name is, on tensors with equally many axes. */
  private static final Set<String> OPERATIONS =
      Set.of("Add", "Concatenate", "Maximum", "Minimum", "Multiply", "Softmax", "Subtract");

  private Layers() {}

  /**
   * Builds a layer from its config. Options that change nothing here ({@code dtype}, {@code
   * unroll}, {@code seed} and the like, and those that this library lacks at Keras's default) are
   * passed over; {@code name} and {@code trainable} are heeded.
   *
   * @param className Keras's name of the kind
   * @param config Keras's {@code get_config}: strings, numbers, booleans, lists, maps, null
   * @param version whose meaning it has where Keras 2 and 3 differ
   * @return a new layer
   * @throws IllegalArgumentException for a kind, option or value that there is not; the message
   *     names layer, key and value
   */
  public static Layer fromConfig(
      String className, Map<String, Object> config, KerasVersion version) {
    return fromConfig(className, config, version, CustomLayers.none());
  }

  /**
   * Builds a layer from its config, which may be of a kind of the user's own.
   *
   * @param className Keras's name of the kind
   * @param config Keras's {@code get_config}: strings, numbers, booleans, lists, maps, null
   * @param version whose meaning it has where Keras 2 and 3 differ
   * @param custom the user's kinds, which come before those of this library
   * @return a new layer
   * @throws IllegalArgumentException for a kind, option or value that there is not; the message
   *     names layer, key and value
   */
  public static Layer fromConfig(
      String className, Map<String, Object> config, KerasVersion version, CustomLayers custom) {
    return make(
        new KerasObject(className, className, config, KerasObject.Origin.KERAS),
        strict(version, custom),
        custom);
  }

  private static Reading strict(KerasVersion version, CustomLayers custom) {
    return Reading.strict(version, (form, reading) -> fromKeras(form, reading, custom));
  }

  private static Layer make(KerasObject o, Reading reading, CustomLayers custom) {
    Config c = new Config(o.className(), o.options(), reading);
    Layer layer = custom.make(o).orElseGet(() -> constrained(o, c));
    Object name = o.options().get("name");
    if (name != null) {
      layer.named(name.toString());
    }
    return layer.trainable(c.bool("trainable", true));
  }

  private static Layer constrained(KerasObject o, Config c) {
    Layer layer = ofThisLibrary(o, c);
    if (layer instanceof KerasLayer<?> own) {
      constrain(own, c);
    }
    c.finish();
    return layer;
  }

  private static void constrain(KerasLayer<?> layer, Config c) {
    for (String name : layer.constrainable()) {
      String weight = ConstraintForms.option(name);
      layer.constraint(weight, ConstraintForms.read(c, weight));
    }
  }

  private static Layer ofThisLibrary(KerasObject o, Config c) {
    String kind = o.className();
    if (o.origin() == KerasObject.Origin.OPERATION
        && !isLayer(o)
        && Operation.parameters(kind).isPresent()) {
      return operation(o, c);
    }
    if (o.origin() == KerasObject.Origin.KERAS
        || (o.origin() == KerasObject.Origin.OPERATION && OPERATIONS.contains(kind))) {
      if (KINDS.containsKey(kind)) {
        return KINDS.get(kind).apply(c);
      }
    }
    throw new IllegalArgumentException(unknown(o));
  }

  /** Whether an operation is what a layer is: it has no numbers among its arguments. */
  private static boolean isLayer(KerasObject o) {
    return OPERATIONS.contains(o.className())
        && Operation.parameters(o.className()).orElse(List.of()).stream()
            .noneMatch(p -> o.options().containsKey(p));
  }

  private static Operation operation(KerasObject o, Config c) {
    Map<String, Object> options = new LinkedHashMap<>(o.options());
    options.keySet().forEach(c::get); // the operation reads them
    options.keySet().removeAll(List.of("name", "trainable"));
    if (!o.className().equals("Cast")) {
      options.remove("dtype");
    }
    return new Operation(o.className(), options);
  }

  /**
   * The kinds of layers that there are.
   *
   * @return Keras's names, sorted
   */
  public static Set<String> kinds() {
    return Collections.unmodifiableSet(KINDS.keySet());
  }

  private static String unknown(KerasObject o) {
    Object name = o.options().get("name");
    String layer = name == null ? "a layer" : "layer \"" + name + "\"";
    String why =
        switch (o.origin()) {
          case OWN -> " is of a class " + o.className() + " of the user's own, not Keras's";
          case OPERATION -> " is Keras's operation " + o.className() + ", which there is not here";
          case KERAS ->
              " is of the kind "
                  + o.className()
                  + (o.className().equals("Lambda")
                      ? ", which is Python code and is never run"
                      : ", which there is not here");
        };
    return layer
        + why
        + "; register a layer of your own for it (CustomLayers; --classpath JAR), or leave the layer"
        + " out by name (skipLayer; --skip-layer NAME)";
  }

  /**
   * A layer in Keras's form, name and {@code trainable} included.
   *
   * @param layer the layer
   * @return {@code {"class_name": .., "config": {..}}}
   * @throws IllegalArgumentException if the layer has something that Keras's form cannot say, such
   *     as an initialiser of the user's own
   */
  public static Map<String, Object> toKeras(Layer layer) {
    return NetworkForm.of(layer);
  }

  /**
   * Reads what {@link #toKeras} writes.
   *
   * @param form {@code {"class_name": .., "config": {..}}}; further options of this library's own
   *     may stand beside them under {@code "convlstm4j"}, where Keras overlooks them
   * @param version whose meaning it has where Keras 2 and 3 differ
   * @param custom the user's kinds
   * @return a new layer
   * @throws IllegalArgumentException if it has another form, or for a kind, option or value that
   *     there is not
   */
  public static Layer fromKeras(
      Map<String, Object> form, KerasVersion version, CustomLayers custom) {
    return fromKeras(form, strict(version, custom), custom);
  }

  /**
   * Reads what {@link #toKeras} or Keras writes. Whose the class is, is said by {@code module} and
   * {@code registered_name}, where they are there.
   *
   * @param form {@code {"class_name": .., "config": {..}}}
   * @param version whose meaning it has where Keras 2 and 3 differ
   * @param custom the user's kinds
   * @param notes is told of options that no Keras is known to have, which are passed over
   * @return a new layer
   * @throws IllegalArgumentException if it has another form, or for a kind, option or value that
   *     there is not
   */
  public static Layer fromKeras(
      Map<String, Object> form, KerasVersion version, CustomLayers custom, Consumer<String> notes) {
    return fromKeras(form, new Reading(version, (f, r) -> fromKeras(f, r, custom), notes), custom);
  }

  /**
   * Whether a form is of an operation on tensors, as {@code x + y} makes it, rather than of a layer
   * that may have the same name.
   *
   * @param form {@code {"class_name": .., "config": {..}}}
   * @return true if its module says so
   */
  public static boolean isOperation(Map<String, Object> form) {
    return KerasObject.of(form).origin() == KerasObject.Origin.OPERATION;
  }

  private static Layer fromKeras(Map<String, Object> form, Reading reading, CustomLayers custom) {
    if (!(form.get("class_name") instanceof String) || !(form.get("config") instanceof Map<?, ?>)) {
      throw new IllegalArgumentException(
          "expected a layer {\"class_name\": .., \"config\": {..}}, got the keys " + form.keySet());
    }
    KerasObject o = KerasObject.of(form);
    Map<String, Object> all = new LinkedHashMap<>(o.options());
    if (form.get("convlstm4j") instanceof Map<?, ?> own) {
      own.forEach((k, v) -> all.put(String.valueOf(k), v));
    }
    return make(o.with(all), reading, custom);
  }

  /**
   * A network in Keras's form: the config of a {@code Functional} model but for the model's own
   * {@code name} and {@code trainable}.
   *
   * @param network the network
   * @return {@code {"layers": [..], "input_layers": [..], "output_layers": [..]}}, calls in the
   *     list form
   * @throws IllegalArgumentException if a layer has something that Keras's form cannot say; the
   *     message names the layer
   */
  public static Map<String, Object> toKeras(Network network) {
    return NetworkForm.functional(network);
  }
}
