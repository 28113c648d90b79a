package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keras's {@code Identity}: the input itself. */
public final class Identity extends KerasLayer<Identity> {
  /** A layer. */
  public Identity() {}

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    return List.of(only(arguments));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    return new LinkedHashMap<>();
  }

  static Identity fromConfig(Config c) {
    return new Identity();
  }
}
