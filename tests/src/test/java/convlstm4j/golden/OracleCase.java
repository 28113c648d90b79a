package convlstm4j.golden;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One folder of the oracle: {@code case.json} and the arrays that it names.
 *
 * @param folder where they are
 * @param json the case
 */
record OracleCase(Path folder, Map<String, Object> json) {
  /** All cases of a folder, by name. */
  static List<OracleCase> all(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(c -> Files.exists(c.resolve("case.json")))
          .sorted()
          .map(OracleCase::read)
          .toList();
    } catch (IOException e) {
      throw new AssertionError(folder + " cannot be listed", e);
    }
  }

  private static OracleCase read(Path folder) {
    try {
      return new OracleCase(
          folder, JSON.std.mapFrom(Files.readString(folder.resolve("case.json"))));
    } catch (IOException e) {
      throw new AssertionError(folder + " cannot be read", e);
    }
  }

  String name() {
    return folder.getFileName().toString();
  }

  String string(String key) {
    return (String) json.get(key);
  }

  boolean has(String key) {
    return json.containsKey(key);
  }

  boolean is(String key) {
    return Boolean.TRUE.equals(json.get(key));
  }

  double number(String key) {
    return ((Number) json.get(key)).doubleValue();
  }

  @SuppressWarnings("unchecked") // JSON objects have string keys
  Map<String, Object> map(String key) {
    return (Map<String, Object>) json.get(key);
  }

  /** A list of objects; empty if there is none. */
  @SuppressWarnings("unchecked") // JSON objects have string keys
  List<Map<String, Object>> list(String key) {
    return (List<Map<String, Object>>) json.getOrDefault(key, List.of());
  }

  /** The arrays of a list of objects that name files. */
  List<Tensor> arrays(String key) {
    return list(key).stream().map(this::array).toList();
  }

  /** The array of an object that names a file. */
  Tensor array(String key) {
    return array(map(key));
  }

  Tensor array(Map<String, Object> entry) {
    return NpyFile.open(folder.resolve((String) entry.get("file"))).read(DType.FLOAT64);
  }

  /** Fails unless the largest difference is within the case's tolerance for such arrays. */
  void close(String what, String tolerance, Tensor expected, Tensor actual) {
    if (!expected.shape().equals(actual.shape())) {
      throw new AssertionError(
          what + " has shape " + actual.shape() + ", expected " + expected.shape());
    }
    double largest = 0;
    double worst = 0;
    int at = 0;
    for (int i = 0; i < expected.size(); i++) {
      largest = Math.max(largest, Math.abs(expected.get(i)));
      double difference = Math.abs(actual.get(i) - expected.get(i));
      if (!(difference <= worst)) { // a NaN stays
        worst = difference;
        at = i;
      }
    }
    double allowed = allowed(tolerance, largest);
    if (!(worst <= allowed)) {
      throw new AssertionError(
          what
              + " differs by "
              + worst
              + " at "
              + at
              + " (expected "
              + expected.get(at)
              + ", got "
              + actual.get(at)
              + "), allowed "
              + allowed);
    }
  }

  /** {@code abs + rel_to_max * largest}. */
  double allowed(String tolerance, double largest) {
    Map<?, ?> t = (Map<?, ?>) map("tolerance").get(tolerance);
    return ((Number) t.get("abs")).doubleValue()
        + ((Number) t.get("rel_to_max")).doubleValue() * largest;
  }
}
