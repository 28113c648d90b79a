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
        left -= Math.max(0, e.getSize());
        if (left < 0 || e.getSize() > Integer.MAX_VALUE - 8) {
          throw new KerasException(
              path.toString(),
              "unpacks to more than "
                  + MAX_RATIO
                  + " times its "
                  + size
                  + " bytes, at the entry "
                  + e.getName());
        }
        if (entries.put(e.getName(), ByteBuffer.wrap(content(path, zip, e))) != null) {
          throw new KerasException(path.toString(), "has the entry " + e.getName() + " twice");
        }
      }
    } catch (java.util.zip.ZipException | IllegalArgumentException e) {
      throw new KerasException(path.toString(), "is a damaged zip: " + e.getMessage(), e);
    }
    return entries;
  }

  /** Into an array of the size that the zip says: one that grows is there twice as it does. */
  private static byte[] content(Path path, ZipFile zip, ZipEntry e) throws IOException {
    byte[] content =
        new byte[(int) Math.max(0, e.getSize())]; // one without a size is refused below
    try (InputStream in = zip.getInputStream(e)) {
      int n = in.readNBytes(content, 0, content.length);
      if (n < content.length || in.read() >= 0) {
        throw new KerasException(
            path.toString(),
            "is a damaged zip: the entry "
                + e.getName()
                + " unpacks to "
                + (n < content.length ? n + "" : "more than " + n)
                + " bytes, its directory says "
                + content.length);
      }
    }
    return content;
  }
}
