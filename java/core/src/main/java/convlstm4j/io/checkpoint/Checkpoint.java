package convlstm4j.io.checkpoint;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.config.KerasVersion;
import convlstm4j.data.InputForm;
import convlstm4j.graph.Network;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.architecture.ArchitectureException;
import convlstm4j.io.architecture.ReadOptions;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.io.file.InputFile;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.model.Snapshot;
import convlstm4j.model.WeightTransfer;
import convlstm4j.objective.CustomMetrics;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import convlstm4j.tensor.TensorsOnDemand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A model in one file, with all that training needs to go on bit for bit: architecture, weights,
 * options of training, slots of the optimiser, progress, seed, states of stateful layers, what
 * callbacks remember, how the inputs take bytes. Float32 and float64 are kept exactly. A loaded
 * model's stateful layers begin with zeros when it is used, and go on when its training does.
 *
 * <p>The file is written under another name, forced to disk and renamed ({@link AtomicFile}):
 * whatever happens, the old checkpoint or the new one is there. Every byte is covered by a checksum
 * or a fixed value; a file that is damaged, cut, foreign or of a newer version is refused with a
 * {@link CheckpointException} that says what and where, before it takes memory.
 */
public final class Checkpoint {
  private Checkpoint() {}

  /**
   * Saves a model. May be called by a callback in the middle of training.
   *
   * @param model what is saved
   * @param path the file to make or replace
   * @throws ArchitectureException if the network has something that cannot be written, such as a
   *     initialiser of the user's own
   * @throws UncheckedIOException if it cannot be written, for instance because the disk is full; a
   *     file that was there is as before
   */
  public static void save(Model model, Path path) {
    save(model, path, UnaryOperator.identity());
  }

