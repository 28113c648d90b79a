package convlstm4j.layer;

import convlstm4j.graph.Arguments;
import convlstm4j.graph.Lowering;
import convlstm4j.graph.Value;
import convlstm4j.op.Merge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keras's {@code Add}: the sum of two or more inputs of one shape. */
public final class Add extends KerasLayer<Add> {
  /** A layer. */
  public Add() {}

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    List<Value> inputs = many(arguments);
    return g.ops(new Merge(Merge.Mode.SUM, inputs.size()), inputs);
  }

  @Override
  public Map<String, Object> config() {
    return new LinkedHashMap<>();
  }

  static Add fromConfig(Config c) {
    return new Add();
  }
}
