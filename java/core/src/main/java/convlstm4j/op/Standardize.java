package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Layer, group and instance normalisation (Ba et al. 2016, arXiv:1607.06450, eq. 3; Wu and He 2018,
 * arXiv:1803.08494, eq. 1 to 6): {@code y = gamma (x - mean) / sqrt(variance + epsilon) + beta},
 * mean and biased variance of the elements that differ along {@code axes} only.
 *
 * <p>Inputs: {@code x}; {@code gamma} and {@code beta} where there, of the sizes of {@code
 * weighted}. Output: {@code y}. Gradients, with n for the normalised x, M elements with one mean
 * and sums over these: {@code dx = (gamma dy - (sum(gamma dy) + n sum(gamma dy n)) / M) /
 * sqrt(variance + epsilon)}; {@code dgamma = sum(dy n)} and {@code dbeta = sum(dy)} over all axes
 * but the weighted ones.
 *
 * @param axes along which mean and variance are taken, ascending, not negative
 * @param weighted along which gamma and beta have numbers of their own, likewise
 * @param epsilon added to the variance
 * @param center whether there is {@code beta}
 * @param scale whether there is {@code gamma}
 */
public record Standardize(
    List<Integer> axes, List<Integer> weighted, double epsilon, boolean center, boolean scale)
    implements Op {
  public Standardize {
    axes = checked("axes", axes);
    weighted = checked("weighted", weighted);
    Checks.that(epsilon >= 0, "epsilon=" + epsilon + ", must be >= 0");
  }

  private static List<Integer> checked(String name, List<Integer> axes) {
    Checks.that(!axes.isEmpty(), "Standardize: " + name + " is empty, expected at least one axis");
    for (int i = 0; i < axes.size(); i++) {
      Checks.that(
          axes.get(i) >= (i == 0 ? 0 : axes.get(i - 1) + 1),
          "Standardize: " + name + "=" + axes + ", expected some from 0, ascending, none twice");
    }
    return List.copyOf(axes);
  }

  @Override
  public List<String> inputNames() {
    List<String> names = new ArrayList<>(List.of("x"));
    if (scale) {
      names.add("gamma");
    }
    if (center) {
      names.add("beta");
    }
    return names;
  }

  /**
   * The axes of which each place has a mean of its own.
   *
   * @param rank of x
   * @return in ascending order
   */
  public List<Integer> kept(int rank) {
    return IntStream.range(0, rank).filter(d -> !axes.contains(d)).boxed().toList();
  }

  /**
   * Shape of gamma and beta.
   *
   * @param x shape of the input
   * @return the sizes of the weighted axes
   * @throws ShapeException if x lacks one of them or its size is unknown
   */
  public Shape parameterShape(Shape x) {
    inside("weighted", weighted, x);
    Shape p = Shape.of(weighted.stream().mapToLong(x::dim).toArray());
    Checks.known(this, "x", p, "size along axes " + weighted);
    return p;
  }

  private static void inside(String name, List<Integer> axes, Shape x) {
    Checks.that(
        axes.get(axes.size() - 1) < x.rank(),
        "Standardize: " + name + "=" + axes + " of x, which has shape " + x);
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    if (axes.contains(axis)) {
      return Along.whole(this, "takes mean and variance along it", axis);
    }
    return weighted.contains(axis)
        ? Along.whole(this, "has a weight for each place along it", axis)
        : Along.local(this, input, axis, axis);
  }

  /** Mean and variance take four for each element, the rest two and one for each weight. */
  @Override
  public double flops(List<Shape> inputs) {
    return (4.0 + 2 + (scale ? 1 : 0) + (center ? 1 : 0)) * inputs.get(0).elements();
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    inside("axes", axes, x);
    Shape p = parameterShape(x);
    for (int i = 1; i < inputs.size(); i++) {
      Checks.fits(this, inputNames().get(i), inputs.get(i), p, "sizes of x along " + weighted);
    }
    return List.of(x);
  }
}
