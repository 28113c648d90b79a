package convlstm4j.io.architecture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts calls of models inside models from 1 everywhere, as Keras 2 does. */
final class Keras2Calls {
  private static final String INBOUND = "inbound_nodes";
  private static final String OUTPUTS = "output_layers";

  private Keras2Calls() {}

  /** A copy in which models within models, however deep, are counted anew. */
  static Object of(Object value) {
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(v -> copy.add(of(v)));
      return copy;
    }
    if (!(value instanceof Map<?, ?> map)) {
      return value;
    }
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((k, v) -> copy.put(String.valueOf(k), of(v)));
    if (copy.get("layers") instanceof List<?> layers && copy.containsKey(OUTPUTS)) {
      Set<String> functional = named(layers, "Functional");
      Set<String> sequential = named(layers, "Sequential");
      copy.put(OUTPUTS, later(copy.get(OUTPUTS), sequential));
      Set<String> models = new LinkedHashSet<>(functional);
      models.addAll(sequential);
      List<Object> renumbered = new ArrayList<>();
      for (Object layer : layers) {
        Map<String, Object> form = new LinkedHashMap<>();
        ((Map<?, ?>) layer).forEach((k, v) -> form.put(String.valueOf(k), v));
        form.computeIfPresent(INBOUND, (k, calls) -> later(calls, models));
        renumbered.add(form);
      }
      copy.put("layers", renumbered);
    }
    return copy;
  }

  private static Set<String> named(List<?> layers, String kind) {
    Set<String> names = new LinkedHashSet<>();
    for (Object layer : layers) {
      if (layer instanceof Map<?, ?> form && kind.equals(form.get("class_name"))) {
        names.add(String.valueOf(form.get("name")));
      }
    }
    return names;
  }

  /** Adds 1 to the call of every reference {@code [layer, call, output, ..]} to one of these. */
  private static Object later(Object value, Set<String> names) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((k, v) -> copy.put(String.valueOf(k), later(v, names)));
      return copy;
    }
    if (!(value instanceof List<?> list)) {
      return value;
    }
    List<Object> copy = new ArrayList<>();
    list.forEach(v -> copy.add(later(v, names)));
    if (copy.size() >= 3 && names.contains(copy.get(0)) && copy.get(1) instanceof Integer call) {
      copy.set(1, call + 1);
    }
    return copy;
  }
}
