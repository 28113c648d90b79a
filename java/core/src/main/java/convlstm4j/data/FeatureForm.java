package convlstm4j.data;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which features of frames a model is fed with. It belongs to the model: features of another
 * network are other numbers.
 *
 * @param name of the network that computes them, for people
 * @param id 64 hexadecimal digits; the same for the same network, weights and scale of bytes
 */
public record FeatureForm(String name, String id) {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");
  private static final String NAME = "name";
  private static final String SHA = "sha256";
  private static final int SHOWN = 12;

  public FeatureForm {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "features of " + name + ": id \"" + id + "\", expected 64 hexadecimal digits");
    }
  }

  /** What decides. */
  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureForm f && f.id.equals(id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put(NAME, name);
    config.put(SHA, id);
    return config;
  }

  static FeatureForm fromConfig(Object config) {
    if (config instanceof Map<?, ?> c
        && c.get(NAME) instanceof String name
        && c.get(SHA) instanceof String id) {
      return new FeatureForm(name, id);
    }
    throw new IllegalArgumentException("features: expected {name, sha256}, got " + config);
  }

  /** In words: {@code features of "mobilenet" (0123456789ab..)}. */
  @Override
  public String toString() {
    return "features of \"" + name + "\" (" + id.substring(0, SHOWN) + "..)";
  }
}
