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

  /** Copies bytes into a buffer, from its position to its limit. */
  void read(long offset, ByteBuffer target) throws IOException;

  /** Has the system bring bytes into memory. */
  default void load(long offset, long length) throws IOException {}

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

    @Override
    public void read(long offset, ByteBuffer target) {
      target.put(get(offset, target.remaining()));
    }
  }

  /**
   * A file, open only while {@link #get} runs. Long stretches are mapped, so that they take no
   * memory of their own; short ones are read, since a mapping costs more than the copy.
   */
  record File(String name, Path path, long size) implements Source {
    private static final int MAP_FROM = 1 << 16;
    private static final int LOADED_AT_ONCE = 1 << 15;

    @Override
    public ByteBuffer get(long offset, long length) throws IOException {
      if (length < MAP_FROM) {
        ByteBuffer bytes = ByteBuffer.allocate((int) length);
        read(offset, bytes);
        return bytes.flip();
      }
      try (FileChannel channel = open()) {
        return channel.map(FileChannel.MapMode.READ_ONLY, offset, length);
      }
    }

    private FileChannel open() throws IOException {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        long now = channel.size();
        if (now != size) {
          throw new IOException("has " + now + " bytes, had " + size + " when it was opened");
        }
        return channel;
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      try (FileChannel channel = open()) {
        long at = offset;
        while (target.hasRemaining()) {
          int n = channel.read(target, at);
          if (n < 0) {
            throw new EOFException("ends at byte " + at);
          }
          at += n;
        }
      }
    }

    /**
     * Reads and forgets. Pages of a mapping would count as the process's memory until Java looks
     * for garbage.
     */
    @Override
    public void load(long offset, long length) throws IOException {
      ByteBuffer some = ByteBuffer.allocate((int) Math.min(length, LOADED_AT_ONCE));
      try (FileChannel channel = open()) {
        for (long done = 0; done < length; ) {
          some.clear().limit((int) Math.min(some.capacity(), length - done));
          int n = channel.read(some, offset + done);
          if (n < 0) {
            throw new EOFException("ends at byte " + (offset + done));
          }
          done += n;
        }
      }
    }
  }
}
