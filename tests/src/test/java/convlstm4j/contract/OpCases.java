package convlstm4j.contract;

import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Op;
import convlstm4j.tensor.Philox;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The cases of every op kind: a new kind of op is one entry here. */
final class OpCases {
  private static final Map<Class<? extends Op>, Function<Philox, List<OpCase>>> CASES =
      new LinkedHashMap<>();

  static {
    CASES.put(ConvLstm2d.class, ConvLstm2dCases::all);
  }

  private OpCases() {}

  /** Kinds of op that have cases. */
  static Iterable<Class<? extends Op>> kinds() {
    return CASES.keySet();
  }

  /** The cases of a kind. */
  static List<OpCase> of(Class<? extends Op> kind, Philox random) {
    return CASES.get(kind).apply(random);
  }
}
