package convlstm4j.io.npy;

import java.nio.file.Path;

/**
 * Says what an element type that is not read is called, and how Python turns it into one that is.
 */
final class ForeignType {
  private ForeignType() {}

  /**
   * Words the refusal.
   *
   * @param file where it was found
   * @param descr NumPy's code of the type; starts with {@code [} where it is structured
   */
  static String message(String file, String descr) {
    String name = name(descr);
    return "element type "
        + (name.isEmpty() ? "" : name + " ")
        + (descr.startsWith("[") ? "" : "'" + descr + "' ")
        + "is not supported, expected numbers: "
        + NpyType.supported()
        + " (or big-endian); in Python: import numpy as np; np.save('converted.npy', "
        + converted(descr, load(file, descr))
        + ")";
  }

  private static String load(String file, String descr) {
    String name = String.valueOf(Path.of(file).getFileName()).replace("\\", "").replace("'", "\\'");
    return "np.load('" + name + "'" + (kind(descr) == 'O' ? ", allow_pickle=True)" : ")");
  }

  /** The letter that follows the byte order. */
  private static char kind(String descr) {
    return descr.startsWith("[") ? '[' : descr.length() > 1 ? descr.charAt(1) : ' ';
  }

  private static int size(String descr) {
    return descr.matches(".[a-zA-Z][0-9]{1,4}") ? Integer.parseInt(descr.substring(2)) : 0;
  }

  private static String name(String descr) {
    return switch (kind(descr)) {
      case 'c' -> "complex" + 8 * size(descr);
      case 'U', 'S', 'a' -> "string";
      case 'O' -> "object";
      case 'M' -> "datetime64";
      case 'm' -> "timedelta64";
      case 'V' -> size(descr) == 2 ? "void (bfloat16?)" : "void";
      case '[' -> "structured";
      case 'f' -> size(descr) > 8 ? "longdouble" : "";
      default -> "";
    };
  }

  private static String converted(String descr, String array) {
    return switch (kind(descr)) {
      case 'c' -> array + ".real.astype('float32')";
      // Names of classes become their numbers.
      case 'U', 'S', 'a' -> "np.unique(" + array + ", return_inverse=True)[1].astype('int32')";
      case 'O' -> "np.array(" + array + ".tolist(), 'float32')";
      case 'M', 'm' -> array + ".astype('int64')";
      case 'V' ->
          size(descr) == 2
              ? "(" + array + ".view('u2').astype('u4') << 16).view('float32')"
              : array + ".view('u1')";
      case '[' ->
          "np.stack([" + array + "[n] for n in " + array + ".dtype.names], -1).astype('float32')";
      default -> array + ".astype('float32')";
    };
  }
}
