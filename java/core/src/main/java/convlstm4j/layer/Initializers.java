package convlstm4j.layer;

import convlstm4j.op.GateOrder;
import convlstm4j.option.Initializer;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import java.util.Arrays;

/** Keras's initialisers: where a weight's first value comes from. */
public final class Initializers {
  /** Standard deviation of a standard normal cut at 2: keras/src/initializers. */
  private static final double TRUNCATED_DEVIATION = 0.8796256610342398;

  private Initializers() {}

  /**
   * All values equal.
   *
   * @param value the value
   */
  public record Constant(double value) implements Initializer {
    @Override
    public double[] values(Shape shape, Philox random) {
      double[] v = new double[size(shape)];
      Arrays.fill(v, value);
      return v;
    }
  }

  /**
   * Evenly distributed.
   *
   * @param min lower end
   * @param max upper end
   */
  public record RandomUniform(double min, double max) implements Initializer {
    @Override
    public double[] values(Shape shape, Philox random) {
      double[] v = new double[size(shape)];
      Arrays.setAll(v, i -> min + (max - min) * random.uniform(i));
      return v;
    }
  }

  /**
   * Normally distributed.
   *
   * @param mean the mean
   * @param stddev the standard deviation
   */
  public record RandomNormal(double mean, double stddev) implements Initializer {
    @Override
    public double[] values(Shape shape, Philox random) {
      double[] v = new double[size(shape)];
      Arrays.setAll(v, i -> mean + stddev * random.normal(i));
      return v;
    }
  }

  /**
   * Normally distributed, drawn again beyond two standard deviations, so that the deviation of what
   * is left is 0.88 times as large.
   *
   * @param mean the mean
   * @param stddev the standard deviation before cutting
   */
  public record TruncatedNormal(double mean, double stddev) implements Initializer {
    @Override
    public double[] values(Shape shape, Philox random) {
      double[] v = new double[size(shape)];
      for (int i = 0; i < v.length; i++) {
        long index = i;
        double z = random.normal(index);
        while (Math.abs(z) > 2) {
          index += v.length;
          z = random.normal(index);
        }
        v[i] = mean + stddev * z;
      }
      return v;
    }
  }

  /** Which size of a kernel the variance goes with. */
  public enum Fan {
    /** The number of inputs of a unit. */
    FAN_IN,
    /** The number of units an input goes to. */
    FAN_OUT,
    /** The mean of both. */
    FAN_AVG
  }

  /** A distribution of mean 0. */
  public enum Distribution {
    /** Normal, cut at two deviations, of the right variance after the cut. */
    TRUNCATED_NORMAL,
    /** Normal. */
    UNTRUNCATED_NORMAL,
    /** Even. */
    UNIFORM
  }

  /**
   * Mean 0 and variance {@code scale / fan}: Glorot and Bengio 2010, He et al. 2015
   * (arXiv:1502.01852). Of a kernel {@code [K.., C, F]}, fan in is {@code K.. C}, fan out {@code
   * K.. F}.
   *
   * @param scale above 0; an {@link IllegalArgumentException} otherwise
   * @param mode which fan
   * @param distribution which distribution
   */
  public record VarianceScaling(double scale, Fan mode, Distribution distribution)
      implements Initializer {
    public VarianceScaling {
      if (!(scale > 0)) {
        throw new IllegalArgumentException("VarianceScaling: scale=" + scale + ", must be > 0");
      }
    }

    @Override
    public double[] values(Shape shape, Philox random) {
      double variance = scale / Math.max(1, fan(shape));
      return switch (distribution) {
        case UNIFORM -> {
          double limit = Math.sqrt(3 * variance);
          yield new RandomUniform(-limit, limit).values(shape, random);
        }
        case UNTRUNCATED_NORMAL -> new RandomNormal(0, Math.sqrt(variance)).values(shape, random);
        case TRUNCATED_NORMAL ->
            new TruncatedNormal(0, Math.sqrt(variance) / TRUNCATED_DEVIATION).values(shape, random);
      };
    }

    private double fan(Shape shape) {
      int rank = shape.rank();
      double field = 1;
      for (int i = 0; i < rank - 2; i++) {
        field *= shape.dim(i);
      }
      double in = rank == 0 ? 1 : field * shape.dim(Math.max(rank - 2, 0));
      double out = rank == 0 ? 1 : field * shape.dim(rank - 1);
      return switch (mode) {
        case FAN_IN -> in;
        case FAN_OUT -> out;
        case FAN_AVG -> (in + out) / 2;
      };
    }
  }

