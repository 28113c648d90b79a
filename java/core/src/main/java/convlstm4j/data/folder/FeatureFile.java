package convlstm4j.data.folder;

import convlstm4j.io.file.AtomicFile;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/**
 * Features of the frames of one video in a file: a line that says what it is, the numbers of the
 * frames and of the axes of a frame's features, when frames are shown (NaN where the video does not
 * say), then float32 features, row-major, then a CRC32C of all that. Big-endian, as Java's.
 *
 * @param file where they are
 * @param shape {@code [T, ..]}
 * @param seconds T + 1 of them: when frames are shown, and the end of the last; empty if the video
 *     does not say
 */
@SuppressWarnings("ArrayRecordComponent") // made once, read once
record FeatureFile(Path file, Shape shape, Optional<double[]> seconds) {
  private static final String MAGIC = "ConvLSTM4J features 1\n";
  private static final int MOST_AXES = 8;
  private static final int BLOCK = 1 << 16;

  private long start() {
    return MAGIC.length() + 4L + 8L * shape.rank() + 8L * (shape.dim(0) + 1);
  }

  /** Why a file is none; a message in words. */
  static final class DamagedException extends Exception {
    DamagedException(String problem) {
      super(problem);
    }
  }

  /**
   * Reads a file whole to see that it is as it was written.
   *
   * @return empty if there is none
   * @throws DamagedException if it is not
   */
  static Optional<FeatureFile> open(Path file) throws IOException, DamagedException {
    CRC32C sum = new CRC32C();
    try (DataInputStream in =
        new DataInputStream(
            new CheckedInputStream(
                new BufferedInputStream(Files.newInputStream(file), BLOCK), sum))) {
      if (!new String(in.readNBytes(MAGIC.length()), java.nio.charset.StandardCharsets.UTF_8)
          .equals(MAGIC)) {
        throw new DamagedException("does not begin as features do");
      }
      int rank = in.readInt();
      if (rank < 2 || rank > MOST_AXES) {
        throw new DamagedException(rank + " axes");
      }
      long[] dims = new long[rank];
      double elements = 1;
      for (int i = 0; i < rank; i++) {
        dims[i] = in.readLong();
        elements *= dims[i];
        if (dims[i] < 1) {
          throw new DamagedException("an axis of " + dims[i]);
        }
      }
      double expected =
          MAGIC.length() + 4.0 + 8.0 * rank + 8.0 * (dims[0] + 1.0) + 4.0 * elements + 8;
      if (expected != Files.size(file)) {
        throw new DamagedException(Files.size(file) + " bytes, expected " + (long) expected);
      }
      double[] seconds = new double[Math.toIntExact(dims[0] + 1)];
      for (int i = 0; i < seconds.length; i++) {
        seconds[i] = in.readDouble();
      }
      in.skipNBytes(4 * (long) elements);
      long computed = sum.getValue();
      if (in.readLong() != computed) {
        throw new DamagedException("a sum that differs");
      }
      boolean timed = !Double.isNaN(seconds[0]);
      return Optional.of(
          new FeatureFile(file, Shape.of(dims), timed ? Optional.of(seconds) : Optional.empty()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (EOFException e) {
      throw new DamagedException("it is cut");
    }
  }

  /** Reads some frames. */
  Tensor read(long from, long to) throws IOException {
    Tensor some = Tensor.zeros(DType.FLOAT32, shape.with(0, to - from));
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(some.size(), Float.BYTES))
            .order(ByteOrder.BIG_ENDIAN);
    long frame = shape.from(1).elements() * Float.BYTES;
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      long at = start() + from * frame;
      while (bytes.hasRemaining()) {
        int n = in.read(bytes, at);
        if (n < 0) {
          throw new EOFException("it was cut while it was read");
        }
        at += n;
      }
    }
    bytes.flip().asFloatBuffer().get(some.floats());
    return some;
  }

  /** A file that is being written. */
  static final class Writer implements AutoCloseable {
    private final AtomicFile file;
    private final CRC32C sum = new CRC32C();
    private final Shape shape;
    private final Path path;
    private final Optional<double[]> seconds;
    private long written;

    Writer(Path path, Shape shape, Optional<double[]> seconds) throws IOException {
      this.path = path;
      this.shape = shape;
      this.seconds = seconds;
      this.file = AtomicFile.create(path);
      try {
        int frames = (int) shape.dim(0);
        ByteBuffer head =
            ByteBuffer.allocate(MAGIC.length() + 4 + 8 * shape.rank() + 8 * (frames + 1));
        head.put(MAGIC.getBytes(java.nio.charset.StandardCharsets.UTF_8)).putInt(shape.rank());
        for (long dim : shape.dims()) {
          head.putLong(dim);
        }
        for (int i = 0; i <= frames; i++) {
          head.putDouble(seconds.isPresent() ? seconds.get()[i] : Double.NaN);
        }
        put(head.flip());
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    }

    private void put(ByteBuffer bytes) throws IOException {
      sum.update(bytes.duplicate());
      WritableByteChannel channel = file.channel();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    /** Adds the features of the next frames. */
    void add(Tensor features) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(features.size(), Float.BYTES));
      bytes.asFloatBuffer().put(features.floats());
      put(bytes);
      written += features.size();
    }

    /** Gives the file its name. */
    FeatureFile commit() throws IOException {
      if (written != shape.elements()) {
        throw new IllegalStateException(
            path + ": " + written + " numbers were written, expected " + shape.elements());
      }
      put(ByteBuffer.allocate(8).putLong(sum.getValue()).flip());
      file.commit();
      return new FeatureFile(path, shape, seconds);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
