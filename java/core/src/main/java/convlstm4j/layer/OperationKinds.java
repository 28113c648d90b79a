package convlstm4j.layer;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Keras's operations that there are, by Keras's classes. */
final class OperationKinds {
  static final String CONSTANT_VALUES = "constant_values";

  /** Parameters that are no tensors, and may be left out. */
  static final Set<String> OPTIONAL = Set.of(CONSTANT_VALUES);

  private static final Map<String, OperationKind> ALL = new TreeMap<>();

  static {
    Arranging.addTo(ALL);
    Elementwise.addTo(ALL);
    ALL.put("Einsum", Einsum.kind());
    Reducing.addTo(ALL);
    Slicing.addTo(ALL);
    Windowed.addTo(ALL);
  }

  private OperationKinds() {}

  /** Empty if there is none of this name. */
  static Optional<OperationKind> get(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  static Set<String> names() {
    return ALL.keySet();
  }
}
