package convlstm4j.io.npy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Element types of npy files that can be read. */
public enum NpyType {
  /** IEEE 754 half precision. */
  FLOAT16("f2", 2),
  /** IEEE 754 single precision. */
  FLOAT32("f4", 4),
  /** IEEE 754 double precision. */
  FLOAT64("f8", 8),
  /** Unsigned byte: pixels. */
  UINT8("u1", 1),
  /** Signed byte. */
  INT8("i1", 1),
  /** Signed 16-bit integer. */
  INT16("i2", 2),
  /** Unsigned 16-bit integer. */
  UINT16("u2", 2),
  /** Signed 32-bit integer. */
  INT32("i4", 4),
  /** Unsigned 32-bit integer. */
  UINT32("u4", 4),
  /** Signed 64-bit integer. */
  INT64("i8", 8),
  /** Unsigned 64-bit integer. */
  UINT64("u8", 8),
  /** A byte that is 0 or not: read as 0 or 1. */
  BOOL("b1", 1);

  private final String code;
  private final int bytes;

  NpyType(String code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /**
   * Size of one element.
   *
   * @return bytes
   */
  public int bytes() {
    return bytes;
  }

  /**
   * Whether elements may be NaN or infinite.
   *
   * @return true for the floating-point types
   */
  public boolean isFloat() {
    return this == FLOAT16 || this == FLOAT32 || this == FLOAT64;
  }

  /**
   * NumPy's name of the type in little-endian byte order.
   *
   * @return such as {@code <f4} or {@code |u1}
   */
  public String descr() {
    return (bytes == 1 ? "|" : "<") + code;
  }

  /**
   * NumPy's name of the type.
   *
   * @return such as {@code float32} or {@code uint8}
   */
  public String numpyName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The type with a code such as {@code f4}. */
  static Optional<NpyType> ofCode(String code) {
    return Arrays.stream(values()).filter(t -> t.code.equals(code)).findFirst();
  }

  static String supported() {
    return Arrays.stream(values()).map(NpyType::descr).collect(Collectors.joining(" "));
  }
}
