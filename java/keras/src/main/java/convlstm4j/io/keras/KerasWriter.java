package convlstm4j.io.keras;

import convlstm4j.config.KerasVersion;
import convlstm4j.data.InputForm;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Names;
import convlstm4j.graph.Network;
import convlstm4j.io.architecture.Json;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.MultiHeadAttention;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.RNN;
import convlstm4j.layer.Recurrent;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes models as {@code .h5} of Keras 2.11 or 3.8 and {@code .keras} of Keras 3.8. */
final class KerasWriter {
  private final Model model;
  private final Network network;
  private final Consumer<String> notes;
  private final Map<Parameter, Tensor> weights = new HashMap<>();

  KerasWriter(Model model, Consumer<String> notes) {
    this.model = model;
    this.network = model.network();
    this.notes = notes;
    List<Parameter> parameters = network.parameters();
    List<Tensor> values = List.copyOf(model.weights().values());
    for (int i = 0; i < values.size(); i++) {
      weights.put(parameters.get(i), values.get(i));
    }
  }

  /**
   * @param version who is to read it: each generation has its own words for calls and options, and
   *     its own list of what an optimiser remembers
   */
  void h5(Path path, KerasVersion version) throws IOException {
    boolean keras3 = version == KerasVersion.KERAS3;
    Group root = new Group();
    Map<String, Object> config =
        keras3
            ? new Keras3Form(model.dtype(), notes).inH5(network, model.name())
            : new Keras2Form(model.dtype(), notes).of(network, model.name());
    for (Group g : List.of(root, root.make("model_weights"))) {
      g.texts().put("keras_version", keras3 ? Keras3Form.VERSION : Keras2Form.VERSION);
      g.texts().put("backend", "tensorflow");
    }
    root.texts().put("model_config", Json.write(config));
    bytes().ifPresent(b -> root.texts().put(KerasFile.BYTES, Json.write(b)));
    legacyWeights(root.make("model_weights"), keras3 ? "" : ":0");
    training()
        .ifPresent(
            c -> {
              root.texts()
                  .put(
                      "training_config",
                      Json.write(TrainingWriter.trainingConfig(model, c, keras3, notes)));
              Group state =
                  root.make(keras3 ? OptimizerState.OWN_GROUP : OptimizerState.KERAS_GROUP);
              List<String> names = new ArrayList<>();
              for (LayerArrays.Named a : OptimizerState.write(model, trained(), keras3, notes)) {
                String name = a.name() + (keras3 ? "" : ":0");
                names.add(name);
                put(state, name, a.data());
              }
              state.lists().put("weight_names", names);
            });
    try (AtomicFile file = AtomicFile.create(path)) {
      new Hdf5Writer(root).writeTo(file.channel());
      file.commit();
    }
  }

  /** How the inputs take bytes and films; empty if that is not known of any. */
  private Optional<Map<String, Object>> bytes() {
    return InputForm.configs(model.inputForms()).map(forms -> Map.of(KerasFile.INPUTS, forms));
  }

  private List<Parameter> trained() {
    return KerasForm.inOrder(network).stream()
        .flatMap(l -> l.parameters().stream())
        .filter(Parameter::isTrainable)
        .toList();
  }

  /**
   * @param ending of a weight's name, which TensorFlow gives its variables
   */
  private void legacyWeights(Group g, String ending) {
    g.lists().put("layer_names", KerasForm.inOrder(network).stream().map(Layer::name).toList());
    for (Layer layer : network.layers()) {
      List<Parameter> own = layer.parameters();
      legacyWeights(
          g.make(layer.requiredName()),
          Stream.concat(
                  own.stream().filter(Parameter::isTrainable),
                  own.stream().filter(p -> !p.isTrainable()))
              .toList(),
          ending);
    }
    legacyWeights(g.make("top_level_model_weights"), List.of(), ending);
  }

  private void legacyWeights(Group g, List<Parameter> parameters, String ending) {
    List<String> names = new ArrayList<>();
    for (Parameter p : parameters) {
      String name = network.name(p) + ending;
      names.add(name);
      put(g, name, floats(p));
    }
    g.lists().put("weight_names", names);
  }

  /** What Keras can train on with; empty, and said, if there are formulas of the user's own. */
  private Optional<Compile> training() {
    Optional<Compile> all = model.compilation();
    Optional<String> own = all.flatMap(c -> TrainingWriter.own(c, network.outputNames()));
    own.ifPresent(
        what -> notes.accept("Keras has no " + what + "; the file says nothing of training"));
    return own.isPresent() ? Optional.empty() : all;
  }

  /** Puts an array at a path below a group. */
  private static void put(Group g, String path, Data data) {
    List<String> parts = Arrays.asList(path.split("/", -1));
    int last = parts.size() - 1;
    g.makeAll(parts.subList(0, last)).arrays().put(parts.get(last), data);
  }

