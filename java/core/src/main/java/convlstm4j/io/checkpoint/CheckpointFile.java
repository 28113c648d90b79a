package convlstm4j.io.checkpoint;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.io.checkpoint.Entry.Section;
import convlstm4j.model.Progress;
import convlstm4j.model.Snapshot;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * The file format, version 1. All numbers are little-endian.
 *
 * <pre>
 * byte  0   8  magic: 89 'C' 'L' '4' 'J' 0d 0a 1a (damaged by whatever changes line ends or bit 7)
 *       8   4  version
 *      12   4  CRC32C of bytes 16 to the end of the header
 *      16   8  length of the header
 *      24   8  length of the file
 *      32   .  header: JSON in UTF-8
 *       .   .  data: the tensors of the header's index, one after the other without gaps
 * </pre>
 *
 * <p>Header: {@code library}, {@code dtype}, {@code seed}, {@code epoch}, {@code batch}, {@code
 * step}, {@code learning_rate}, {@code architecture}, {@code compile} (each JSON as a text), {@code
 * bytes} (likewise, where it is known how the inputs take uint8), {@code tensors} (the index:
 * {@code section, owner, name, dtype, shape, offset, crc32c}). No byte of the file is without a
 * checksum or a value that it must have.
 */
final class CheckpointFile {
  static final byte[] MAGIC = {(byte) 0x89, 'C', 'L', '4', 'J', '\r', '\n', 0x1A};
  static final int VERSION = 1;
  static final int PREFIX = 32;

  /** Where the checksum of the header starts to hold. */
  static final int CHECKED_FROM = 16;

  private CheckpointFile() {}

  static void write(WritableByteChannel out, Contents contents) throws IOException {
    List<Supplier<Tensor>> tensors = new ArrayList<>();
    List<Map<String, Object>> index = new ArrayList<>();
    Snapshot s = contents.snapshot();
    long end = append(Section.WEIGHT, "", s.weights(), index, tensors, 0);
    end = append(Section.SLOT, "", s.slots(), index, tensors, end);
    end = append(Section.STATE, "", s.states(), index, tensors, end);
    end = append(Section.SUM, "", s.sums(), index, tensors, end);
    for (var callback : s.callbacks().entrySet()) {
      // In order: a callback may give a map that has none, and equal models give equal files.
      Map<String, Tensor> state = new TreeMap<>(callback.getValue());
      end = append(Section.CALLBACK, callback.getKey(), state, index, tensors, end);
    }
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("library", contents.library());
    header.put("dtype", lower(contents.dtype()));
    header.put("seed", s.seed());
    header.put("epoch", s.progress().epoch());
    header.put("batch", s.progress().batch());
    header.put("step", s.progress().step());
    header.put("learning_rate", Double.isNaN(s.learningRate()) ? null : s.learningRate());
    header.put("architecture", contents.architecture());
    header.put("compile", contents.compile());
    if (contents.bytes() != null) {
      header.put("bytes", contents.bytes());
    }
    header.put("tensors", index);
    byte[] json = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asBytes(header);
    ByteBuffer prefix = ByteBuffer.allocate(PREFIX + json.length).order(ByteOrder.LITTLE_ENDIAN);
    prefix.put(MAGIC).putInt(VERSION).putInt(0).putLong(json.length);
    prefix.putLong(prefix.capacity() + end).put(json);
    prefix.putInt(12, headerCrc(prefix.array()));
    drain(prefix.flip(), out);
    for (Supplier<Tensor> again : tensors) {
      Tensor tensor = again.get();
      for (int from = 0; from < tensor.size(); from += Entry.chunk(tensor)) {
        drain(Entry.encode(tensor, from), out);
      }
    }
  }

