package convlstm4j.io.keras;

import convlstm4j.config.KerasVersion;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import convlstm4j.model.Snapshot;
import convlstm4j.optim.Nadam;
import convlstm4j.optim.Optimizer;
import convlstm4j.optim.RMSprop;
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
 * the weights that are trained. First come averages and sums of gradients, then the optimiser's own
 * slots. Since Keras 2.11 those of a weight are side by side; RMSprop's, and AMSGrad's maximum,
 * come one kind after the other (keras/src/optimizers, {@code build}).
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

  /** An array: of which slot, and of which weight. */
  private record Place(String slot, int weight) {}

  /** Where the arrays are, in order. */
  private static List<Place> places(Optimizer optimizer, int n, boolean legacy, boolean since310) {
    List<List<String>> groups = new ArrayList<>();
    List<String> common = optimizer.common().slots();
    if (since310) {
      common.forEach(slot -> groups.add(List.of(slot)));
    } else {
      groups.add(common);
    }
    List<String> own = optimizer.slots();
    if (legacy || optimizer instanceof RMSprop) {
      own.forEach(slot -> groups.add(List.of(slot)));
    } else {
      int pair = Math.min(2, own.size());
      groups.add(own.subList(0, pair));
      own.subList(pair, own.size()).forEach(slot -> groups.add(List.of(slot)));
    }
    List<Place> places = new ArrayList<>();
    for (List<String> group : groups) {
      for (int i = 0; i < n; i++) {
        for (String slot : group) {
          places.add(new Place(slot, i));
        }
      }
    }
    return places;
  }

  /** Whether a file is of Keras 3.10 or later. */
  private static boolean isSince310(KerasFile file) {
    return file.generation() == KerasVersion.KERAS3 && !file.version().matches("3\\.\\d(\\D.*)?");
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
    int n = trained.size();
    List<Place> places = places(optimizer, n, legacy, isSince310(file));
    if (trained.stream().anyMatch(p -> p.shape().rank() == 0)) {
      arrays = withNumbers(all, places, trained);
    }
    if (places.isEmpty()) {
      arrays.clear(); // Keras 2.11's SGD keeps momenta of zeros
    }
    if (legacy && arrays.size() == places.size() + n) {
      arrays.subList(places.size(), arrays.size()).clear(); // Keras 2.3's unused third kind
    }
    Map<String, Tensor> state = new LinkedHashMap<>();
    for (int k = 0; k < places.size() && arrays.size() == places.size(); k++) {
      Data data = arrays.get(k).data();
      Parameter p = trained.get(places.get(k).weight());
      if (!data.shape().equals(p.shape())) {
        break;
      }
      state.put(places.get(k).slot() + "/" + model.network().name(p), data.read(model.dtype()));
    }
    if (state.size() < places.size()) {
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
   * The arrays of the slots where weights are single numbers, as the learning rate and Nadam's
   * product are: from the last on, leaving out numbers where an array is expected.
   */
  private static List<LayerArrays.Named> withNumbers(
      List<LayerArrays.Named> all, List<Place> places, List<Parameter> trained) {
    List<LayerArrays.Named> found = new ArrayList<>();
    int next = all.size() - 1;
    for (int k = places.size() - 1; k >= 0; k--) {
      boolean number = trained.get(places.get(k).weight()).shape().rank() == 0;
      while (!number && next >= 0 && all.get(next).data().shape().rank() == 0) {
        next--;
      }
      if (next >= 0 && !all.get(next).data().isWhole()) {
        found.add(0, all.get(next--));
      }
    }
    return found;
  }

  /**
   * A name and an array to write for each that Keras's optimiser has.
   *
   * @param keras3 whether the learning rate is among them, unless a schedule gives it
   * @param trained the weights that are trained, in the order of {@code model.layers}
   * @param notes told what some Keras does not take
   */
  static List<LayerArrays.Named> write(
      Model model, List<Parameter> trained, boolean keras3, Consumer<String> notes) {
    Optimizer own = model.compilation().orElseThrow().optimizer();
    int accumulation = own.common().accumulation();
    Optimizer optimizer = keras3 ? own : own.gradientAccumulationSteps(1); // Keras 2 does not
    Snapshot snapshot = model.snapshot();
    long updates = snapshot.progress().step() / accumulation;
    Config config = optimizer.config();
    String kind = config.className();
    List<LayerArrays.Named> all = new ArrayList<>();
    all.add(
        new LayerArrays.Named(
            "iteration", new Data.Whole(keras3 ? snapshot.progress().step() : updates)));
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
    if (optimizer instanceof Nadam && keras3) {
      notes.accept(
          "Keras begins Nadam's state anew, with a warning: its releases disagree on the order");
    }
    boolean before = true;
    for (Place place : places(optimizer, trained.size(), false, false)) {
      if (before && slots.contains(place.slot())) {
        before = false;
        if (optimizer instanceof Nadam nadam) {
          all.add(product(nadam, updates));
          if (keras3) {
            // Keras 3.10 has the product last, those before have it here, and each fails to load
            // the
            // other's file. A number more than it expects, and any of them begins the state anew.
            all.add(new LayerArrays.Named("Nadam/more", product(nadam, updates).data()));
          }
        }
      }
      Parameter p = trained.get(place.weight());
      String name = model.network().name(p);
      Tensor fresh = Tensor.zeros(model.dtype(), p.shape());
      double initial = slots.contains(place.slot()) ? optimizer.initial(place.slot()) : 0;
      for (int i = 0; initial != 0 && i < fresh.size(); i++) {
        fresh.set(i, initial);
      }
      Tensor value = snapshot.slots().getOrDefault(place.slot() + "/" + name, fresh);
      all.add(
          new LayerArrays.Named(
              kind + "/" + shortName(place.slot()) + "/" + name, new Data.Floats(value)));
    }
    return all;
  }

  /** What Nadam keeps of momenta beside its slots; 1 before the first update. */
  private static LayerArrays.Named product(Nadam nadam, long updates) {
    Tensor product = Tensor.zeros(DType.FLOAT32, Shape.of());
    product.set(0, updates == 0 ? 1 : nadam.product(updates - 1));
    return new LayerArrays.Named("Nadam/product", new Data.Floats(product));
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
