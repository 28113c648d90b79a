package convlstm4j.video;

import convlstm4j.io.file.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * A picture, as its file says: PNG (ISO/IEC 15948) or JPEG (ITU-T T.81). It is read to its end, so
 * that one that is cut off is known before it is decoded; what comes after its end, such as the
 * second picture that telephones add, is none of it.
 *
 * @param kind by its content, whatever its name says
 * @param height of its rows, before it is turned
 * @param width of them
 * @param orientation how it is to be turned, 1 to 8 as EXIF counts; 1 for not
 * @param length bytes of it in the file
 */
record PictureFile(Path path, Kind kind, int height, int width, int orientation, int length) {
  /** How pictures are written. */
  enum Kind {
    PNG("png_pipe"),
    JPEG("jpeg_pipe");

    private final String demuxer;

    Kind(String demuxer) {
      this.demuxer = demuxer;
    }

    /** What ffmpeg calls a stream of such. */
    String demuxer() {
      return demuxer;
    }
  }

  private static final long PNG_START = 0x89504E470D0A1A0AL;
  private static final int IHDR = 0x49484452;
  private static final int IEND = 0x49454E44;
  private static final int EXIF_CHUNK = 0x65584966;

  private static final int JPEG_START = 0xFFD8;
  private static final int JPEG_END = 0xD9;
  private static final int SCAN = 0xDA;
  private static final int APP1 = 0xE1;
  private static final int EXIF_START = 0x45786966;

  private static final int APP14 = 0xEE;
  private static final int ADOBE_START = 0x41646F62;
  private static final int FOUR_COLOURS = 4;

  private static final int ORIENTATION = 0x0112;
  private static final int TRANSPOSING = 5;
  private static final int LAST_ORIENTATION = 8;

  /** Reads it. */
  static PictureFile of(Path path) {
    ByteBuffer file = ByteBuffer.wrap(bytes(path));
    if (file.remaining() >= 8 && file.getLong(0) == PNG_START) {
      return png(path, file.position(8));
    }
    if (file.remaining() >= 2 && (file.getShort(0) & 0xFFFF) == JPEG_START) {
      return jpeg(path, file.position(2));
    }
    throw new VideoException(
        path,
        (file.hasRemaining() ? "is no picture" : "is empty")
            + ", expected a PNG or JPEG as its name says");
  }

  private static byte[] bytes(Path path) {
    try {
      return Files.readAllBytes(InputFile.checked(path));
    } catch (IOException e) {
      throw new VideoException(path, "cannot be read: " + e.getMessage(), e);
    } catch (OutOfMemoryError e) {
      throw new VideoException(path, "no memory for it", e);
    }
  }

  /** Its bytes, and nothing after them. */
  byte[] bytes() {
    byte[] bytes = bytes(path);
    if (bytes.length < length) {
      throw new VideoException(
          path, "has changed: " + bytes.length + " bytes, had at least " + length);
    }
    return bytes.length == length ? bytes : java.util.Arrays.copyOf(bytes, length);
  }

  /** As it is to be seen. */
  int uprightHeight() {
    return orientation < TRANSPOSING ? height : width;
  }

  int uprightWidth() {
    return orientation < TRANSPOSING ? width : height;
  }

  /** ffmpeg's filters that turn it. */
  String turn() {
    return switch (orientation) {
      case 2 -> "hflip,";
      case 3 -> "hflip,vflip,";
      case 4 -> "vflip,";
      case 5 -> "transpose=cclock_flip,";
      case 6 -> "transpose=clock,";
      case 7 -> "transpose=clock_flip,";
      case 8 -> "transpose=cclock,";
      default -> "";
    };
  }

  private static PictureFile png(Path path, ByteBuffer file) {
    int width = 0;
    int height = 0;
    int orientation = 1;
    while (true) {
      check(path, file, 12);
      int length = file.getInt();
      if (length < 0) {
        throw new VideoException(path, "is damaged: a part of " + length + " bytes");
      }
      check(path, file, length + 8L);
      CRC32 sum = new CRC32();
      sum.update(file.duplicate().limit(file.position() + 4 + length));
      int type = file.getInt();
      ByteBuffer data = file.slice(file.position(), length);
      file.position(file.position() + length);
      if (file.getInt() != (int) sum.getValue()) {
        throw new VideoException(path, "is damaged: a checksum of it is wrong");
      }
      if (type == IHDR && length >= 8) {
        width = data.getInt(0);
        height = data.getInt(4);
      } else if (type == EXIF_CHUNK) {
        orientation = orientation(data);
      } else if (type == IEND) {
        return sized(path, Kind.PNG, height, width, orientation, file.position());
      }
    }
  }

