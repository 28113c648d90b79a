package convlstm4j.op;

import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167) with Keras's semantics: {@code y =
 * gamma (x - mean) / sqrt(variance + epsilon) + beta}, statistics over all axes but {@code axes},
 * biased variance.
 *
 * <p>Inputs: {@code x}, {@code gamma} and {@code beta} where there, {@code moving_mean}, {@code
 * moving_variance}; all but x have the sizes of {@code axes}. Outputs: {@code y}; in training also
 * {@code new_moving_mean} and {@code new_moving_variance}, {@code moving = moving momentum + batch
 * (1 - momentum)}. At inference the moving statistics stand for the batch's. The new moving
 * statistics pass no gradient on.
 *
 * @param axes which axes keep statistics of their own, ascending, not negative
 * @param momentum weight of the past in the moving statistics
 * @param epsilon added to the variance
 * @param center whether there is {@code beta}
 * @param scale whether there is {@code gamma}
 * @param training whether the batch's statistics are used
 * @param perStep whether axis 1 is time and every step is normalised by itself in training, the
 *     moving statistics being updated once per step in order (Keras 3's TimeDistributed); otherwise
 *     steps are pooled
 */
public record BatchNorm(
    List<Integer> axes,
    double momentum,
    double epsilon,
    boolean center,
    boolean scale,
    boolean training,
    boolean perStep)
    implements Op {
  public BatchNorm {
    axes = List.copyOf(axes);
    Checks.that(!axes.isEmpty(), "axis is empty, expected at least one axis");
    for (int i = 0; i < axes.size(); i++) {
      Checks.that(
          axes.get(i) >= 0 && (i == 0 || axes.get(i) > axes.get(i - 1)),
          "axis=" + axes + ", must be ascending");
    }
    Checks.that(
        momentum >= 0 && momentum <= 1, "momentum=" + momentum + ", must lie between 0 and 1");
    Checks.that(epsilon >= 0, "epsilon=" + epsilon + ", must be >= 0");
    Checks.that(
        !perStep || !axes.contains(1), "axis=" + axes + " holds axis 1, which is time here");
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
    names.addAll(List.of("moving_mean", "moving_variance"));
    return names;
  }

  @Override
  public List<String> outputNames() {
    return training ? List.of("y", "new_moving_mean", "new_moving_variance") : List.of("y");
  }

  @Override
  public boolean differentiable(int input) {
    return input != input("moving_mean") && input != input("moving_variance");
  }

  /**
   * Shape of gamma, beta and the statistics.
   *
   * @param x shape of the input
   * @return the sizes of the kept axes
   * @throws ShapeException if x lacks one of them or its size is unknown
   */
  public Shape parameterShape(Shape x) {
    long[] dims = new long[axes.size()];
    for (int i = 0; i < dims.length; i++) {
      Checks.that(
          axes.get(i) < x.rank(),
          opName() + ": axis " + axes.get(i) + " of x, which has shape " + x);
      dims[i] = x.dim(axes.get(i));
    }
    Checks.known(this, "x", Shape.of(dims), "size along axis " + axes);
    return Shape.of(dims);
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    if (training) {
      return Along.whole(this, "takes the statistics of all of it", axis);
    }
    return axes.contains(axis)
        ? Along.whole(this, "has a statistic for each place along it", axis)
        : Along.local(this, input, axis, axis);
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Shape p = parameterShape(x);
    for (int i = 1; i < inputs.size(); i++) {
      Checks.fits(this, inputNames().get(i), inputs.get(i), p, "sizes of x along axis " + axes);
    }
    return training ? List.of(x, p, p) : List.of(x);
  }
}
