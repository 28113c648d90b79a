package convlstm4j.io.architecture;

import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.InputLayer;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.CallOrder.Made;
import convlstm4j.io.architecture.CallOrder.Pending;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.CustomLayers;
import convlstm4j.layer.Input;
import convlstm4j.layer.Layers;
import convlstm4j.layer.NestedModel;
import convlstm4j.layer.RNN;
import convlstm4j.layer.Recurrent;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keras's Functional and Sequential models as networks. */
final class Reader {
  private static final String SEQUENTIAL = "Sequential";
  private static final List<String> MODELS = List.of("Functional", "Model", SEQUENTIAL);
  private static final List<String> SHAPE_KEYS = List.of("batch_shape", "batch_input_shape");

  private final KerasVersion version;
  private final ReadOptions options;
  private final Map<String, Layer> layers = new LinkedHashMap<>();

  /** Outputs of each layer's calls so far. */
  private final Map<String, List<List<Symbol>>> outputs = new LinkedHashMap<>();

  /** Where calls of a model inside do not count from 0 in calls, see {@link #countCalls}. */
  private final Map<String, Integer> firstInCalls = new HashMap<>();

  /** The same for the model's outputs. */
  private final Map<String, Integer> firstInEnds = new HashMap<>();

  /** Names of the inputs of models inside, for calls that give them as a dictionary. */
  private final Map<String, List<String>> inputKeys = new HashMap<>();

  /** Names of operations, which are no layers though they may be read as such. */
  private final Set<String> operations = new HashSet<>();

  /** Null if a fault is to stop the reading. */
  private final @Nullable Survey survey;

  /** Shared with the readers of models inside. */
  private final CallLimit limit;

  Reader(KerasVersion version, ReadOptions options) {
    this(version, options, null, new CallLimit());
  }

  /** A reader that goes on after faults and tells of them. */
  Reader(KerasVersion version, ReadOptions options, @Nullable Survey survey) {
    this(version, options, survey, new CallLimit());
  }

  private Reader(
      KerasVersion version, ReadOptions options, @Nullable Survey survey, CallLimit limit) {
    this.version = version;
    this.options = options;
    this.survey = survey;
    this.limit = limit;
  }

  /** Null if this is none that goes on after faults. */
  @Nullable Survey survey() {
    return survey;
  }

  Network network(Item model) {
    Item kind = model.get("class_name");
    if (!MODELS.contains(kind.string())) {
      throw kind.wrong("Functional or Sequential");
    }
    return kind.string().equals(SEQUENTIAL)
        ? sequential(model.get("config"))
        : functional(model.get("config"));
  }

  private Network sequential(Item config) {
    List<Item> items = (config.isList() ? config : config.get("layers")).list();
    if (items.isEmpty()) {
      throw config.error("the model has no layers");
    }
    List<Symbol> input = new ArrayList<>();
    List<Symbol> current = new ArrayList<>();
    for (Item item : items) {
      if (item.get("class_name").value() instanceof String s && s.equals("InputLayer")) {
        if (!current.isEmpty()) {
          throw item.error("an InputLayer after the first layer");
        }
        current.add(seen(item, input(item).symbol()));
        input.add(current.get(0));
        continue;
      }
      if (current.isEmpty()) {
        current.add(at(item, () -> Input.layer(inputShape(item.get("config"), config))).symbol());
        input.add(current.get(0));
      }
      if (current.size() > 1) {
        throw item.error("the layer before has " + current.size() + " outputs, expected 1");
      }
      Optional<Layer> layer = layer(item);
      if (layer.isEmpty() && (survey == null || options.skipped().contains(name(item)))) {
        continue;
      }
      List<Symbol> given = List.copyOf(current);
      layer.ifPresent(l -> limit.count(l, item));
      List<Symbol> next =
          called(item, given, () -> at(item, () -> layer.get().applyAll(Arguments.of(given))));
      current.clear();
      current.addAll(next);
    }
    return at(config, () -> Network.of(input, current));
  }

  /** Where a Sequential model without InputLayer says its input's shape. */
  private static Shape inputShape(Item first, Item model) {
    for (String key : SHAPE_KEYS) {
      if (!first.get(key).isNull()) {
        return shape(first.get(key));
      }
    }
    if (model.isMap()) {
      for (String key : List.of("build_input_shape", "batch_input_shape")) {
        if (!model.get(key).isNull()) {
          return shape(model.get(key));
        }
      }
    }
    throw first.error("the first layer has no batch_shape or batch_input_shape");
  }

