package convlstm4j.io.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import convlstm4j.io.checkpoint.Entry.Section;
import convlstm4j.tensor.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a header token by token and stops at the first that does not belong there, so that a header
 * made to fill the memory (a long list, deep nesting, many keys) does not get to.
 */
final class HeaderReader {
  private static final Set<String> HEADER_KEYS =
      Set.of(
          "library",
          "dtype",
          "seed",
          "epoch",
          "batch",
          "step",
          "learning_rate",
          "architecture",
          "compile",
          "bytes",
          "tensors");
  private static final Set<String> TENSOR_KEYS =
      Set.of("section", "owner", "name", "dtype", "shape", "offset", "crc32c");
  private static final int MOST_AXES = 64;

  /** Two values for one key would be a header that others read otherwise. */
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final String file;
  private final JsonParser json;
  private final List<Entry> tensors = new ArrayList<>();

  private HeaderReader(String file, JsonParser json) {
    this.file = file;
    this.json = json;
  }

  /** A header: its fields, and its index unless that is missing. */
  record Header(Fields fields, List<Entry> tensors) {}

  static Header read(String file, byte[] bytes, int offset) {
    try (JsonParser json = JSON.createParser(bytes, offset, bytes.length - offset)) {
      HeaderReader reader = new HeaderReader(file, json);
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw reader.wrong("expected {");
      }
      Fields fields = reader.object("header", HEADER_KEYS);
      if (json.nextToken() != null) {
        throw reader.wrong("expected nothing more");
      }
      fields.check("tensors", "a list of objects");
      return new Header(fields, reader.tensors);
    } catch (IOException e) {
      // Jackson's second line says where in its source, which here is only an array of bytes.
      String problem = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new CheckpointException(file, "damaged header, no JSON: " + problem, e);
    }
  }

  private Fields object(String where, Set<String> keys) throws IOException {
    Map<String, Object> values = new HashMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = json.currentName();
      if (!keys.contains(key)) {
        throw wrong(where + ": unknown key");
      }
      switch (json.nextToken()) {
        case VALUE_STRING -> values.put(key, json.getText());
        case VALUE_NUMBER_INT -> {
          boolean fits = json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
          values.put(key, fits ? (Object) json.getLongValue() : (Object) json.getText());
        }
        case VALUE_NUMBER_FLOAT -> values.put(key, json.getDoubleValue());
        case VALUE_NULL -> values.put(key, null);
        case START_ARRAY -> {
          if (key.equals("tensors")) {
            values.put(key, tensors);
            index();
          } else if (key.equals("shape")) {
            values.put(key, sizes());
          } else {
            throw wrong(where + ": " + key + " is a list");
          }
        }
        default -> throw wrong(where + ": unexpected value of " + key);
      }
    }
    return new Fields(file, where, values);
  }

  private void index() throws IOException {
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw wrong("tensors: expected a list of objects");
      }
      Fields f = object("tensors[" + tensors.size() + "]", TENSOR_KEYS);
      tensors.add(
          new Entry(
              f.constant("section", Section.class),
              f.text("owner"),
              f.text("name"),
              f.constant("dtype", DType.class),
              f.shape("shape"),
              f.whole("offset", 0, Long.MAX_VALUE),
              (int) f.whole("crc32c", 0, 0xFFFFFFFFL)));
    }
  }

  private List<Long> sizes() throws IOException {
    List<Long> sizes = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
          || sizes.size() == MOST_AXES
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0) {
        throw wrong("shape: expected a list of at most " + MOST_AXES + " sizes");
      }
      sizes.add(json.getLongValue());
    }
    return sizes;
  }

  private CheckpointException wrong(String problem) {
    return new CheckpointException(
        file,
        "damaged header, at its byte "
            + json.currentTokenLocation().getByteOffset()
            + ": "
            + problem);
  }
}