  private static long append(
      Section section,
      String owner,
      Map<String, Tensor> map,
      List<Map<String, Object>> index,
      List<Supplier<Tensor>> tensors,
      long start) {
    long offset = start;
    for (String name : map.keySet()) {
      Entry entry = Entry.of(section, owner, name, map.get(name), offset);
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("section", lower(section));
      fields.put("owner", owner);
      fields.put("name", entry.name());
      fields.put("dtype", lower(entry.dtype()));
      fields.put("shape", entry.shape().dims());
      fields.put("offset", offset);
      fields.put("crc32c", Integer.toUnsignedLong(entry.crc()));
      index.add(fields);
      tensors.add(() -> map.get(name));
      offset += entry.bytes();
    }
    return offset;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static int headerCrc(byte[] prefixAndHeader) {
    CRC32C crc = new CRC32C();
    crc.update(prefixAndHeader, CHECKED_FROM, prefixAndHeader.length - CHECKED_FROM);
    return (int) crc.getValue();
  }

  private static void drain(ByteBuffer bytes, WritableByteChannel out) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /**
   * Reads and checks a whole checkpoint. Its weights and slots are read from the source again each
   * time that they are asked for, so that a model is not on the heap a second time.
   *
   * @param training whether what only training needs is kept, or else checked only
   */
  static Contents read(String file, ByteSource source, boolean training) throws IOException {
    byte[] prefixAndHeader = prefixAndHeader(file, source);
    HeaderReader.Header header = HeaderReader.read(file, prefixAndHeader, PREFIX);
    Fields f = header.fields();
    String library = f.text("library");
    String architecture = f.text("architecture");
    String compile = f.textOrNull("compile");
    String bytes = f.has("bytes") ? f.text("bytes") : null;
    DType dtype = f.constant("dtype", DType.class);
    long seed = f.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE);
    double learningRate = f.numberOrNull("learning_rate");
    Progress progress =
        new Progress(
            f.whole("epoch", 0, Long.MAX_VALUE),
            (int) f.whole("batch", 0, Integer.MAX_VALUE),
            f.whole("step", 0, Long.MAX_VALUE));
    StoredTensors tensors =
        new StoredTensors(file, source, header.tensors(), prefixAndHeader.length);
    Map<String, Tensor> weights = tensors.onDemand(Section.WEIGHT);
    Map<String, Tensor> none = Map.of();
    Snapshot snapshot =
        training
            ? new Snapshot(
                seed,
                progress,
                learningRate,
                weights,
                tensors.onDemand(Section.SLOT),
                tensors.all(Section.STATE),
                tensors.all(Section.SUM),
                tensors.callbacks())
            : new Snapshot(seed, Progress.START, Double.NaN, weights, none, none, none, Map.of());
    return new Contents(library, architecture, compile, dtype, bytes, snapshot);
  }

  private static byte[] prefixAndHeader(String file, ByteSource source) throws IOException {
    long size = source.size();
    byte[] start = bytes(source, (int) Math.min(size, PREFIX));
    for (int i = 0; i < MAGIC.length; i++) {
      if (i >= start.length || start[i] != MAGIC[i]) {
        throw new CheckpointException(
            file,
            size == 0
                ? "is empty, expected a checkpoint"
                : "is no checkpoint: byte " + i + " is not that of one");
      }
    }
    ByteBuffer prefix = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    if (size >= 12 && prefix.getInt(8) != VERSION) {
      throw new CheckpointException(
          file,
          "is a checkpoint of format version "
              + Integer.toUnsignedString(prefix.getInt(8))
              + ", expected "
              + VERSION
              + ": made by a newer version of the library?");
    }
    if (size < PREFIX || prefix.getLong(24) != size) {
      throw new CheckpointException(
          file,
          "has "
              + size
              + " bytes, expected "
              + (size < PREFIX ? "at least " + PREFIX : prefix.getLong(24))
              + ": cut or damaged");
    }
    long length = prefix.getLong(16);
    if (length < 0 || length > size - PREFIX || length > Integer.MAX_VALUE - 2 * PREFIX) {
      throw new CheckpointException(
          file,
          "damaged at byte 16: a header of "
              + length
              + " bytes, expected at most "
              + (size - PREFIX));
    }
    byte[] all = bytes(source, PREFIX + (int) length);
    if (headerCrc(all) != prefix.getInt(12)) {
      throw new CheckpointException(
          file, "damaged header, bytes " + CHECKED_FROM + "-" + (all.length - 1) + ": checksum");
    }
    return all;
  }

  private static byte[] bytes(ByteSource source, int n) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(n);
    source.fill(bytes, 0);
    return bytes.array();
  }
}