  private static PictureFile jpeg(Path path, ByteBuffer file) {
    int colours = 0;
    boolean adobe = false;
    int width = 0;
    int height = 0;
    int orientation = 1;
    while (true) {
      int marker = marker(path, file);
      if (marker == JPEG_END) {
        if (colours == FOUR_COLOURS && !adobe) {
          throw new VideoException(
              path, "has four colours, and no Adobe marker says which; expected RGB, grey or CMYK");
        }
        return sized(path, Kind.JPEG, height, width, orientation, file.position());
      }
      if (marker == 1 || isRestart(marker)) {
        continue;
      }
      check(path, file, 2);
      int length = file.getShort(file.position()) & 0xFFFF;
      check(path, file, Math.max(2, length));
      ByteBuffer data = file.slice(file.position() + 2, Math.max(0, length - 2));
      file.position(file.position() + Math.max(2, length));
      if (isFrame(marker) && data.remaining() > 5) {
        height = data.getShort(1) & 0xFFFF;
        width = data.getShort(3) & 0xFFFF;
        colours = data.get(5);
      } else if (marker == APP14 && data.remaining() > 5 && data.getInt(0) == ADOBE_START) {
        adobe = true;
      } else if (marker == APP1 && data.remaining() > 6 && data.getInt(0) == EXIF_START) {
        orientation = orientation(data.slice(6, data.remaining() - 6));
      } else if (marker == SCAN) {
        skipScan(path, file);
      }
    }
  }

  /** The next marker; before it there may be any number of 0xFF. */
  private static int marker(Path path, ByteBuffer file) {
    check(path, file, 2);
    if ((file.get() & 0xFF) != 0xFF) {
      throw new VideoException(path, "is damaged: no JPEG from byte " + (file.position() - 1));
    }
    int marker = 0xFF;
    while (marker == 0xFF) {
      check(path, file, 1);
      marker = file.get() & 0xFF;
    }
    return marker;
  }

  /** Goes to the marker that ends the compressed pixels. */
  private static void skipScan(Path path, ByteBuffer file) {
    while (true) {
      check(path, file, 2);
      if ((file.get() & 0xFF) == 0xFF) {
        int next = file.get(file.position()) & 0xFF;
        if (next != 0 && next != 0xFF && !isRestart(next)) {
          file.position(file.position() - 1);
          return;
        }
      }
    }
  }

  private static boolean isRestart(int marker) {
    return marker >= 0xD0 && marker <= 0xD7;
  }

  /** SOF0 to SOF15; three codes among them are something else. */
  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static PictureFile sized(
      Path path, Kind kind, int height, int width, int orientation, int length) {
    if (height <= 0 || width <= 0) {
      throw new VideoException(
          path, "is a picture of " + height + "x" + width + " pixels, expected at least one");
    }
    return new PictureFile(path, kind, height, width, orientation, length);
  }

  /** Tag 274 of the first directory in EXIF data; 1 where that is not there or makes no sense. */
  private static int orientation(ByteBuffer exif) {
    if (exif.remaining() < 8) {
      return 1;
    }
    exif.order(exif.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long at = exif.getInt(4) & 0xFFFFFFFFL;
    if (at + 2 > exif.limit()) {
      return 1;
    }
    int entries = exif.getShort((int) at) & 0xFFFF;
    for (int i = 0; i < entries; i++) {
      long entry = at + 2 + 12L * i;
      if (entry + 12 > exif.limit()) {
        return 1;
      }
      if ((exif.getShort((int) entry) & 0xFFFF) == ORIENTATION) {
        int value = exif.getShort((int) entry + 8) & 0xFFFF;
        return value >= 1 && value <= LAST_ORIENTATION ? value : 1;
      }
    }
    return 1;
  }

  private static void check(Path path, ByteBuffer file, long bytes) {
    if (file.remaining() < bytes) {
      throw new VideoException(path, "is cut off after " + file.limit() + " bytes");
    }
  }
}