  private Network functional(Item config) {
    List<Item> items =
        config.get("layers").list().stream()
            .map(TensorFlowOps::of)
            .map(OperationCalls::of)
            .map(CallOptions::of)
            .toList();
    List<Pending> pending = new ArrayList<>();
    for (Item item : items) {
      String name = name(item);
      if (outputs.put(name, new ArrayList<>()) != null) {
        throw item.error("two layers are named \"" + name + "\"");
      }
      if (item.get("class_name").string().equals("InputLayer")) {
        outputs.get(name).add(List.of(seen(item, input(item).symbol())));
        continue;
      }
      layer(item)
          .ifPresent(
              l -> {
                layers.put(name, l);
                noteInputs(name, l, item);
                if (Layers.isOperation(item.options())
                    && !"Einsum".equals(item.get("class_name").value())) {
                  operations.add(name);
                }
              });
      for (Item call : item.get("inbound_nodes").list()) {
        pending.add(new Pending(name, call));
      }
    }
    List<Item> ends = references(config.get("output_layers"));
    if (survey != null) {
      pending.removeIf(p -> isBroken(p, survey));
    }
    countCalls(pending, ends);
    make(pending);
    List<Symbol> inputs = symbols(references(config.get("input_layers")));
    List<Symbol> results = symbols(ends);
    List<String> names = names(config.get("output_layers"));
    return at(config, () -> Network.of(inputs, results, names));
  }

  /** Names that a dictionary gives to its references; none if it is a list. */
  private static List<String> names(Item ends) {
    List<String> names = new ArrayList<>();
    if (ends.isMap()) {
      for (String key : ends.options().keySet()) {
        int count = references(ends.get(key)).size();
        for (int i = 0; i < count; i++) {
          names.add(count == 1 ? key : key + "_" + i);
        }
      }
    }
    return names;
  }

  /**
   * Finds out from where calls of models inside count. Each is referred to, so Keras 2 shows by the
   * least reference: 1, but 0 for a Sequential that was built late (keras v2.15 functional.py,
   * {@code _should_skip_first_node}). Keras 3 counts from 0 in calls, from 1 in the outputs if it
   * is a Functional (keras/src/models/functional.py, {@code serialize_node, get_config}).
   */
  private void countCalls(List<Pending> pending, List<Item> ends) {
    Map<String, Integer> leastInCalls = new HashMap<>();
    Map<String, Integer> leastInEnds = new HashMap<>();
    for (Pending p : pending) {
      Call.of(p.call(), r -> noted(leastInCalls, r));
    }
    ends.forEach(r -> noted(leastInEnds, r));
    layers.forEach(
        (name, layer) -> {
          if (!(layer instanceof NestedModel)) {
            return;
          }
          int calls = leastInCalls.getOrDefault(name, 1);
          int outputs = leastInEnds.getOrDefault(name, 1);
          if (version == KerasVersion.KERAS2) {
            firstInCalls.put(name, Math.min(1, Math.min(calls, outputs)));
            firstInEnds.putAll(firstInCalls);
          } else if (!layer.kerasClass().equals(SEQUENTIAL)) {
            firstInEnds.put(name, Math.min(1, outputs));
          }
        });
  }

  private static @Nullable Symbol noted(Map<String, Integer> least, Item reference) {
    List<Item> r = reference.list();
    if (r.size() >= 3) { // else refused when it is resolved
      least.merge(r.get(0).string(), r.get(1).index(), Math::min);
    }
    return null;
  }

  /** By which names a call of a model inside may give its inputs. */
  private void noteInputs(String name, Layer layer, Item item) {
    if (layer instanceof NestedModel model) {
      Item config = item.get("config");
      boolean named = config.isMap() && config.get("input_layers").isMap();
      inputKeys.put(name, named ? names(config.get("input_layers")) : model.network().inputNames());
    }
  }

  /** In a survey, a call in a form that cannot be read is a fault of its layer. */
  private boolean isBroken(Pending p, Survey teller) {
    try {
      Call.of(p.call(), r -> null);
      return false;
    } catch (ArchitectureException e) {
      teller.fault(p.layer(), e);
      outputsOf(p.layer()).add(teller.unknown());
      return true;
    }
  }

