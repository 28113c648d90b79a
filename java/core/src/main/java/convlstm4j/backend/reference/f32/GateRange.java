package convlstm4j.backend.reference.f32;

import convlstm4j.op.GateOrder;
import java.util.List;
import java.util.stream.Stream;

/**
 * Columns of the weights that one convolution works on.
 *
 * @param gate the gate's place in {@link GateOrder}, or -1 for all gates at once
 * @param first first column
 * @param last column after the last
 */
record GateRange(int gate, int first, int last) {
  /** One range per gate where each gate has a dropout mask of its own, else one for all. */
  static List<GateRange> of(boolean perGate, int filters) {
    if (!perGate) {
      return List.of(new GateRange(-1, 0, GateOrder.COUNT * filters));
    }
    return Stream.of(GateOrder.values())
        .map(g -> new GateRange(g.index(), g.index() * filters, (g.index() + 1) * filters))
        .toList();
  }
}
