package convlstm4j.io.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.CharConversionException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text is read as it is, or refused. */
class Utf8Test {
  @Test
  void whereItIsNot(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("a.json");
    Files.write(file, "{\"a\": \"\u00ff\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(
        "is not text in UTF-8: byte 0xff at offset 7; save it as UTF-8",
        assertThrows(CharConversionException.class, () -> InputFile.text(file, 100)).getMessage());
    assertEquals(
        "is not text in UTF-8: byte 0xe2 at offset 1; save it as UTF-8", // cut short
        assertThrows(
                CharConversionException.class,
                () -> Utf8.decode(ByteBuffer.wrap(new byte[] {'a', (byte) 0xe2, (byte) 0x82})))
            .getMessage());
  }

  @Test
  void whatItIs(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("a.json"), "größe \ud83d\udc69");
    assertEquals("größe \ud83d\udc69", InputFile.text(file, 100));
    assertEquals(
        "has 12 bytes, of a text at most 11 are read",
        assertThrows(CharConversionException.class, () -> InputFile.text(file, 11)).getMessage());
  }
}