  /** What the calls of a layer that there is have made so far. */
  private List<List<Symbol>> outputsOf(String layer) {
    return Objects.requireNonNull(outputs.get(layer), layer);
  }

  private void make(List<Pending> calls) {
    Map<String, Integer> made = new HashMap<>();
    outputs.forEach((layer, all) -> made.put(layer, all.size()));
    new CallOrder(calls, made, this::needed)
        .each(
            p -> {
              if (layers.containsKey(p.layer())) {
                limit.count(layers.get(p.layer()), p.call());
              }
              Call call = Call.of(p.call(), r -> symbol(r, firstInCalls));
              outputsOf(p.layer()).add(called(p, call));
            });
  }

  /** Calls that a call refers to; what is wrong with a reference is said when it is resolved. */
  private List<Made> needed(Pending p) {
    List<Made> needed = new ArrayList<>();
    Call.of(
        p.call(),
        reference -> {
          List<Item> r = reference.list();
          if (r.size() >= 3 && outputs.containsKey(r.get(0).string())) {
            needed.add(new Made(r.get(0).string(), callIndex(r, firstInCalls)));
          }
          return null;
        });
    return needed;
  }

  private static int callIndex(List<Item> reference, Map<String, Integer> first) {
    return reference.get(1).index() - first.getOrDefault(reference.get(0).string(), 0);
  }

  /** In a survey, outputs that are not known where the call cannot be made. */
  private List<Symbol> called(Item item, List<Symbol> given, Supplier<List<Symbol>> action) {
    return survey == null ? action.get() : survey.call(name(item), given, action);
  }

  private List<Symbol> called(Pending p, Call call) {
    return survey == null
        ? outputsOf(p, call)
        : survey.call(p.layer(), call.all(), () -> outputsOf(p, call));
  }

  private List<Symbol> outputsOf(Pending p, Call call) {
    Layer layer = layers.get(p.layer());
    if (layer == null) { // left out
      if (call.tensors().size() != 1) {
        throw p.call()
            .error(
                "layer \""
                    + p.layer()
                    + "\" cannot be left out: it has "
                    + call.tensors().size()
                    + " inputs, of which none can take the place of its output");
      }
      return call.tensors();
    }
    boolean recurrent =
        layer instanceof Recurrent<?> || layer instanceof RNN || layer instanceof Bidirectional;
    List<Symbol> data = at(p.call(), () -> ordered(call, inputKeys.get(p.layer())));
    List<Symbol> state = call.initialState();
    if (recurrent && data.size() > 1 && state.isEmpty()) {
      state = data.subList(1, data.size());
      data = data.subList(0, 1);
    }
    if (operations.contains(p.layer())
        && data.stream().mapToInt(s -> s.shape().rank()).distinct().count() > 1) {
      throw p.call()
          .error(
              "operation \""
                  + p.layer()
                  + "\" on "
                  + data.stream().map(Symbol::shape).toList()
                  + ": as many axes of each are supported");
    }
    Arguments<Symbol> arguments =
        new Arguments<>(data, state, Optional.ofNullable(call.mask()), call.inference());
    return at(p.call(), () -> layer.applyAll(arguments));
  }

  /** What a call gives as a dictionary, in the order of the model's inputs. */
  private static List<Symbol> ordered(Call call, @Nullable List<String> inputs) {
    if (call.keys().isEmpty() || inputs == null) {
      return call.tensors();
    }
    if (!Set.copyOf(call.keys()).equals(Set.copyOf(inputs))) {
      throw new IllegalArgumentException("got inputs " + call.keys() + ", the model has " + inputs);
    }
    Map<String, Symbol> given = new HashMap<>();
    for (int i = 0; i < call.keys().size(); i++) {
      given.putIfAbsent(call.keys().get(i), call.tensors().get(i));
    }
    return inputs.stream().map(given::get).toList();
  }

  /** What a reference points at; null if that call has not been made. */
  private @Nullable Symbol symbol(Item reference, Map<String, Integer> first) {
    List<Item> r = reference.list();
    if (r.size() < 3) {
      throw reference.wrong("[layer, call, output]");
    }
    List<List<Symbol>> calls = outputs.get(r.get(0).string());
    if (calls == null) {
      throw reference.error("there is no layer \"" + r.get(0).string() + "\"");
    }
    int call = callIndex(r, first);
    int output = r.get(2).index();
    if (call >= calls.size()) {
      return null;
    }
    if (survey != null && survey.isUnknown(calls.get(call))) {
      return calls.get(call).get(0);
    }
    if (output >= calls.get(call).size()) {
      throw reference.error(
          "layer \"" + r.get(0).string() + "\" has " + calls.get(call).size() + " outputs");
    }
    return calls.get(call).get(output);
  }