  void keras(Path path) throws IOException {
    Map<String, Object> config = new Keras3Form(model.dtype(), notes).of(network, model.name());
    Group root = new Group();
    vars(root, model.name(), List.of());
    container(root, network);
    training()
        .ifPresent(
            c -> {
              config.put("compile_config", TrainingWriter.compileConfig(model, c, notes));
              Group vars = root.make("optimizer").make("vars");
              vars.texts().put("name", "optimizer");
              List<LayerArrays.Named> state = OptimizerState.write(model, trained(), true, notes);
              for (int i = 0; i < state.size(); i++) {
                vars.arrays().put(Integer.toString(i), state.get(i).data());
              }
            });
    Map<String, Object> metadata =
        KerasForm.mapOf(
            "keras_version",
            Keras3Form.VERSION,
            "date_saved",
            LocalDateTime.now(ZoneOffset.UTC)
                .format(DateTimeFormatter.ofPattern("yyyy-MM-dd@HH:mm:ss")));
    bytes().ifPresent(b -> metadata.put(KerasFile.BYTES, b));
    try (AtomicFile file = AtomicFile.create(path);
        ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(file.channel()))) {
      entry(zip, "metadata.json", bytes(Json.write(metadata)));
      entry(zip, "config.json", bytes(Json.write(config)));
      entry(zip, "model.weights.h5", new Hdf5Writer(root)::writeTo);
      zip.finish();
      file.commit();
    }
  }

  private void container(Group g, Network of) {
    Group layers = g.make("layers");
    Map<String, Integer> counters = new HashMap<>();
    for (Layer layer : KerasForm.inOrder(of)) {
      String kind = Names.snakeCase(Keras3Form.kind(layer));
      int k = counters.merge(kind, 1, Integer::sum) - 1;
      objectWeights(layers.make(k == 0 ? kind : kind + "_" + k), layer);
    }
  }

  private void objectWeights(Group g, Layer layer) {
    if (layer instanceof NestedModel nested) {
      vars(g, layer.requiredName(), List.of());
      container(g, nested.network());
      return;
    }
    if (layer instanceof RNN rnn) {
      cells(g, rnn);
      return;
    }
    Set<Parameter> inside = new HashSet<>();
    layer.children().forEach(c -> inside.addAll(c.parameters()));
    List<Parameter> own = layer.parameters().stream().filter(p -> !inside.contains(p)).toList();
    if (layer instanceof Recurrent<?>) {
      vars(g, layer.requiredName(), List.of());
      vars(g.make("cell"), Names.snakeCase(layer.kerasClass().replace("2D", "")) + "_cell", own);
    } else if (layer instanceof MultiHeadAttention) {
      vars(g, layer.requiredName(), List.of());
      int each = own.size() / ObjectWeights.PROJECTIONS.size();
      for (int i = 0; i < ObjectWeights.PROJECTIONS.size(); i++) {
        Group product = g.make(ObjectWeights.PROJECTIONS.get(i));
        vars(product, layer.requiredName(), own.subList(i * each, (i + 1) * each));
      }
    } else {
      vars(g, layer.requiredName(), own);
    }
    List<Layer> children = layer.children();
    for (int i = 0; i < children.size(); i++) {
      if (layer instanceof Bidirectional) {
        objectWeights(g.make(i == 0 ? "forward_layer" : "backward_layer"), children.get(i));
      } else if (children.size() == 1) {
        objectWeights(g.make("layer"), children.get(0));
      } else {
        throw new IllegalArgumentException(
            layer.label()
                + " has several layers inside; what Keras calls them is not known, save a"
                + " checkpoint instead");
      }
    }
  }

  /** The cells of an RNN: one in a group of its own, several as layers are. */
  private void cells(Group g, RNN rnn) {
    vars(g, rnn.requiredName(), List.of());
    Group cell = g.make("cell");
    if (!rnn.isStacked()) {
      cell(cell, rnn.children().get(0));
      return;
    }
    Map<String, Integer> counters = new HashMap<>();
    for (Layer l : rnn.children()) {
      String kind = Names.snakeCase(RNN.kerasClass(l));
      int k = counters.merge(kind, 1, Integer::sum) - 1;
      cell(cell.make("cells").make(k == 0 ? kind : kind + "_" + k), l);
    }
  }

  private void cell(Group g, Layer cell) {
    if (cell instanceof Recurrent<?>) {
      vars(g, cell.requiredName(), cell.parameters());
    } else {
      objectWeights(g, cell);
    }
  }

  private void vars(Group g, String name, List<Parameter> parameters) {
    Group vars = g.make("vars");
    vars.texts().put("name", name);
    for (int i = 0; i < parameters.size(); i++) {
      vars.arrays().put(Integer.toString(i), floats(parameters.get(i)));
    }
  }

  private Data floats(Parameter p) {
    return new Data.Floats(Objects.requireNonNull(weights.get(p), p::localName));
  }

  /** Something that can be written twice. */
  private interface Content {
    void writeTo(WritableByteChannel out) throws IOException;
  }

  private static Content bytes(String text) {
    return out -> {
      ByteBuffer b = ByteBuffer.wrap(Meta.utf8(text));
      while (b.hasRemaining()) {
        out.write(b);
      }
    };
  }

  /** Stored as it is, like Keras's, for which length and checksum come first. */
  private static void entry(ZipOutputStream zip, String name, Content content) throws IOException {
    CRC32 crc = new CRC32();
    long[] length = new long[1];
    content.writeTo(
        Channels.newChannel(
            new OutputStream() {
              @Override
              public void write(int b) {
                crc.update(b);
                length[0]++;
              }

              @Override
              public void write(byte[] b, int offset, int count) {
                crc.update(b, offset, count);
                length[0] += count;
              }
            }));
    ZipEntry e = new ZipEntry(name);
    e.setMethod(ZipEntry.STORED);
    e.setSize(length[0]);
    e.setCompressedSize(length[0]);
    e.setCrc(crc.getValue());
    e.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
    zip.putNextEntry(e);
    content.writeTo(Channels.newChannel(zip));
    zip.closeEntry();
  }
}
