package convlstm4j.io.architecture;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** JSON text from and to maps and lists, with limits so that no text exhausts memory or stack. */
public final class Json {
  /** Deeper than any model: wrappers in wrappers take two levels each. */
  private static final int MAX_DEPTH = 100;

  /** Characters that are read at most; the largest model JSON met has under a million. */
  public static final int MAX_LENGTH = 64 << 20;

  private static final JSON JSON_IO =
      JSON.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxDocumentLength(MAX_LENGTH)
                          .maxNumberLength(100)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(JSON.Feature.WRITE_NULL_PROPERTIES, JSON.Feature.PRETTY_PRINT_OUTPUT)
          .build();

  private Json() {}

  /**
   * Reads a text.
   *
   * @param text one JSON value
   * @return a map, list, text, number, boolean
   * @throws ArchitectureException if it is none, or nested too deep or too long; the message says
   *     where
   */
  public static Object read(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new ArchitectureException(
          "model JSON has " + text.length() + " characters, more than " + MAX_LENGTH);
    }
    try (JsonParser parser = JSON_IO.createParser(text)) {
      Object value = parser.nextToken() == null ? null : JSON_IO.anyFrom(parser);
      if (value == null || parser.nextToken() != null) {
        throw new ArchitectureException(
            "model JSON: "
                + (value == null ? "it is empty" : "something follows the model")
                + " at "
                + where(parser.currentLocation()));
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new ArchitectureException(
          "model JSON: "
              // Without Jackson's note on where an open bracket is: of a text, it says nothing.
              + e.getOriginalMessage().replaceAll(" \\(start marker at \\[Source:.*\\]\\)", "")
              + " at "
              + where(e.getLocation()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from a string", e);
    }
  }

  private static String where(com.fasterxml.jackson.core.JsonLocation l) {
    return l == null ? "an unknown place" : "line " + l.getLineNr() + ", column " + l.getColumnNr();
  }

  /**
   * Writes a value over several lines.
   *
   * @param value of maps with text keys, lists, texts, numbers, booleans and nulls
   * @return the text
   */
  public static String write(Map<String, Object> value) {
    try {
      return JSON_IO.asString(value);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to a string", e);
    }
  }
}
