package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * What belongs to windows whose winner is at one place: {@code y = x} there, 0 elsewhere. Inputs
 * {@code x [outer, n, inner]}, {@code places [outer, n', inner]} as {@link Winners} packs n of them
 * along an axis; output {@code y [outer, n, inner]}.
 *
 * @param size of the windows along the axis
 * @param place which, from 0
 */
public record WonAt(int size, int place) implements Op {
  public WonAt {
    Checks.that(
        size >= 1 && place >= 0 && place < size,
        "WonAt: place " + place + ", expected one from 0 to " + (size - 1));
  }

  @Override
  public List<String> inputNames() {
    return List.of("x", "places");
  }

  @Override
  public boolean differentiable(int input) {
    return false;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Checks.rank(this, "x", x, 3, "[outer, n, inner]");
    Checks.known(this, "x", x, "all axes");
    int per = Winners.perNumber(size);
    Shape packed = x.with(1, (x.dim(1) + per - 1) / per);
    Checks.fits(this, "places", inputs.get(1), packed, "[outer, n / " + per + ", inner]");
    return List.of(x);
  }
}
