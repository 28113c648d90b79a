package convlstm4j.io.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes that a checkpoint is read from. */
interface ByteSource {
  long size() throws IOException;

  /** Reads some bytes from an offset on; returns how many, -1 at the end. */
  int read(ByteBuffer to, long offset) throws IOException;

  /** Reads as many bytes as there is room for. */
  default void fill(ByteBuffer to, long offset) throws IOException {
    for (long at = offset; to.hasRemaining(); ) {
      int n = read(to, at);
      if (n < 0) {
        throw new EOFException("ends at byte " + at + ": it was cut while being read");
      }
      at += n;
    }
  }
}
