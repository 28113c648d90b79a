package convlstm4j.io.checkpoint;

import convlstm4j.io.checkpoint.Entry.Section;
import convlstm4j.tensor.Tensor;
import convlstm4j.tensor.TensorsOnDemand;
import convlstm4j.tensor.TensorsOnDemand.Elsewhere;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The tensors of a checkpoint: all of them are checked, and read when they are asked for. */
final class StoredTensors {
  private static final int BUFFER = 1 << 16;

  private final String file;
  private final ByteSource source;
  private final long start;
  private final ByteBuffer buffer;
  private final Map<Section, Map<String, Map<String, Entry>>> entries =
      new EnumMap<>(Section.class);

  /**
   * Checks index and tensors.
   *
   * @param file for messages
   * @param source to be open while tensors are read
   * @param index what there should be
   * @param start where the data begin
   */
  StoredTensors(String file, ByteSource source, List<Entry> index, long start) throws IOException {
    this.file = file;
    this.source = source;
    this.start = start;
    checkIndex(index, source.size() - start);
    long most = index.stream().mapToLong(Entry::bytes).max().orElse(0);
    this.buffer = ByteBuffer.allocate((int) Math.min(BUFFER, most));
    for (Section section : Section.values()) {
      entries.put(section, new LinkedHashMap<>());
    }
    for (Entry e : index) {
      Entry other =
          of(e.section()).computeIfAbsent(e.owner(), o -> new LinkedHashMap<>()).put(e.name(), e);
      if (other != null || (e.section() != Section.CALLBACK && !e.owner().isEmpty())) {
        throw new CheckpointException(
            file, "damaged header, " + e.label() + (other != null ? " twice" : ": has an owner"));
      }
      read(e, null);
    }
  }

  /** Checks the index against the length of the data, so that no tensor can be too large. */
  private void checkIndex(List<Entry> index, long dataBytes) {
    long end = 0;
    for (Entry entry : index) {
      long bytes;
      try {
        bytes = entry.bytes();
        Tensor.arrayLength(entry.shape());
      } catch (ArithmeticException | IllegalArgumentException e) {
        throw new CheckpointException(
            file, "damaged header, " + entry.label() + " of shape " + entry.shape(), e);
      }
      if (entry.offset() != end || bytes > dataBytes - end) {
        throw new CheckpointException(
            file,
            "damaged header, "
                + entry.label()
                + ": "
                + bytes
                + " bytes at offset "
                + entry.offset()
                + ", expected offset "
                + end
                + " and at most "
                + (dataBytes - end)
                + " bytes");
      }
      end += bytes;
    }
    if (end != dataBytes) {
      throw new CheckpointException(
          file, "damaged: " + dataBytes + " bytes of tensors, expected " + end);
    }
  }

  private Map<String, Map<String, Entry>> of(Section section) {
    return Objects.requireNonNull(entries.get(section));
  }

  /** The tensors of a section without owners, by name; read whenever one is asked for. */
  Map<String, Tensor> onDemand(Section section) {
    return onDemand(of(section).getOrDefault("", Map.of()));
  }

  private Map<String, Tensor> onDemand(Map<String, Entry> some) {
    Map<String, Elsewhere> tensors = new LinkedHashMap<>();
    some.forEach((name, e) -> tensors.put(name, new Elsewhere(e.shape(), () -> read(e))));
    return new TensorsOnDemand(tensors);
  }

  /** The same, read now. */
  Map<String, Tensor> all(Section section) {
    return new LinkedHashMap<>(onDemand(section));
  }

  /** Those of callbacks by owner and name, read now. */
  Map<String, Map<String, Tensor>> callbacks() {
    Map<String, Map<String, Tensor>> all = new LinkedHashMap<>();
    of(Section.CALLBACK)
        .forEach((owner, some) -> all.put(owner, new LinkedHashMap<>(onDemand(some))));
    return all;
  }

  private Tensor read(Entry e) {
    Tensor tensor = Tensor.zeros(e.dtype(), e.shape());
    try {
      read(e, tensor);
    } catch (IOException failed) {
      throw new CheckpointException(file, "cannot be read: " + failed.getMessage(), failed);
    }
    return tensor;
  }

  /**
   * Reads a tensor's bytes and checks them.
   *
   * @param tensor takes them; null where they are only checked
   */
  private void read(Entry e, @Nullable Tensor tensor) throws IOException {
    long first = start + e.offset();
    CRC32C crc = new CRC32C();
    int bytes = e.dtype().bytes();
    int size = Tensor.arrayLength(e.shape());
    for (int from = 0; from < size; ) {
      int n = Math.min(buffer.capacity() / bytes, size - from);
      source.fill(buffer.clear().limit(n * bytes), first + (long) from * bytes);
      crc.update(buffer.flip());
      if (tensor != null) {
        Entry.decode(buffer.flip(), tensor, from, n);
      }
      from += n;
    }
    if ((int) crc.getValue() != e.crc()) {
      throw new CheckpointException(
          file,
          "damaged, bytes " + first + "-" + (first + e.bytes() - 1) + ": checksum of " + e.label());
    }
  }
}
