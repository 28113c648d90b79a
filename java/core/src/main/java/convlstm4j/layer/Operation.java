package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.KerasVersion;
import convlstm4j.config.Reading;
import convlstm4j.graph.Arguments;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One of Keras's operations on tensors as a layer: {@code x[:, -1]}, {@code ops.mean(x, axis=1)},
 * {@code 1 - x}. The batch, axis 0, stays as it is. {@link Operations} makes those that are needed
 * most.
 */
public final class Operation extends KerasLayer<Operation> {
  private final String kind;
  private final OperationKind meaning;
  private final Map<String, Object> options;
  private final OperationKind.Body body;

  /**
   * An operation.
   *
   * @param kind Keras's class, for instance {@code Mean}, {@code GetItem}
   * @param options by Keras's names what it is made with ({@code axis}), and what it is called with
   *     in the place of tensors ({@code x2} of {@code x1 - 2}, {@code key} of {@code x[key]});
   *     slices as Keras writes them, {@code {"class_name": "__slice__", "config": {..}}}
   * @throws IllegalArgumentException if there is no such operation, option or value
   */
  public Operation(String kind, Map<String, Object> options) {
    this.kind = kind;
    this.meaning =
        OperationKinds.get(kind)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no operation " + kind + ", there are " + OperationKinds.names()));
    Map<String, Object> given = new TreeMap<>(options);
    given.values().removeIf(v -> v == null);
    for (String key : given.keySet()) {
      if (!meaning.options().contains(key) && !meaning.parameters().contains(key)) {
        throw new IllegalArgumentException(
            "operation "
                + kind
                + ": "
                + key
                + "="
                + given.get(key)
                + " is not supported, known are "
                + meaning.parameters()
                + " and "
                + meaning.options());
      }
    }
    this.options = Collections.unmodifiableMap(given);
    Reading reading =
        Reading.strict(
            KerasVersion.KERAS3,
            (form, r) -> {
              throw new IllegalArgumentException("an operation has no layer inside");
            });
    this.body = meaning.body().apply(new Config("operation " + kind, given, reading));
  }

  /**
   * Which operation it is.
   *
   * @return Keras's class
   */
  public String kind() {
    return kind;
  }

  /**
   * Where Keras has the operation.
   *
   * @return the module
   */
  public String module() {
    return "keras.src.ops." + meaning.module();
  }

  /**
   * What Keras makes the operation with.
   *
   * @return those of its options that are not null
   */
  public Map<String, Object> made() {
    Map<String, Object> made = new LinkedHashMap<>(options);
    made.keySet().removeAll(meaning.parameters());
    return made;
  }

  /**
   * What Keras calls the operation with.
   *
   * @param tensors the tensors
   * @return these, and what is given in the place of tensors
   */
  public List<Object> called(List<?> tensors) {
    if (meaning.takesList()) {
      return List.of(tensors);
    }
    List<Object> arguments = new ArrayList<>();
    int next = 0;
    for (String p : meaning.parameters()) {
      if (options.containsKey(p)) {
        arguments.add(options.get(p));
      } else if (next < tensors.size()) {
        arguments.add(tensors.get(next++));
      }
    }
    return arguments;
  }

  /**
   * What an operation is called with.
   *
   * @param kind Keras's class
   * @return the names of tensors, and of what may be given in their place; empty if there is no
   *     such operation here
   */
  public static Optional<List<String>> parameters(String kind) {
    return OperationKinds.get(kind).map(OperationKind::parameters);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    if (!arguments.initialState().isEmpty() || arguments.mask().isPresent()) {
      throw new ShapeException("takes neither initial state nor mask; only recurrent layers do");
    }
    int count = arguments.data().size();
    long expected =
        meaning.parameters().stream()
            .filter(p -> !options.containsKey(p) && !OperationKinds.OPTIONAL.contains(p))
            .count();
    if (count == 0 || (!meaning.takesList() && count != expected)) {
      throw new ShapeException(
          kind + " got " + count + " tensors, expected " + Math.max(1, expected));
    }
    try {
      return body.lower(g, arguments.data());
    } catch (ShapeException e) {
      throw new ShapeException(kind + ": " + e.getMessage());
    }
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("operation", kind);
    c.put("options", options);
    return c;
  }

  @SuppressWarnings("unchecked") // JSON objects have string keys
  static Operation fromConfig(Config c) {
    if (!(c.get("operation") instanceof String kind)) {
      throw c.wrong("operation", "expected the name of one");
    }
    if (!(c.get("options") instanceof Map<?, ?> options)) {
      throw c.wrong("options", "expected an object {..}");
    }
    return new Operation(kind, (Map<String, Object>) options);
  }
}
