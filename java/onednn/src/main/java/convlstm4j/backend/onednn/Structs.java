package convlstm4j.backend.onednn;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The structs of {@code cpu/include/kernels.h}, field by field in their order; what they mean is
 * said there. Every field takes 8 bytes, arrays as many times that as they have elements. {@link
 * NativeKernels} compares this with what the library says of itself. Addresses are of float32
 * arrays unless the header says double; 0 stands for an array that is left out.
 */
final class Structs {
  /** Most outer axes of groups. */
  static final int MOST_AXES = 16;

  private static final int SPATIAL_AXES = 3;

  private Structs() {}

  /** A field; implemented by enums, one for each struct. */
  interface Field {
    /** The field's name, in capitals. */
    String name();

    /** The field's place among its struct's. */
    int ordinal();

    /** Elements of an array, or 1. */
    default int elements() {
      return 1;
    }
  }

  /** A struct as the library describes its own. */
  static <F extends Enum<F> & Field> String describe(Class<F> struct) {
    return Stream.of(struct.getEnumConstants())
        .map(
            f ->
                f.name().toLowerCase(Locale.ROOT)
                    + (f.elements() == 1 ? "" : "[" + f.elements() + "]"))
        .collect(Collectors.joining(" ", struct.getSimpleName() + ": ", "\n"));
  }

  /** What all steps of a ConvLSTM share. */
  enum Cell implements Field {
    SAMPLES,
    PIXELS,
    FILTERS,
    ACTIVATION,
    RECURRENT,
    ALPHA,
    RECURRENT_ALPHA,
    KEEPS_PRE,
    WCI,
    WCF,
    WCO
  }

  enum GatesForward implements Field {
    CELL,
    GATES,
    KEEP,
    C_BEFORE,
    C_AFTER,
    H,
    OUTPUT,
    OUTPUT_STRIDE
  }

  enum CellsAgain implements Field {
    CELL,
    GATES,
    C_BEFORE,
    C_AFTER
  }

  enum GatesBackward implements Field {
    CELL,
    GATES,
    C_BEFORE,
    C_AFTER,
    D_OUTPUT,
    OUTPUT_STRIDE,
    DH,
    DC,
    D_WCI,
    D_WCF,
    D_WCO
  }

  /** A 3x3 "same" layer. */
  enum Winograd implements Field {
    SAMPLES,
    HEIGHT,
    WIDTH,
    CHANNELS,
    FILTERS
  }

  enum WinogradPack implements Field {
    LAYER,
    WX,
    WH,
    PACKED
  }

  enum WinogradForward implements Field {
    LAYER,
    CELL,
    WEIGHTS,
    BIAS,
    X,
    X_STRIDE,
    H,
    H_STRIDE,
    C_BEFORE,
    C_AFTER,
    H_AFTER,
    H_AFTER_STRIDE,
    GATES,
    SCRATCH
  }

  enum WinogradData implements Field {
    LAYER,
    WEIGHTS,
    D_GATES,
    DX,
    DX_STRIDE,
    DX_ADDS,
    DH,
    SCRATCH
  }

  enum WinogradWeights implements Field {
    LAYER,
    D_GATES,
    X,
    X_STRIDE,
    H,
    H_STRIDE,
    D_WEIGHTS,
    D_BIAS,
    SCRATCH
  }

  enum WinogradGradients implements Field {
    LAYER,
    D_WEIGHTS,
    D_BIAS,
    DWX,
    DWH,
    DB
  }

  /** Elements of an array in groups, see {@link convlstm4j.backend.onednn.Groups}. */
  enum Groups implements Field {
    RUNS,
    LENGTH,
    STEP,
    COUNT,
    AXES,
    SIZES(MOST_AXES),
    STRIDES(MOST_AXES);

    private final int elements;

    Groups() {
      this(1);
    }

    Groups(int elements) {
      this.elements = elements;
    }

    @Override
    public int elements() {
      return elements;
    }
  }

  enum GroupMoments implements Field {
    GROUPS,
    X,
    CENTRE,
    SQUARED,
    SUMS,
    SCRATCH
  }

  enum GroupNormalize implements Field {
    GROUPS,
    X,
    Y,
    MEAN,
    SCALE,
    SHIFT
  }

  enum GroupGradientSums implements Field {
    GROUPS,
    X,
    DY,
    MEAN,
    INVERSE,
    SUMS,
    SCALED_SUMS,
    SCRATCH
  }

  enum GroupInputGradient implements Field {
    GROUPS,
    X,
    DY,
    DX,
    MEAN,
    A,
    B,
    SCALE,
    ADDS
  }

  /** A normalisation of slices. */
  enum Standardize implements Field {
    SLICES,
    ROWS,
    COLUMNS,
    GROUPS,
    BY_COLUMN,
    PERIOD,
    EPSILON
  }

  enum StandardizeForward implements Field {
    LAYER,
    X,
    GAMMA,
    BETA,
    Y,
    STATISTICS,
    SCRATCH
  }

  enum StandardizeBackward implements Field {
    LAYER,
    X,
    GAMMA,
    DY,
    STATISTICS,
    DX,
    DGAMMA,
    DBETA,
    ADDS,
    SCRATCH
  }

  /** Weighted sums along three axes, the last of which has a table of another form. */
  enum ResampleTable implements Field {
    OUTER,
    INNER,
    COLUMNS(SPATIAL_AXES),
    ROWS(SPATIAL_AXES),
    STARTS(SPATIAL_AXES - 1),
    PLACES(SPATIAL_AXES),
    WEIGHTS(SPATIAL_AXES),
    SEGMENTS,
    SEGMENT;

    private final int elements;

    ResampleTable() {
      this(1);
    }

    ResampleTable(int elements) {
      this.elements = elements;
    }

    @Override
    public int elements() {
      return elements;
    }
  }

  enum Resample implements Field {
    TABLE,
    X,
    Y,
    ADDS,
    SCRATCH
  }

  /** A pooling; the arrays are of the axes D, H, W. */
  enum Pool implements Field {
    MAX,
    IMAGES,
    CHANNELS,
    INPUT(SPATIAL_AXES),
    OUTPUT(SPATIAL_AXES),
    SIZE(SPATIAL_AXES),
    STRIDE(SPATIAL_AXES),
    PAD(SPATIAL_AXES);

    private final int elements;

    Pool() {
      this(1);
    }

    Pool(int elements) {
      this.elements = elements;
    }

    @Override
    public int elements() {
      return elements;
    }
  }

  enum PoolForward implements Field {
    POOL,
    X,
    Y,
    SCRATCH
  }

  enum PoolBackward implements Field {
    POOL,
    X,
    Y,
    DY,
    DX,
    ADDS,
    SCRATCH
  }
}
