package convlstm4j.io.architecture;

import convlstm4j.graph.Symbol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One entry of {@code inbound_nodes}, of either generation: the tensors that a layer is called
 * with. One that is not made yet is null.
 */
final class Call {
  private final Function<Item, Symbol> symbols;
  private final List<Symbol> tensors = new ArrayList<>();
  private final List<Symbol> initialState = new ArrayList<>();
  private boolean missing;
  private Symbol mask;

  private Call(Function<Item, Symbol> symbols) {
    this.symbols = symbols;
  }

  static Call of(Item entry, Function<Item, Symbol> symbols) {
    Call call = new Call(symbols);
    if (entry.isMap()) {
      call.collect(entry.get("args"), call.tensors);
      call.options(entry.get("kwargs"));
    } else {
      call.collect(entry, call.tensors);
    }
    if (call.tensors.isEmpty()) {
      throw entry.wrong("references to the layer's inputs");
    }
    return call;
  }

  boolean isMissingInputs() {
    return missing;
  }

  List<Symbol> tensors() {
    return tensors;
  }

  List<Symbol> initialState() {
    return initialState;
  }

  /** Null if there is none. */
  Symbol mask() {
    return mask;
  }

  /** Takes references out of lists of lists, in either generation's form. */
  private void collect(Item item, List<Symbol> into) {
    if (item.isMap()) {
      Item config = item.get("config");
      into.add(resolve(config.get("keras_history")));
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
        case "mask" -> {
          collect(value, found);
          if (found.size() != 1) {
            throw value.wrong("one reference");
          }
          mask = found.get(0);
        }
        case "initial_state" -> {
          collect(value, found);
          initialState.clear(); // Keras 2 repeats the options with every tensor
          initialState.addAll(found);
        }
        default -> throw value.wrong("null: only mask and initial_state are supported in a call");
      }
    }
  }

  private Symbol resolve(Item reference) {
    Symbol s = symbols.apply(reference);
    missing |= s == null;
    return s;
  }
}
