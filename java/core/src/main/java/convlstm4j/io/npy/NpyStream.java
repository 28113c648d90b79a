package convlstm4j.io.npy;

import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * An array in NumPy's format of which the frames, along axis 0, come one after the other, as from a
 * camera: how many there will be is not looked at, the end of the stream ends it.
 */
public final class NpyStream {
  private static final int PREFIX = 12;

  private final String name;
  private final InputStream in;
  private final NpyHeader header;
  private final int frameBytes;

  private NpyStream(String name, InputStream in, NpyHeader header) {
    this.name = name;
    this.in = in;
    this.header = header;
    try {
      frameBytes =
          Math.toIntExact(
              Math.multiplyExact(header.shape().from(1).elements(), header.type().bytes()));
    } catch (ArithmeticException e) {
      throw new NpyException(name, "has frames of " + header.shape().from(1) + ": too large", e);
    }
  }

  /**
   * Reads the header.
   *
   * @param name what messages call it
   * @param in from the first byte of the header on; stays the caller's
   * @return the frames to come
   * @throws NpyException if it is no header of a row-major, little-endian array {@code [T, ..]}
   */
  public static NpyStream open(String name, InputStream in) {
    try {
      byte[] prefix = in.readNBytes(PREFIX);
      int length = 0;
      if (prefix.length == PREFIX) {
        ByteBuffer bytes = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN);
        boolean first = prefix[6] == 1;
        length = first ? (bytes.getShort(8) & 0xFFFF) - 2 : bytes.getInt(8);
      }
      byte[] text = in.readNBytes(Math.max(0, Math.min(length, NpyHeader.MAX_TEXT + 1)));
      ByteBuffer all = ByteBuffer.allocate(prefix.length + text.length);
      all.put(prefix).put(text).flip();
      NpyHeader header = NpyHeader.parse(new Source.Memory(name, all));
      if (header.shape().rank() == 0
          || header.fortran()
          || (header.order() != ByteOrder.LITTLE_ENDIAN && header.type().bytes() > 1)) {
        throw new NpyException(
            name,
            "frames that come one by one must lie one after the other, expected a row-major,"
                + " little-endian array [T, ..]");
      }
      return new NpyStream(name, in, header);
    } catch (IOException e) {
      throw failed(name, e);
    }
  }

  private static NpyException failed(String name, IOException e) {
    return new NpyException(name, "cannot be read: " + e.getMessage(), e);
  }

  /**
   * Sizes of the axes of a frame.
   *
   * @return a known shape
   */
  public Shape frame() {
    return header.shape().from(1);
  }

  /**
   * Waits for the next frames.
   *
   * @param most how many at most, at least 1
   * @return {@code [frames, ..]}, fewer at the end; empty if there are no more
   * @throws NpyException if the stream ends in the middle of a frame
   */
  public Optional<NpyFile> next(int most) {
    ByteBuffer start = NpyHeader.write(header.type(), header.shape().with(0, most));
    byte[] frames;
    try {
      frames = in.readNBytes(Math.multiplyExact(most, frameBytes));
    } catch (IOException e) {
      throw failed(name, e);
    } catch (ArithmeticException e) {
      throw new NpyException(name, most + " frames of " + frame() + " at once: too many", e);
    }
    if (frameBytes == 0 || frames.length % frameBytes != 0) {
      throw new NpyException(
          name,
          "cut: ends "
              + frames.length % Math.max(1, frameBytes)
              + " bytes into a frame of "
              + frameBytes);
    }
    int count = frames.length / frameBytes;
    if (count == 0) {
      return Optional.empty();
    }
    if (count < most) {
      start = NpyHeader.write(header.type(), header.shape().with(0, count));
    }
    ByteBuffer all = ByteBuffer.allocate(start.remaining() + frames.length);
    all.put(start).put(frames).flip();
    return Optional.of(NpyFile.of(name, all));
  }
}
