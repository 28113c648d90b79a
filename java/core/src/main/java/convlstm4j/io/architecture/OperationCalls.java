package convlstm4j.io.architecture;

import convlstm4j.layer.Layers;
import convlstm4j.layer.Operation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Operations that are called with numbers or slices beside tensors: these go into the operation's
 * config, by the names of the arguments, and the calls keep their tensors. What is written in
 * another form stays as it is, and is refused where it is read.
 */
final class OperationCalls {
  private static final String INBOUND = "inbound_nodes";
  private static final String TENSOR = "__keras_tensor__";

  private final List<String> parameters;
  private final Map<String, Object> constants = new LinkedHashMap<>();
  private final List<Object> calls = new ArrayList<>();

  private OperationCalls(List<String> parameters) {
    this.parameters = parameters;
  }

  /** The same layer, or operation with all but the tensors in its config. */
  static Item of(Item layer) {
    Map<String, Object> form = layer.options();
    if (!(form.get("class_name") instanceof String kind)
        || !(form.get("config") instanceof Map<?, ?> config)
        || !(form.get(INBOUND) instanceof List<?> nodes)
        || !Layers.isOperation(form)) {
      return layer;
    }
    Optional<List<String>> parameters = Operation.parameters(kind);
    if (parameters.isEmpty()) {
      return layer;
    }
    OperationCalls calls = new OperationCalls(parameters.get());
    for (Object node : nodes) {
      if (!calls.add(node)) {
        return layer;
      }
    }
    Map<String, Object> options = new LinkedHashMap<>();
    config.forEach((k, v) -> options.put(String.valueOf(k), v));
    options.putAll(calls.constants);
    Map<String, Object> changed = new LinkedHashMap<>(form);
    changed.put("config", options);
    changed.put(INBOUND, calls.calls);
    return new Item(layer.place(), changed);
  }

  /** False for a call of another form, or with other numbers than the one before. */
  private boolean add(Object node) {
    if (!(node instanceof Map<?, ?> call)
        || !(call.get("args") instanceof List<?> args)
        || !(call.get("kwargs") instanceof Map<?, ?> kwargs)
        || args.size() > parameters.size()) {
      return false;
    }
    Map<String, Object> given = new LinkedHashMap<>();
    for (int i = 0; i < args.size(); i++) {
      given.put(parameters.get(i), args.get(i));
    }
    kwargs.forEach((k, v) -> given.put(String.valueOf(k), v));
    Map<Integer, Object> tensors = new TreeMap<>();
    Map<String, Object> numbers = new LinkedHashMap<>();
    for (Map.Entry<String, Object> e : given.entrySet()) {
      int place = parameters.indexOf(e.getKey());
      if (place >= 0 && hasTensor(e.getValue())) {
        tensors.put(place, e.getValue());
      } else if (e.getValue() != null) {
        numbers.put(e.getKey(), e.getValue());
      }
    }
    if (!calls.isEmpty() && !numbers.equals(constants)) {
      return false;
    }
    constants.putAll(numbers);
    calls.add(Map.of("args", List.copyOf(tensors.values()), "kwargs", Map.of()));
    return true;
  }

  private static boolean hasTensor(Object value) {
    return value instanceof Map<?, ?> form
        ? TENSOR.equals(form.get("class_name"))
        : value instanceof Collection<?> all && all.stream().anyMatch(OperationCalls::hasTensor);
  }
}
