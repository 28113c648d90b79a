package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.List;
import java.util.function.Function;

/**
 * One of Keras's operations on tensors.
 *
 * @param module where Keras has it, such as {@code numpy}
 * @param parameters what it is called with, by Keras's names: tensors, and numbers or slices in
 *     their place
 * @param options what it is made with, by Keras's names
 * @param takesList whether its only parameter is a list of tensors
 * @param body reads the options, and what is given in the place of tensors
 */
record OperationKind(
    String module,
    List<String> parameters,
    List<String> options,
    boolean takesList,
    Function<Config, Body> body) {
  /** The ops that an operation consists of. */
  @FunctionalInterface
  interface Body {
    /** Its outputs. */
    List<Value> lower(Lowering g, List<Value> inputs);
  }

  /** One of a single tensor, with one output. */
  @FunctionalInterface
  interface Single {
    Value lower(Lowering g, Value x);
  }

  /** One of NumPy's, of a single tensor. */
  static OperationKind of(List<String> options, Function<Config, Single> body) {
    return in("numpy", options, body);
  }

  static OperationKind in(String module, List<String> options, Function<Config, Single> body) {
    return new OperationKind(
        module,
        List.of("x"),
        options,
        false,
        c -> {
          Single single = body.apply(c);
          return (g, inputs) -> List.of(single.lower(g, inputs.get(0)));
        });
  }
}
