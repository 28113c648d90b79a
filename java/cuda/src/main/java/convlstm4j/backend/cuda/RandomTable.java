package convlstm4j.backend.cuda;

import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Seeds and streams of a recording's random numbers in device memory: {@code struct RandomKey} of
 * cuda/include/philox.h.
 */
final class RandomTable implements Device.RandomKeys, AutoCloseable {
  private static final int FLOATS = 2 * Long.BYTES / Float.BYTES;

  private final DeviceMemory memory;
  private final Map<Philox, Integer> places = new HashMap<>();
  private @Nullable DeviceBuffer table;

  RandomTable(DeviceMemory memory) {
    this.memory = memory;
  }

  /** Sets the generators of the next run. */
  void set(List<Philox> randoms) {
    if (randoms.isEmpty()) {
      return;
    }
    long[] words = new long[2 * randoms.size()];
    places.clear();
    for (int i = 0; i < randoms.size(); i++) {
      words[2 * i] = randoms.get(i).seed();
      words[2 * i + 1] = randoms.get(i).stream();
      places.put(randoms.get(i), i);
    }
    if (table == null) {
      table = memory.allocate(Shape.of((long) FLOATS * randoms.size()));
    }
    memory.staging().upload(words, table.address());
  }

  @Override
  public long address(Philox random) {
    Integer place = places.get(random);
    if (place == null || table == null) {
      throw new IllegalArgumentException(random + " is none of the recording's generators");
    }
    return table.address() + 2L * Long.BYTES * place;
  }

  @Override
  public void close() {
    if (table != null) {
      table.close();
    }
  }
}
