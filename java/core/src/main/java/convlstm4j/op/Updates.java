package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Names and checks shared by the optimiser updates, whose inputs come in groups of {@code count}
 * tensors.
 */
final class Updates {
  /** Inputs before the groups: the rates, and what must be finite for anything to change. */
  static final List<String> SINGLE = List.of("rate", "guard");

  private Updates() {}

  static List<String> names(List<String> single, List<String> groups, int count) {
    List<String> names = new ArrayList<>(single);
    for (String g : groups) {
      for (int i = 0; i < count; i++) {
        names.add(g + i);
      }
    }
    return names;
  }

  static List<Shape> outputs(Op op, List<Shape> inputs, int count, int outputGroups) {
    Checks.count(op, inputs);
    List<String> names = op.inputNames(); // once: it makes them all
    int scalars = names.indexOf("w0");
    int guard = names.indexOf("guard");
    Checks.fits(op, "guard", inputs.get(guard), Shape.of(1), "one number");
    List<Shape> w = inputs.subList(scalars, scalars + count);
    for (int i = scalars; i < inputs.size(); i++) {
      Checks.fits(
          op, names.get(i), inputs.get(i), w.get((i - scalars) % count), "that of the weight");
    }
    List<Shape> out = new ArrayList<>();
    for (int i = 0; i < outputGroups; i++) {
      out.addAll(w);
    }
    return out;
  }
}
