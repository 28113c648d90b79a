package convlstm4j.io.keras;

import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import convlstm4j.model.Snapshot;
import convlstm4j.optim.Adam;
import convlstm4j.optim.AdamW;
import convlstm4j.optim.Optimizer;
import convlstm4j.optim.SGD;
import convlstm4j.option.Config;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What an optimiser remembers, as Keras saves it: the number of steps, then arrays in the order of
 * the weights that are trained. Adam since Keras 2.11 has momentum and velocity of a weight side by
 * side; all others have one kind after the other (keras/src/optimizers, {@code build}).
 */
final class OptimizerState {
  /** Where an {@code .h5} file has the state. */
  static final String KERAS_GROUP = "optimizer_weights";

  /**
   * Where our {@code .h5} files for Keras 3 have it. No Keras 3 takes it from Keras's own group: it
   * builds the optimiser for the weights of the model alone without its layers', of which there are
   * none, and then refuses to train (keras/src/legacy/saving/legacy_h5_format.py, 3.0 to 3.15).
   */
  static final String OWN_GROUP = "convlstm4j_optimizer_weights";

  private OptimizerState() {}

  private static boolean sideBySide(Optimizer optimizer, boolean legacy) {
    return !legacy && (optimizer instanceof Adam || optimizer instanceof AdamW);
  }

  /**
   * Takes a compiled model to the state of training that a file has, if it has one that fits.
   *
   * @param trained the weights that are trained, in the file's order
   */
  static void restore(
      KerasFile file, Model model, List<Parameter> trained, Consumer<String> notes) {
    List<LayerArrays.Named> all =
        file.kind() == KerasFile.Kind.H5
            ? file.root()
                .group(OWN_GROUP)
                .or(() -> file.root().group(KERAS_GROUP))
                .map(g -> LegacyWeights.arrays(file.file(), g))
                .orElse(List.of())
            : file.root()
                .group("optimizer")
                .flatMap(g -> g.group("vars"))
                .map(g -> ObjectWeights.numbered(file.file(), g))
                .orElse(List.of());
    Data steps = null;
    List<LayerArrays.Named> arrays = new ArrayList<>();
    for (LayerArrays.Named a : all) {
      if (a.data().shape().rank() > 0) {
        arrays.add(a);
      } else if (a.data().isWhole()) {
        steps = a.data(); // the last, for what scales a loss has counters of its own before
      }
    }
    if (steps == null) {
      return;
    }
    Optimizer optimizer = model.compilation().orElseThrow().optimizer();
    boolean legacy = TrainingReader.isLegacy(file);
    List<String> slots = optimizer.slots();
    int n = trained.size();
    if (slots.isEmpty()) {
      arrays.clear(); // Keras 2.11's SGD keeps momenta of zeros
    }
    if (legacy && arrays.size() == (slots.size() + 1) * n) {
      arrays.subList(slots.size() * n, arrays.size()).clear(); // Keras 2.3's unused third kind
    }
    Map<String, Tensor> state = new LinkedHashMap<>();
    for (int s = 0; s < slots.size() && arrays.size() == slots.size() * n; s++) {
      for (int i = 0; i < n; i++) {
        Data data =
            arrays.get(sideBySide(optimizer, legacy) ? i * slots.size() + s : s * n + i).data();
        if (!data.shape().equals(trained.get(i).shape())) {
          break;
        }
        state.put(
            slots.get(s) + "/" + model.network().name(trained.get(i)), data.read(model.dtype()));
      }
    }
    if (state.size() < slots.size() * n) {
      notes.accept(
          "the optimiser begins anew: its state "
              + arrays.stream().map(a -> a.name() + " " + a.data().shape()).limit(6).toList()
              + ".. does not fit the weights that are trained");
      return;
    }
    Snapshot now = model.snapshot();
    model.restore(
        new Snapshot(
            now.seed(),
            new Progress(0, 0, Math.max(0, steps.integer())),
            now.learningRate(),
            now.weights(),
            state,
            now.states(),
            Map.of(),
            Map.of()));
  }

  /**
   * A name and an array to write for each that Keras's optimiser has.
   *
   * @param keras3 whether the learning rate is among them, unless a schedule gives it
   * @param trained the weights that are trained, in the order of {@code model.layers}
   */
  static List<LayerArrays.Named> write(Model model, List<Parameter> trained, boolean keras3) {
    Optimizer optimizer = model.compilation().orElseThrow().optimizer();
    Snapshot snapshot = model.snapshot();
    Config config = optimizer.config();
    String kind = config.className();
    List<LayerArrays.Named> all = new ArrayList<>();
    all.add(new LayerArrays.Named("iteration", new Data.Whole(snapshot.progress().step())));
    if (keras3 && !(config.values().get("learning_rate") instanceof Map<?, ?>)) { // no schedule
      Tensor rate = Tensor.zeros(DType.FLOAT32, Shape.of());
      rate.set(0, model.learningRate());
      all.add(new LayerArrays.Named("learning_rate", new Data.Floats(rate)));
    }
    List<String> slots = optimizer.slots();
    if (slots.isEmpty() && optimizer instanceof SGD && !keras3) {
      trained.forEach(
          p ->
              all.add(
                  new LayerArrays.Named(
                      kind + "/m/" + model.network().name(p),
                      new Data.Floats(Tensor.zeros(model.dtype(), p.shape())))));
    }
    int n = trained.size();
    for (int k = 0; k < slots.size() * n; k++) {
      boolean sideBySide = sideBySide(optimizer, false);
      String slot = slots.get(sideBySide ? k % slots.size() : k / n);
      Parameter p = trained.get(sideBySide ? k / slots.size() : k % n);
      String name = model.network().name(p);
      Tensor value =
          snapshot.slots().getOrDefault(slot + "/" + name, Tensor.zeros(model.dtype(), p.shape()));
      all.add(
          new LayerArrays.Named(kind + "/" + shortName(slot) + "/" + name, new Data.Floats(value)));
    }
    return all;
  }

  /** Keras 2.11's names within Adam and SGD; RMSprop's are the long ones. */
  private static String shortName(String slot) {
    return switch (slot) {
      case "momentum" -> "m";
      case "velocity" -> "v";
      default -> slot;
    };
  }
}
