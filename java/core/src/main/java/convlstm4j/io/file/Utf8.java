package convlstm4j.io.file;

import java.io.CharConversionException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/** Text in UTF-8, of which nothing is replaced where it is none. */
public final class Utf8 {
  private Utf8() {}

  /**
   * Decodes a text.
   *
   * @param bytes its bytes, from the position to the limit; both stay
   * @return the text
   * @throws CharConversionException if it is not UTF-8; the message says where
   */
  public static String decode(ByteBuffer bytes) throws CharConversionException {
    ByteBuffer from = bytes.slice();
    CharBuffer text = CharBuffer.allocate(from.remaining());
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    if (decoder.decode(from, text, true).isError()) {
      throw new CharConversionException(
          String.format(
              "is not text in UTF-8: byte 0x%02x at offset %d; save it as UTF-8",
              from.get(from.position()), from.position()));
    }
    return text.flip().toString();
  }
}