  /**
   * Orthogonal rows or columns, whichever are fewer: Saxe et al. 2014 (arXiv:1312.6120). A kernel
   * {@code [.., F]} is seen as a matrix of F columns.
   *
   * @param gain factor
   */
  public record Orthogonal(double gain) implements Initializer {
    @Override
    public double[] values(Shape shape, Philox random) {
      if (shape.rank() < 2) {
        throw new IllegalArgumentException(
            "Orthogonal: shape " + shape + ", expected at least 2 axes");
      }
      int cols = Math.toIntExact(shape.dim(-1));
      return OrthogonalMatrix.draw(size(shape) / Math.max(cols, 1), cols, gain, random);
    }
  }

  /**
   * The identity matrix, of a kernel {@code [C, F]}.
   *
   * @param gain factor
   */
  public record Identity(double gain) implements Initializer {
    @Override
    public double[] values(Shape shape, Philox random) {
      if (shape.rank() != 2) {
        throw new IllegalArgumentException("Identity: shape " + shape + ", expected 2 axes");
      }
      int rows = Math.toIntExact(shape.dim(0));
      int cols = Math.toIntExact(shape.dim(1));
      double[] v = new double[size(shape)];
      for (int i = 0; i < Math.min(rows, cols); i++) {
        v[i * cols + i] = gain;
      }
      return v;
    }
  }

  /**
   * A recurrent bias whose forget part is ones, Keras's {@code unit_forget_bias}: {@code [base(F),
   * ones(F), base(2F)]}.
   *
   * @param base the other parts
   */
  record UnitForget(Initializer base) implements Initializer {
    @Override
    public double[] values(Shape shape, Philox random) {
      int f = size(shape) / GateOrder.COUNT;
      int forget = GateOrder.FORGET.index() * f;
      int after = forget + f;
      int rest = size(shape) - after;
      double[] v = Arrays.copyOf(base.values(Shape.of(forget), random), size(shape));
      Arrays.fill(v, forget, after, 1);
      Philox other = Streams.secondPart(random);
      System.arraycopy(base.values(Shape.of(rest), other), 0, v, after, rest);
      return v;
    }
  }

  /**
   * Zeros.
   *
   * @return the initialiser
   */
  public static Initializer zeros() {
    return new Constant(0);
  }

  /**
   * Ones.
   *
   * @return the initialiser
   */
  public static Initializer ones() {
    return new Constant(1);
  }

  /**
   * Glorot's, evenly distributed: Keras's default for kernels.
   *
   * @return the initialiser
   */
  public static Initializer glorotUniform() {
    return new VarianceScaling(1, Fan.FAN_AVG, Distribution.UNIFORM);
  }

  /**
   * Glorot's, normally distributed.
   *
   * @return the initialiser
   */
  public static Initializer glorotNormal() {
    return new VarianceScaling(1, Fan.FAN_AVG, Distribution.TRUNCATED_NORMAL);
  }

  /**
   * He's, evenly distributed.
   *
   * @return the initialiser
   */
  public static Initializer heUniform() {
    return new VarianceScaling(2, Fan.FAN_IN, Distribution.UNIFORM);
  }

  /**
   * He's, normally distributed.
   *
   * @return the initialiser
   */
  public static Initializer heNormal() {
    return new VarianceScaling(2, Fan.FAN_IN, Distribution.TRUNCATED_NORMAL);
  }

  /**
   * Orthogonal, Keras's default for recurrent kernels.
   *
   * @return the initialiser
   */
  public static Initializer orthogonal() {
    return new Orthogonal(1);
  }

  private static int size(Shape shape) {
    return Math.toIntExact(shape.elements());
  }
}
