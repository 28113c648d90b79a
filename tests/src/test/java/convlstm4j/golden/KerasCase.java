package convlstm4j.golden;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.io.keras.KerasException;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.keras.KerasOptions;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.layer.CustomLayers;
import convlstm4j.model.Fit;
import convlstm4j.model.History;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * A model that Keras saved, with its inputs and outputs, and perhaps a training run.
 *
 * @param folder where the files lie
 * @param row the case as {@code cases.json} has it
 * @param own layers of the user's own
 */
record KerasCase(Path folder, Map<String, Object> row, CustomLayers own) {
  /** Those that the project keeps, unpacked into a folder. */
  static List<KerasCase> unpack(Path folder) throws IOException {
    return unpack(folder, "keras-cases.zip");
  }

  /** Those of an archive among the resources. */
  static List<KerasCase> unpack(Path folder, String archive) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(KerasCase.class.getResourceAsStream(archive))) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        Files.write(folder.resolve(Path.of(e.getName()).getFileName()), zip.readAllBytes());
      }
    }
    return all(folder, "cases.json");
  }

  /** Those of a file of rows. */
  static List<KerasCase> all(Path folder, String rows) throws IOException {
    List<KerasCase> cases = new ArrayList<>();
    for (Object row : JSON.std.listFrom(Files.readString(folder.resolve(rows)))) {
      Map<String, Object> copy = new TreeMap<>();
      ((Map<?, ?>) row).forEach((k, v) -> copy.put(String.valueOf(k), v));
      cases.add(new KerasCase(folder, copy, CustomLayers.none()));
    }
    return cases;
  }

  /** The same with layers of the user's own. */
  KerasCase with(CustomLayers layers) {
    return new KerasCase(folder, row, layers);
  }

  /** The model as it was at last, in an {@code .h5}. */
  KerasCase last() {
    Map<String, Object> changed = new TreeMap<>(row);
    changed.put("file", file().replace(".keras", ".last.h5"));
    changed.put(
        "outputs", trains() ? ((Map<?, ?>) row.get("train")).get("outputs") : row.get("outputs"));
    return new KerasCase(folder, changed, own);
  }

  /** The same with its model read and written again. */
  KerasCase rewritten(String backend, String ending) {
    Map<String, Object> changed = new TreeMap<>(row);
    String name = file() + ".again" + ending;
    changed.put("file", name);
    try (Model model = load(file(), backend, new ArrayList<>())) {
      KerasModels.save(model, folder.resolve(name), KerasOptions.defaults().notes(n -> {}));
    }
    return new KerasCase(folder, changed, own);
  }

  String file() {
    return (String) row.get("file");
  }

  /** The kinds of its layers, those of Keras's operations left out. */
  List<String> kinds() {
    return ((List<?>) row.get("layers")).stream().map(String::valueOf).toList();
  }

  boolean trains() {
    return row.containsKey("train");
  }

  /** Fails with an AssertionError if a number is wrong; gives the reason if it is refused. */
  Optional<String> predicts(String backend) {
    try (Model model = load(file(), backend, new ArrayList<>())) {
      check(model, outputs(row), number(row, "tolerance", "abs"), number(row, "tolerance", "rel"));
      return Optional.empty();
    } catch (KerasException e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * The same of a prediction some frames at a time, or rows of images, which are as good.
   *
   * @param computed of 1 and 3 frames at a time, those to compute with; both are planned
   * @return whether something saw places around each, some at a time
   */
  boolean predictsInStretches(String backend, Set<Integer> computed) {
    try (Model model = load(file(), backend, new ArrayList<>())) {
      Shape[] shapes = inputs(model).stream().map(Tensor::shape).toArray(Shape[]::new);
      Map<Integer, Integer> whole = new TreeMap<>();
      for (int frames : new int[] {1, 3}) {
        model.resetStates();
        whole.put(frames, model.stretch(frames).plan(false, shapes).whole().size());
        if (computed.contains(frames)) {
          check(
              model,
              outputs(row),
              number(row, "tolerance", "abs"),
              number(row, "tolerance", "rel"));
        }
      }
      return new HashSet<>(whole.values()).size() > 1;
    }
  }

  /** The same of training: the loss of every epoch, and the outputs after it. */
  Optional<String> trainsAsKeras(String backend) {
    return trainsAsKeras(backend, model -> {});
  }

  /** The same of a model that is compiled anew first. */
  Optional<String> trainsAsKeras(String backend, Consumer<Model> compile) {
    Map<?, ?> train = (Map<?, ?>) row.get("train");
    List<String> notes = new ArrayList<>();
    try (Model model = load((String) train.get("start"), backend, notes)) {
      compile.accept(model);
      if (model.compilation().isEmpty()) {
        return Optional.of(String.join("; ", notes));
      }
      InMemoryDataset data =
          InMemoryDataset.of(List.of(read((String) train.get("x"))), labels(model, train))
              .batch(((Number) train.get("batch")).intValue());
      History history = model.fit(data, Fit.epochs(((Number) train.get("epochs")).intValue()));
      alike("losses", history.get("loss"), (List<?>) train.get("losses"));
      if (train.get("metrics") instanceof Map<?, ?> metrics) {
        metrics.forEach((name, all) -> alike(name, history.get((String) name), (List<?>) all));
        Map<String, Double> evaluated = model.evaluate(data);
        ((Map<?, ?>) train.get("evaluated"))
            .forEach(
                (name, v) -> alike("evaluated " + name, List.of(evaluated.get(name)), List.of(v)));
      }
      // Rounding errors grow with the steps.
      double change = ((Number) train.get("change")).doubleValue();
      check(model, outputs(train.containsKey("outputs") ? train : row), 1e-6 + 2e-3 * change, 2e-6);
      return Optional.empty();
    } catch (KerasException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static void alike(Object what, List<Double> got, List<?> expected) {
    for (int i = 0; i < expected.size(); i++) {
      double want = ((Number) expected.get(i)).doubleValue();
      if (!(Math.abs(got.get(i) - want) <= 1e-6 + 1e-4 * Math.abs(want))) {
        throw new AssertionError(what + " " + got + ", expected " + expected);
      }
    }
  }

  private Model load(String name, String backend, List<String> notes) {
    return KerasModels.load(
        folder.resolve(name),
        KerasOptions.defaults()
            .notes(notes::add)
            .customLayers(own)
            .model(
                m -> {
                  m.backend(backend);
                  if (backend.equals("onednn")) { // of float64 files too
                    m.dtype(DType.FLOAT32);
                  }
                }));
  }

  private List<Tensor> labels(Model model, Map<?, ?> train) {
    if (train.get("y") instanceof Map<?, ?> byName) {
      return model.network().outputNames().stream().map(n -> read((String) byName.get(n))).toList();
    }
    return List.of(read((String) train.get("y")));
  }

  private Tensor read(String name) {
    return NpyFile.open(folder.resolve(name)).read(DType.FLOAT32);
  }

  private static List<Map<?, ?>> outputs(Map<?, ?> of) {
    return ((List<?>) of.get("outputs")).stream().<Map<?, ?>>map(o -> (Map<?, ?>) o).toList();
  }

  private List<Tensor> inputs(Model model) {
    List<?> given = (List<?>) row.get("inputs");
    List<Tensor> inputs = new ArrayList<>();
    for (String name : model.network().inputNames()) {
      Object input =
          given.size() == 1
              ? given.get(0)
              : given.stream()
                  .filter(i -> name.equals(((Map<?, ?>) i).get("layer")))
                  .findFirst()
                  .orElseThrow(() -> new AssertionError("no input " + name + " in " + given));
      inputs.add(read((String) ((Map<?, ?>) input).get("file")));
    }
    return inputs;
  }

  private void check(Model model, List<Map<?, ?>> expected, double abs, double rel) {
    List<Tensor> got = model.predict(inputs(model).toArray(Tensor[]::new));
    List<String> names = model.network().outputNames();
    List<?> wanted = expected.stream().map(o -> o.get("name")).toList();
    boolean byName = new HashSet<>(wanted).size() == wanted.size() && names.containsAll(wanted);
    if (got.size() != expected.size()) {
      throw new AssertionError(got.size() + " outputs, expected " + wanted);
    }
    for (int i = 0; i < expected.size(); i++) {
      int at = byName ? names.indexOf(wanted.get(i)) : i;
      close(read((String) expected.get(i).get("file")), got.get(at), abs, rel);
    }
  }

  private static void close(Tensor want, Tensor got, double abs, double rel) {
    if (!want.shape().equals(got.shape())) {
      throw new AssertionError("shape " + got.shape() + ", expected " + want.shape());
    }
    double max = 0;
    for (int i = 0; i < want.size(); i++) {
      max = Double.isFinite(want.get(i)) ? Math.max(max, Math.abs(want.get(i))) : max;
    }
    double allowed = abs + rel * max;
    for (int i = 0; i < want.size(); i++) {
      boolean same = Double.compare(want.get(i), got.get(i)) == 0; // NaN and infinities too
      if (!same && !(Math.abs(want.get(i) - got.get(i)) <= allowed)) {
        throw new AssertionError(
            "output[" + i + "] = " + got.get(i) + ", expected " + want.get(i) + " +- " + allowed);
      }
    }
  }

  private static double number(Map<?, ?> map, String key, String inner) {
    return ((Number) ((Map<?, ?>) map.get(key)).get(inner)).doubleValue();
  }
}
