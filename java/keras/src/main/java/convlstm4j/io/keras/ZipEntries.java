package convlstm4j.io.keras;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The entries of a {@code .keras} file, unpacked in memory. */
final class ZipEntries {
  /** Unpacked bytes of all entries per byte of the file; Keras stores them as they are. */
  private static final int MAX_RATIO = 8;

  /** Keras writes three, and perhaps assets of vocabularies. */
  private static final int MAX_ENTRIES = 1000;

  private ZipEntries() {}

  /**
   * Unpacks a zip.
   *
   * @param path the file
   * @param size its length, bytes
   * @throws KerasException if it is damaged, or unpacks to much more than it has itself
   * @throws IOException if it cannot be read
   */
  static Map<String, ByteBuffer> read(Path path, long size) throws IOException {
    long left = Math.multiplyExact(MAX_RATIO, size);
    Map<String, ByteBuffer> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(path.toFile())) {
      if (zip.size() > MAX_ENTRIES) {
        throw new KerasException(
            path.toString(),
            "has " + zip.size() + " entries, at most " + MAX_ENTRIES + " are read");
      }
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry e = all.nextElement();
        if (e.isDirectory()) {
          continue;
        }
        byte[] content;
        try (InputStream in = zip.getInputStream(e)) {
          content = in.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, left + 1));
        }
        left -= content.length;
        if (left < 0) {
          throw new KerasException(
              path.toString(),
              "unpacks to more than "
                  + MAX_RATIO
                  + " times its "
                  + size
                  + " bytes, at the entry "
                  + e.getName());
        }
        if (entries.put(e.getName(), ByteBuffer.wrap(content)) != null) {
          throw new KerasException(path.toString(), "has the entry " + e.getName() + " twice");
        }
      }
    } catch (java.util.zip.ZipException | IllegalArgumentException e) {
      throw new KerasException(path.toString(), "is a damaged zip: " + e.getMessage(), e);
    }
    return entries;
  }
}
