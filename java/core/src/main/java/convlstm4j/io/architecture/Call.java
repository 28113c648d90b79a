package convlstm4j.io.architecture;

import convlstm4j.graph.Symbol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code inbound_nodes}, of either generation: the tensors that a layer is called
 * with. One that is not made yet is null.
 */
final class Call {
  private static final String TENSOR = "__keras_tensor__";
  private static final List<String> ATTENTION = List.of("query", "value", "key");

  private final Function<Item, Symbol> symbols;
  private final boolean keras3;
  private final List<Symbol> tensors = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();

  /** What is given by name beside the tensors, by its place. */
  private final Map<Integer, Item> named = new TreeMap<>();

  private final List<Symbol> initialState = new ArrayList<>();
  private boolean inference;
  private @Nullable Symbol mask;

  private Call(Function<Item, Symbol> symbols, boolean keras3) {
    this.symbols = symbols;
    this.keras3 = keras3;
  }

  static Call of(Item entry, Function<Item, Symbol> symbols) {
    Call call = new Call(symbols, entry.isMap());
    if (entry.isMap()) {
      call.inputs(entry.get("args"));
      call.options(entry.get("kwargs"));
    } else {
      call.inputs(entry);
    }
    call.named.values().forEach(v -> call.collect(v, call.tensors));
    if (call.tensors.isEmpty()) {
      throw entry.wrong("references to the layer's inputs");
    }
    return call;
  }

  List<Symbol> tensors() {
    return tensors;
  }

  /** The tensors' names, if they are given as a dictionary; else empty. */
  List<String> keys() {
    return keys;
  }

  /** Everything that the layer is given. */
  List<Symbol> all() {
    List<Symbol> all = new ArrayList<>(tensors);
    all.addAll(initialState);
    if (mask != null) {
      all.add(mask);
    }
    return all;
  }

  List<Symbol> initialState() {
    return initialState;
  }

  /** Null if there is none. */
  @Nullable Symbol mask() {
    return mask;
  }

  /** Whether the layer runs as at inference in training too. */
  boolean inference() {
    return inference;
  }

  private void inputs(Item item) {
    Item only = item.isList() && item.list().size() == 1 ? item.list().get(0) : item;
    if (isDictionary(only)) {
      only.map().keySet().forEach(k -> keys.add(String.valueOf(k)));
    }
    collect(item, tensors);
  }

  private static boolean isDictionary(Item item) {
    return item.isMap() && !TENSOR.equals(item.get("class_name").value());
  }

  /** Takes references out of lists and dictionaries, in either generation's form. */
  private void collect(Item item, List<Symbol> into) {
    if (item.isNull()) {
      return; // an argument that is not given
    }
    if (isDictionary(item)) {
      item.map().keySet().forEach(k -> collect(item.get(String.valueOf(k)), into));
    } else if (item.isMap()) {
      into.add(resolve(item.get("config").get("keras_history")));
    } else if (!item.list().isEmpty() && item.list().get(0).isString()) {
      into.add(resolve(item));
      if (item.list().size() > 3) {
        options(item.list().get(3));
      }
    } else {
      item.list().forEach(i -> collect(i, into));
    }
  }

  private void options(Item options) {
    for (Map.Entry<?, ?> e : options.map().entrySet()) {
      Item value = options.get(String.valueOf(e.getKey()));
      if (value.isNull()) {
        continue;
      }
      List<Symbol> found = new ArrayList<>();
      switch (String.valueOf(e.getKey())) {
        case "inputs", "sequences" -> inputs(value); // the first argument by its name
        case "query", "value", "key" -> attention(String.valueOf(e.getKey()), value);
        case "mask", "attention_mask" -> {
          collect(value, found);
          boolean several = value.isList() && value.list().stream().noneMatch(Item::isString);
          if (found.size() > 1 || (!found.isEmpty() && several && value.list().size() > 1)) {
            throw value.wrong("one reference; the masks of several inputs come with these");
          }
          found.forEach(m -> mask = m);
        }
        case "initial_state" -> {
          collect(value, found);
          initialState.clear(); // Keras 2 repeats the options with every tensor
          initialState.addAll(found);
        }
        case "training" -> training(value);
        default ->
            throw value.wrong("null: only mask, initial_state and training are known in a call");
      }
    }
  }

  /**
   * Keras 3 writes what the user gave or what a layer has as its default, and the model's own mode
   * overrides either (keras/src/models/functional.py, {@code operation_fn}). Keras 2 writes what
   * the user gave, and keeps to it (keras v2.15 engine/functional.py).
   */
  private void training(Item value) {
    if (keras3 && value.value() instanceof Boolean) {
      return;
    }
    if (!Boolean.FALSE.equals(value.value())) {
      throw value.wrong("false or null: a layer that is always in training is not supported");
    }
    inference = true;
  }

  /** Arguments by name, which may come in any order. */
  private void attention(String name, Item value) {
    named.put(ATTENTION.indexOf(name), value);
  }

  private Symbol resolve(Item reference) {
    return symbols.apply(reference);
  }
}
