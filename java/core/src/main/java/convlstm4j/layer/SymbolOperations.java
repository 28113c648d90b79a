package convlstm4j.layer;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.graph.TensorOperations;

/** The {@link Operations} behind the methods of {@link Symbol}, as a service. */
public final class SymbolOperations implements TensorOperations {
  /** Made by the service's loader. */
  public SymbolOperations() {}

  @Override
  public Layer of(String kind) {
    return Operations.of(kind);
  }

  @Override
  public Layer with(String kind, double number) {
    return Operations.with(kind, number);
  }

  @Override
  public Layer index(int axis, int place) {
    return Operations.index(axis, place);
  }

  @Override
  public Layer slice(int axis, int from, int to) {
    return Operations.slice(axis, from, to);
  }

  @Override
  public Layer slice(int axis, int from) {
    return Operations.slice(axis, from);
  }

  @Override
  public Layer split(int axis, int parts) {
    return Operations.split(axis, parts);
  }

  @Override
  public Layer stack(int axis) {
    return Operations.stack(axis);
  }

  @Override
  public Layer expandDims(int... axes) {
    return Operations.expandDims(axes);
  }

  @Override
  public Layer squeeze(int... axes) {
    return Operations.squeeze(axes);
  }

  @Override
  public Layer transpose(int... axes) {
    return Operations.transpose(axes);
  }

  @Override
  public Layer reduced(String kind, boolean keepDims, int... axes) {
    return Operations.reduced(kind, keepDims, axes);
  }
}