  /** References in a list, in a map by name, or Keras 3's single one. */
  private static List<Item> references(Item item) {
    List<Item> all = new ArrayList<>();
    if (item.isMap()) {
      item.options().keySet().forEach(k -> all.addAll(references(item.get(k))));
    } else if (!item.list().isEmpty() && item.list().get(0).isString()) {
      all.add(item);
    } else {
      item.list().forEach(i -> all.addAll(references(i)));
    }
    return all;
  }

  private List<Symbol> symbols(List<Item> references) {
    List<Symbol> symbols = new ArrayList<>();
    for (Item r : references) {
      Symbol s = symbol(r, firstInEnds);
      if (s == null) {
        throw r.error("there is no such call");
      }
      symbols.add(s);
    }
    return symbols;
  }

  /** Empty if it cannot be made and may be left out. */
  private Optional<Layer> layer(Item item) {
    String kind = item.get("class_name").string();
    Item config = item.get("config");
    config.map();
    int faults = survey == null ? 0 : survey.faults().size();
    String key = kind.equals("RNN") ? ".cell" : ".layer";
    String inside = MODELS.contains(kind) ? item.place() : config.place() + key;
    try {
      Layer layer = Layers.fromKeras(item.options(), version, models(inside), options.notes());
      if (layer.name() == null && !item.get("name").isNull()) {
        layer.named(item.get("name").string());
      }
      if (survey != null) {
        survey.made(name(item), layer);
      }
      return Optional.of(layer);
    } catch (IllegalArgumentException | ArithmeticException | ArchitectureException e) {
      ArchitectureException located = e instanceof ArchitectureException a ? a : item.error(e);
      if (!options.skipped().contains(name(item))) {
        if (survey == null) {
          throw located;
        }
        survey.fault(name(item), located);
        return Optional.empty();
      }
      if (survey != null) {
        survey.forget(faults);
      }
      options.notes().accept("left out: " + located.getMessage());
      return Optional.empty();
    }
  }

  /** Models as layers, by themselves or wrapped, as in {@code TimeDistributed}. */
  private CustomLayers models(String place) {
    CustomLayers models = options.custom();
    for (String kind : MODELS) {
      models =
          models.with(
              kind,
              config -> inside(new Item(place, Map.of("class_name", kind, "config", config))));
    }
    return models;
  }

  /** A model inside this one. */
  private Layer inside(Item item) {
    Network network =
        survey == null
            ? new Reader(version, options, null, limit).network(item)
            : survey.inside(
                String.valueOf(
                    item.get("config").isMap() ? item.get("config").get("name").value() : ""),
                new Reader(version, options, new Survey(), limit),
                item);
    boolean sequential = item.get("class_name").string().equals(SEQUENTIAL);
    return at(item, () -> sequential ? NestedModel.sequential(network) : new NestedModel(network));
  }

  private static String name(Item item) {
    Item own = item.get("name");
    return own.isNull() ? item.get("config").get("name").string() : own.string();
  }

  private Symbol seen(Item item, Symbol symbol) {
    if (survey != null) {
      survey.input(name(item), symbol);
    }
    return symbol;
  }

  private static InputLayer input(Item item) {
    Item config = item.get("config");
    for (String key : SHAPE_KEYS) {
      if (!config.get(key).isNull()) {
        return at(item, () -> Input.layer(shape(config.get(key))).named(name(item)));
      }
    }
    throw config.error("an InputLayer needs batch_shape or batch_input_shape");
  }

  private static Shape shape(Item item) {
    List<Item> dims = item.list();
    long[] d = new long[dims.size()];
    for (int i = 0; i < d.length; i++) {
      d[i] = dims.get(i).isNull() ? Input.ANY : dims.get(i).index();
    }
    return Shape.of(d);
  }

  /** Says where in the document something went wrong that does not know it. */
  private static <T> T at(Item item, Supplier<T> action) {
    try {
      return action.get();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw item.error(e);
    }
  }
}