  /** With a channel in between, for tests of full disks. */
  static void save(Model model, Path path, UnaryOperator<WritableByteChannel> wrap) {
    model.readSnapshot(
        snapshot -> {
          try {
            Contents contents = contents(model, snapshot);
            try (AtomicFile file = AtomicFile.create(path, wrap)) {
              CheckpointFile.write(file.channel(), contents);
              file.commit();
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
          }
        });
  }

  static Contents contents(Model model, Snapshot snapshot) throws IOException {
    return new Contents(
        version(),
        Architecture.toJson(model.network()),
        model.compilation().isEmpty() ? null : json(model.compilation().get().config()),
        model.dtype(),
        forms(model),
        snapshot);
  }

  /** Null if nothing is known. */
  private static @Nullable String forms(Model model) throws IOException {
    List<Object> configs = InputForm.configs(model.inputForms()).orElse(null);
    return configs == null ? null : JSON.std.asString(configs);
  }

  private static String json(Map<String, Object> config) throws IOException {
    return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(config);
  }

  /** As in the jar's manifest. */
  private static String version() {
    String version = Checkpoint.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /**
   * Loads a model on the backend that is chosen where none is named.
   *
   * @param path the file
   * @return the model, compiled if it was when it was saved, to be closed
   * @throws CheckpointException if the file is absent or no good
   */
  public static Model load(Path path) {
    return load(path, model -> {});
  }

  /**
   * Loads a model.
   *
   * @param path the file
   * @param options is given the model before its weights are made, to choose its backend
   * @return the model, compiled if it was when it was saved, to be closed
   * @throws CheckpointException if the file is absent or no good
   */
  public static Model load(Path path, Consumer<Model> options) {
    return load(path, CheckpointOptions.defaults().model(options));
  }

  /**
   * Loads a model that may have layers and metrics of the user's own. To use a model, its metrics
   * need not be known: one that is not registered is kept, saved again as it was, and only training
   * and evaluation refuse to begin with it.
   *
   * @param path the file
   * @param options the user's layers and metrics, layers to skip, the backend
   * @return the model, compiled if it was when it was saved, to be closed
   * @throws CheckpointException if the file is absent or no good
   */
  public static Model load(Path path, CheckpointOptions options) {
    return read(path, options.training(), held -> load(path.toString(), held, options));
  }

  static Model load(String file, Contents contents, CheckpointOptions options) {
    List<String> leftOut = new ArrayList<>();
    Network network;
    Compile compile;
    try {
      network =
          Architecture.fromJson(
              contents.architecture(),
              new ReadOptions(
                  KerasVersion.KERAS3, options.customLayers(), options.skipped(), leftOut::add));
      compile = compile(contents, options.customMetrics());
    } catch (ArchitectureException | IllegalArgumentException | IOException e) {
      throw new CheckpointException(
          file, "holds a model that this version cannot make: " + e.getMessage(), e);
    }
    leftOut.forEach(note -> options.notes().accept(file + ": " + note));
    Map<String, Tensor> weights = contents.snapshot().weights();
    Map<String, Shape> shapes = shapes(contents);
    if (!leftOut.isEmpty()) {
      weights = new LinkedHashMap<>(weights);
      weights.keySet().retainAll(network.parameters().stream().map(network::name).toList());
      shapes = TensorsOnDemand.shapes(weights);
    }
    checkWeights(file, shapes, network);
    Model model = Model.of(network).dtype(contents.dtype()).seed(contents.snapshot().seed());
    try {
      options.model().accept(model);
      setForms(file, model, contents);
      if (leftOut.isEmpty()) {
        restore(file, model, compile, contents);
      } else {
        model.setWeights(List.copyOf(weights.values()));
        options
            .notes()
            .accept(file + ": without these layers it is another model, so training starts anew");
        recompile(file, model, compile, options.notes());
      }
      return model;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** Of a model without some of its layers, whose outputs may have other names. */
  private static void recompile(
      String file, Model model, @Nullable Compile compile, Consumer<String> notes) {
    try {
      if (compile != null) {
        model.compile(compile);
      }
    } catch (IllegalArgumentException e) {
      notes.accept(file + ": the model is not compiled: " + e.getMessage());
    }
  }

  private static @Nullable Compile compile(Contents contents, CustomMetrics custom)
      throws IOException {
    return contents.compile() == null
        ? null
        : Compile.fromConfig(JSON.std.mapFrom(contents.compile()), custom);
  }

  /** Before the model allocates anything: its size must be that of the file. */
  private static void checkWeights(String file, Map<String, Shape> weights, Network network) {
    Map<String, String> expected = new LinkedHashMap<>();
    for (Parameter p : network.parameters()) {
      expected.put(network.name(p), p.shape().toString());
    }
    Map<String, String> actual = new LinkedHashMap<>();
    weights.forEach((name, shape) -> actual.put(name, shape.toString()));
    if (!List.copyOf(expected.entrySet()).equals(List.copyOf(actual.entrySet()))) {
      throw new CheckpointException(
          file, "holds the weights " + actual + ", its architecture has " + expected);
    }
  }

  private static void setForms(String file, Model model, Contents contents) {
    if (contents.bytes() != null) {
      try {
        Object bytes = JSON.std.anyFrom(contents.bytes());
        model.inputForms(InputForm.fromConfigs(bytes, model.network().inputs().size()));
      } catch (IllegalArgumentException | IOException e) {
        throw new CheckpointException(file, "damaged header, bytes: " + e.getMessage(), e);
      }
    }
  }

  private static void restore(
      String file, Model model, @Nullable Compile compile, Contents contents) {
    try {
      if (compile != null) {
        model.compile(compile);
      }
      model.restore(contents.snapshot());
      model.setStatesAside();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new CheckpointException(file, "does not fit the model: " + e.getMessage(), e);
    }
  }

  /**
   * Takes a model to where another of the same architecture was when it was saved. If the model is
   * not compiled, it is compiled as the saved one; if it is, its own options of training hold, as
   * long as its optimiser has the same slots.
   *
   * @param model the model
   * @param path the file
   * @throws CheckpointException if the file is absent or no good, or is of another architecture or
   *     element type (the message names the first difference); the model's weights are as before
   */
  public static void loadInto(Model model, Path path) {
    read(path, true, held -> loadInto(model, path.toString(), held));
  }

  private static Model loadInto(Model model, String file, Contents contents) {
    Optional<String> difference;
    Compile compile;
    try {
      difference =
          Difference.first(
              JSON.std.anyFrom(contents.architecture()),
              JSON.std.anyFrom(Architecture.toJson(model.network())));
      compile = model.compilation().isPresent() ? null : compile(contents, CustomMetrics.none());
    } catch (IllegalArgumentException | IOException e) {
      throw new CheckpointException(file, "cannot be used: " + e.getMessage(), e);
    }
    if (difference.isPresent()) {
      throw new CheckpointException(
          file, "is of another architecture than the model: " + difference.get());
    }
    checkDtype(file, contents.dtype(), model.dtype());
    checkWeights(file, shapes(contents), model.network());
    restore(file, model, compile, contents);
    setForms(file, model, contents);
    return model;
  }

  private static void checkDtype(String file, DType came, DType expected) {
    if (came != expected) {
      throw new CheckpointException(
          file, "is of a " + came + " model, expected " + expected + " (see Model.dtype)");
    }
  }

  /**
   * What a checkpoint holds, told without making a model of it.
   *
   * @param architecture the network as JSON
   * @param weights their shapes, by name
   */
  public record Overview(String architecture, Map<String, Shape> weights) {}

  /**
   * Says what a checkpoint holds, also one with layers that there are not here.
   *
   * @param path the file
   * @return architecture and shapes of the weights
   * @throws CheckpointException if the file is absent or damaged
   */
  public static Overview overview(Path path) {
    return read(path, false, held -> new Overview(held.architecture(), shapes(held)));
  }

  /**
   * The weights of a checkpoint, to be taken into another model.
   *
   * @param path the file
   * @return its layers with weights, in their order
   * @throws CheckpointException if the file is absent or damaged
   */
  public static List<WeightTransfer.Source> layerWeights(Path path) {
    return read(path, false, held -> layerWeights(path.toString(), held));
  }

  private static List<WeightTransfer.Source> layerWeights(String file, Contents contents) {
    Map<String, List<WeightTransfer.Array>> layers = new LinkedHashMap<>();
    List<String> names = layerNames(file, contents.architecture());
    contents
        .snapshot()
        .weights()
        .forEach(
            (name, t) ->
                layers
                    .computeIfAbsent(layerOf(name, names), n -> new ArrayList<>())
                    .add(new WeightTransfer.Array(name, t.shape(), () -> t)));
    return layers.entrySet().stream()
        .map(e -> new WeightTransfer.Source(e.getKey(), false, e.getValue()))
        .toList();
  }

  /** The layer of a weight {@code layer/weight}; a layer's name may have a slash, too. */
  private static String layerOf(String weight, List<String> layers) {
    return layers.stream()
        .filter(l -> weight.startsWith(l + "/"))
        .max(Comparator.comparingInt(String::length))
        .orElseGet(() -> weight.substring(0, weight.indexOf('/')));
  }

  private static List<String> layerNames(String file, String architecture) {
    List<String> names = new ArrayList<>();
    try {
      if (JSON.std.mapFrom(architecture).get("config") instanceof Map<?, ?> config
          && config.get("layers") instanceof List<?> layers) {
        layers.forEach(l -> names.add(String.valueOf(((Map<?, ?>) l).get("name"))));
      }
    } catch (IOException | ClassCastException e) {
      throw new CheckpointException(file, "damaged architecture: " + e.getMessage(), e);
    }
    return names;
  }

  private static Map<String, Shape> shapes(Contents contents) {
    return TensorsOnDemand.shapes(contents.snapshot().weights());
  }

  /**
   * Reads a file.
   *
   * @param use is given what it holds while it is open, which weights and slots are read from
   */
  private static <T> T read(Path path, boolean training, Function<Contents, T> use) {
    String file = path.toString();
    if (Files.isDirectory(path)) {
      throw new CheckpointException(file, "is a folder, expected a checkpoint");
    }
    try (FileChannel channel = InputFile.open(path)) {
      return use.apply(
          CheckpointFile.read(
              file,
              new ByteSource() {
                @Override
                public long size() throws IOException {
                  return channel.size();
                }

                @Override
                public int read(ByteBuffer to, long offset) throws IOException {
                  return channel.read(to, offset);
                }
              },
              training));
    } catch (NoSuchFileException e) {
      throw new CheckpointException(file, "there is no such file", e);
    } catch (AccessDeniedException e) {
      throw new CheckpointException(file, "may not be read: permission denied", e);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Whether a file is a checkpoint, by its first bytes; it may still be damaged.
   *
   * @param path a file that may be anything
   * @return false also if it cannot be read
   */
  public static boolean isCheckpoint(Path path) {
    try (FileChannel channel = InputFile.open(path)) {
      ByteBuffer start = ByteBuffer.allocate(CheckpointFile.MAGIC.length);
      while (start.hasRemaining() && channel.read(start) >= 0) {}
      return Arrays.equals(start.array(), CheckpointFile.MAGIC);
    } catch (IOException e) {
      return false;
    }
  }
}
