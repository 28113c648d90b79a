package convlstm4j.cli;

import convlstm4j.config.KerasVersion;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.architecture.ArchitectureException;
import convlstm4j.io.architecture.Json;
import convlstm4j.io.architecture.ReadOptions;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.checkpoint.CheckpointOptions;
import convlstm4j.io.file.InputFile;
import convlstm4j.io.keras.KerasDescription;
import convlstm4j.io.keras.KerasException;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.model.Model;
import convlstm4j.model.WeightTransfer;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Opens what {@code --model} names, by what is in it, and saves by the name's ending. */
final class ModelFiles {
  @Option(
      names = "--skip-layer",
      paramLabel = "NAME",
      description = {
        "Leave a layer out that cannot be taken; what it is given is given on. May be repeated. Without"
            + " it, a file is taken whole or refused."
      })
  List<String> skipped = new ArrayList<>();

  @Option(
      names = "--classpath",
      paramLabel = "JARS",
      defaultValue = "",
      description = {
        "Jars with layers and metrics of your own, which ServiceLoader finds"
            + " (convlstm4j.model.Extension); several with a colon between (on Windows a semicolon)."
      })
  String classpath = "";

  private final Set<String> said = new HashSet<>();

  /**
   * Opens a file of any kind.
   *
   * @param options chooses the backend before weights are made
   * @param err is told what was not taken from the file
   */
  Model open(Path file, Consumer<Model> options, PrintWriter err) {
    return open(file, options, err, true);
  }

  /** The same for a model that is not to be trained: what training remembers stays in the file. */
  Model openToUse(Path file, Consumer<Model> options, PrintWriter err) {
    return open(file, options, err, false);
  }

  private Model open(Path file, Consumer<Model> options, PrintWriter err, boolean training) {
    Extensions own = Extensions.load(classpath);
    if (KerasModels.isKerasFile(file)) {
      try {
        KerasOptions keras = keras(own).notes(note -> say(note, err)).model(options);
        return KerasModels.load(file, training ? keras : keras.withoutTraining());
      } catch (KerasException e) {
        if (String.valueOf(e.getMessage()).contains("weights only")) {
          throw new IllegalArgumentException(
              file
                  + ": holds weights only, no model; convert --model ARCHITECTURE.json --weights "
                  + file
                  + " puts them into one",
              e);
        }
        throw e;
      }
    }
    if (isJson(file)) {
      return architecture(file, own, options, err);
    }
    CheckpointOptions checkpoint =
        CheckpointOptions.defaults()
            .customLayers(own.layers())
            .customMetrics(own.metrics())
            .model(options)
            .notes(note -> say(note, err));
    for (String name : skipped) {
      checkpoint = checkpoint.skipLayer(name);
    }
    return Checkpoint.load(file, training ? checkpoint : checkpoint.withoutTraining());
  }

  /** Says what a file of any kind holds, whether or not it can be taken. */
  KerasDescription describe(Path file) {
    KerasOptions keras = keras(Extensions.load(classpath));
    if (KerasModels.isKerasFile(file)) {
      return KerasModels.describe(file, keras);
    }
    if (!isJson(file)) {
      Checkpoint.Overview held = Checkpoint.overview(file);
      return KerasModels.describe(
          file.toString(), "checkpoint", held.architecture(), held.weights(), keras);
    }
    return KerasModels.describe(
        file.toString(), "architecture in Keras's JSON", text(file), Map.of(), keras);
  }

  /**
   * Takes weights out of a file of any kind but JSON into a model.
   *
   * @param err is told what else there is to say of the file
   * @return what was taken and left
   */
  WeightTransfer.Report take(Path file, WeightTransfer.Match match, Model model, PrintWriter err) {
    WeightTransfer transfer = WeightTransfer.by(match);
    for (String name : skipped) {
      transfer = transfer.skipLayer(name);
    }
    if (isJson(file)) {
      throw new IllegalArgumentException(file + ": holds an architecture, without weights");
    }
    KerasOptions keras = keras(Extensions.load(classpath)).notes(note -> say(note, err));
    List<WeightTransfer.Source> sources =
        KerasModels.isKerasFile(file)
            ? KerasModels.layerWeights(file, model, keras)
            : Checkpoint.layerWeights(file);
    try {
      return transfer.apply(sources, model);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private static String text(Path file) {
    try {
      return InputFile.text(file, Json.MAX_LENGTH);
    } catch (CharConversionException e) { // what it holds is wrong
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** How a Keras file is read. */
  private KerasOptions keras(Extensions own) {
    KerasOptions keras =
        KerasOptions.defaults().customLayers(own.layers()).customMetrics(own.metrics());
    for (String name : skipped) {
      keras = keras.skipLayer(name);
    }
    return keras;
  }

  private Model architecture(Path file, Extensions own, Consumer<Model> options, PrintWriter err) {
    ReadOptions read =
        new ReadOptions(
            KerasVersion.KERAS3,
            own.layers(),
            Set.copyOf(skipped),
            note -> say(file + ": " + note, err));
    String json = text(file);
    try {
      Model model = Model.of(Architecture.fromJson(json, read));
      options.accept(model);
      return model;
    } catch (ArchitectureException | IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /** Fails for a file without weights. */
  static void checkWeights(Path file) {
    if (isJson(file)) {
      throw new IllegalArgumentException(
          file
              + " holds an architecture, without weights; expected a checkpoint, as train writes it,"
              + " or a Keras file, .h5 or .keras");
    }
  }

  /**
   * What writes a model into a file of this name.
   *
   * @param err is told, once, where Keras will compute something else
   */
  BiConsumer<Model, Path> form(ModelKind kind, PrintWriter err) {
    return (model, path) -> kind.save(model, path, note -> say(note, err));
  }

  /**
   * What writes a model into an {@code .h5} file for Keras 2.
   *
   * @param err is told, once, where Keras will compute something else
   */
  BiConsumer<Model, Path> keras2(PrintWriter err) {
    return (model, path) ->
        KerasModels.save(
            model,
            path,
            KerasOptions.defaults().h5(KerasVersion.KERAS2).notes(note -> say(note, err)));
  }

  /** Finds out before the work whether the model can be written into a file of this kind. */
  void checkSavable(Model model, ModelKind kind, Path file) {
    if (kind == ModelKind.CHECKPOINT) {
      return;
    }
    try {
      Path folder = Files.createTempDirectory("convlstm4j");
      Path trial = folder.resolve(file.getFileName());
      try {
        kind.save(model, trial, note -> {});
      } finally {
        Files.deleteIfExists(trial);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a temporary file: " + e.getMessage(), e);
    }
  }

  private void say(String note, PrintWriter err) {
    if (said.add(note)) {
      err.println("convlstm4j: " + note);
    }
  }

  /** Whether a file holds an architecture in JSON, and no other JSON. */
  static boolean isArchitecture(Path file) {
    try {
      if (!isJson(file)) {
        return false;
      }
      Architecture.fromJson(text(file));
      return true;
    } catch (ArchitectureException | IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether the first character that is not white space opens a JSON object. */
  static boolean isJson(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      int c = in.read();
      while (c >= 0 && Character.isWhitespace(c)) {
        c = in.read();
      }
      return c == '{';
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
