package convlstm4j.graph;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One call of a layer in a graph. A shared layer has several. */
public final class Node {
  private final Layer layer;
  private final Arguments<Symbol> arguments;
  private final List<Symbol> outputs = new ArrayList<>();

  Node(Layer layer, Arguments<Symbol> arguments, List<Shape> shapes, List<Optional<Shape>> masks) {
    this.layer = layer;
    this.arguments = arguments;
    for (int i = 0; i < shapes.size(); i++) {
      outputs.add(new Symbol(this, i, shapes.get(i), masks.get(i)));
    }
  }

  /**
   * The layer called.
   *
   * @return the layer
   */
  public Layer layer() {
    return layer;
  }

  /**
   * What it was called with.
   *
   * @return the arguments
   */
  public Arguments<Symbol> arguments() {
    return arguments;
  }

  /**
   * What the call yields.
   *
   * @return the outputs, in order
   */
  public List<Symbol> outputs() {
    return List.copyOf(outputs);
  }
}
