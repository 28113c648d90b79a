package convlstm4j.io.npy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Bytes that an npy file is read from. */
interface Source {
  /** Bytes that are read, not mapped, when they are asked for at once. */
  int READ_WHOLE = (1 << 16) - 8;

  /** For messages. */
  String name();

  /** Bytes. */
  long size();

  /** Some of the bytes, from position 0 of the buffer on. */
  ByteBuffer get(long offset, long length) throws IOException;

  /** Bytes in memory. */
  record Memory(String name, ByteBuffer bytes) implements Source {
    @Override
    public long size() {
      return bytes.remaining();
    }

    @Override
    public ByteBuffer get(long offset, long length) {
      return bytes.slice(bytes.position() + (int) offset, (int) length);
    }
  }

  /**
   * A file, open only while {@link #get} runs. Long stretches are mapped, so that they take no
   * memory of their own; short ones are read, since a mapping costs more than the copy.
   */
  record File(String name, Path path, long size) implements Source {
    private static final int MAP_FROM = 1 << 16;

    @Override
    public ByteBuffer get(long offset, long length) throws IOException {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        long now = channel.size();
        if (now != size) {
          throw new IOException("has " + now + " bytes, had " + size + " when it was opened");
        }
        if (length >= MAP_FROM) {
          return channel.map(FileChannel.MapMode.READ_ONLY, offset, length);
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) length);
        while (bytes.hasRemaining()) {
          if (channel.read(bytes, offset + bytes.position()) < 0) {
            throw new EOFException("ends at byte " + (offset + bytes.position()));
          }
        }
        return bytes.flip();
      }
    }
  }
}
