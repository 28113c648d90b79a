package convlstm4j.graph;

import convlstm4j.program.Value;
import java.util.List;
import java.util.Optional;

/**
 * What a layer's call yields.
 *
 * @param values the outputs
 * @param masks which positions of each output count, {@code [N, T, ..]}, not 0 where one does;
 *     empty where all do
 */
public record Outputs(List<Value> values, List<Optional<Value>> masks) {
  public Outputs {
    values = List.copyOf(values);
    masks = List.copyOf(masks);
  }
}
