package convlstm4j.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes the logs of every epoch for TensorBoard, as Keras's callback of this name does: {@code
 * epoch_loss} and the like into {@code train} and {@code validation} below a folder, an event file
 * for each run. A line is in the file when its epoch ends.
 */
public final class TensorBoard implements Callback {
  private static final String VALIDATION = "val_";
  private static final String TRAIN = "train";
  private static final String VALIDATED = "validation";
  private static final int MASK = 0xa282ead8;

  private final Path folder;
  private final Map<String, Path> files = new LinkedHashMap<>();

  /**
   * Chooses the folder.
   *
   * @param folder made if it is not there
   */
  public TensorBoard(Path folder) {
    this.folder = folder;
  }

  /**
   * The folders that files are written into.
   *
   * @param folder as given to the constructor; null for none
   * @return those below it
   */
  public static List<Path> folders(@Nullable Path folder) {
    return folder == null ? List.of() : List.of(folder.resolve(TRAIN), folder.resolve(VALIDATED));
  }

  @Override
  public void onTrainBegin(Run run) {
    files.clear();
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    ByteArrayOutputStream train = new ByteArrayOutputStream();
    ByteArrayOutputStream validation = new ByteArrayOutputStream();
    logs.forEach(
        (name, value) -> {
          boolean val = name.startsWith(VALIDATION);
          String tag = "epoch_" + (val ? name.substring(VALIDATION.length()) : name);
          record(val ? validation : train, scalar(tag, value, epoch));
        });
    record(train, scalar("epoch_learning_rate", run.model().learningRate(), epoch));
    append(TRAIN, train.toByteArray());
    append(VALIDATED, validation.toByteArray());
  }

  private void append(String part, byte[] records) {
    if (records.length == 0) {
      return;
    }
    Path file = files.get(part);
    try {
      if (file == null) {
        Files.createDirectories(folder.resolve(part));
        file =
            folder
                .resolve(part)
                .resolve(
                    "events.out.tfevents."
                        + System.currentTimeMillis()
                        + "."
                        + ProcessHandle.current().pid());
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        record(first, event(0, 3, "brain.Event:2".getBytes(StandardCharsets.UTF_8)));
        Files.write(file, first.toByteArray(), StandardOpenOption.CREATE_NEW);
        files.put(part, file);
      }
      Files.write(file, records, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "TensorBoard: cannot write below " + folder + ": " + e.getMessage(), e);
    }
  }

  /** A {@code tensorflow.Event} with a {@code Summary} of one number. */
  private static byte[] scalar(String tag, double value, long step) {
    ByteArrayOutputStream entry = new ByteArrayOutputStream();
    bytes(entry, 1, tag.getBytes(StandardCharsets.UTF_8));
    entry.write((2 << 3) | 5);
    entry.writeBytes(little(Float.BYTES).putFloat((float) value).array());
    ByteArrayOutputStream summary = new ByteArrayOutputStream();
    bytes(summary, 1, entry.toByteArray());
    return event(step, 5, summary.toByteArray());
  }

  private static byte[] event(long step, int field, byte[] content) {
    ByteArrayOutputStream event = new ByteArrayOutputStream();
    event.write((1 << 3) | 1);
    event.writeBytes(little(Double.BYTES).putDouble(System.currentTimeMillis() / 1000.0).array());
    if (step != 0) {
      event.write(2 << 3);
      varint(event, step);
    }
    bytes(event, field, content);
    return event.toByteArray();
  }

  private static void bytes(ByteArrayOutputStream out, int field, byte[] content) {
    out.write((field << 3) | 2);
    varint(out, content.length);
    out.writeBytes(content);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while (rest > 0x7f) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** A TFRecord: length, its checksum, the data, its checksum. */
  private static void record(ByteArrayOutputStream out, byte[] data) {
    byte[] length = little(Long.BYTES).putLong(data.length).array();
    out.writeBytes(length);
    out.writeBytes(checksum(length));
    out.writeBytes(data);
    out.writeBytes(checksum(data));
  }

  private static byte[] checksum(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    int sum = (int) crc.getValue();
    return little(Integer.BYTES).putInt(Integer.rotateRight(sum, 15) + MASK).array();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
