package convlstm4j.io.architecture;

import convlstm4j.layer.AttentionCalls;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Keras says in the calls of a layer, and here options of the layer do: moved from all its
 * calls, which must agree, into its config. In calls that do not agree it stays, and is refused
 * where it is read.
 */
final class CallOptions {
  private static final String INBOUND = "inbound_nodes";

  private final Map<String, Object> found = new LinkedHashMap<>();

  private CallOptions() {}

  /** The same layer with such options in its config. */
  static Item of(Item layer) {
    Map<String, Object> form = layer.options();
    if (!AttentionCalls.has(String.valueOf(form.get("class_name")))
        || !(form.get("config") instanceof Map<?, ?> config)
        || !(form.get(INBOUND) instanceof List<?> nodes)) {
      return layer;
    }
    Map<String, Object> all = null;
    List<Object> calls = new ArrayList<>();
    for (Object node : nodes) {
      CallOptions options = new CallOptions();
      calls.add(options.taken(node));
      if (all != null && !all.equals(options.found)) {
        return layer;
      }
      all = options.found;
    }
    if (all == null || all.isEmpty()) {
      return layer;
    }
    Map<String, Object> more = new LinkedHashMap<>();
    config.forEach((k, v) -> more.put(String.valueOf(k), v));
    more.putAll(all);
    Map<String, Object> changed = new LinkedHashMap<>(form);
    changed.put("config", more);
    changed.put(INBOUND, calls);
    return new Item(layer.place(), changed);
  }

  /** A copy without the options, which are kept. */
  private Object taken(Object value) {
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(v -> copy.add(taken(v)));
      return copy;
    }
    if (!(value instanceof Map<?, ?> map)) {
      return value;
    }
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach(
        (k, v) -> {
          if (v instanceof Boolean && AttentionCalls.OPTIONS.contains(k)) {
            found.put(String.valueOf(k), v);
          } else {
            copy.put(String.valueOf(k), taken(v));
          }
        });
    return copy;
  }
}
