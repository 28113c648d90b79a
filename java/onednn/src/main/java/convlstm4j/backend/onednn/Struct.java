package convlstm4j.backend.onednn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/**
 * One of {@link Structs} in native memory, all zeros at first; it lives as long as this object, and
 * so do the structs and tables that it points to.
 */
@SuppressWarnings("EnumOrdinal") // the order of fields is what the enums are for
final class Struct<F extends Enum<F> & Structs.Field> {
  private final Class<F> type;
  private final int[] offsets;
  private final ByteBuffer memory;
  private final long address;
  private final Struct<?>[] pointed;
  private final List<ByteBuffer> tables = new ArrayList<>();

  Struct(Class<F> type) {
    this.type = type;
    F[] fields = type.getEnumConstants();
    offsets = new int[fields.length];
    pointed = new Struct<?>[fields.length];
    int bytes = 0;
    for (F f : fields) {
      offsets[f.ordinal()] = bytes;
      bytes += f.elements() * Long.BYTES;
    }
    memory = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    address = new Pointer(memory).address();
  }

  Class<F> type() {
    return type;
  }

  long address() {
    return address;
  }

  /** Sets a number, or the address of an array. */
  Struct<F> set(F field, long value) {
    memory.putLong(offsets[field.ordinal()], value);
    return this;
  }

  /** Sets a double. */
  Struct<F> set(F field, double value) {
    memory.putDouble(offsets[field.ordinal()], value);
    return this;
  }

  /** Sets an element of a field that is an array. */
  Struct<F> set(F field, int element, long value) {
    if (element < 0 || element >= field.elements()) {
      throw new IndexOutOfBoundsException(
          type.getSimpleName() + "." + field + " has no element " + element);
    }
    memory.putLong(offsets[field.ordinal()] + element * Long.BYTES, value);
    return this;
  }

  /** Points an element of a field that is an array, or a field that is none, to a table. */
  Struct<F> set(F field, int element, int[] table) {
    ByteBuffer b = table(table.length);
    b.asIntBuffer().put(table);
    return set(field, element, new Pointer(b).address());
  }

  /** Points an element of a field that is an array, or a field that is none, to a table. */
  Struct<F> set(F field, int element, float[] table) {
    ByteBuffer b = table(table.length);
    b.asFloatBuffer().put(table);
    return set(field, element, new Pointer(b).address());
  }

  private ByteBuffer table(int elements) {
    ByteBuffer b =
        ByteBuffer.allocateDirect(Math.multiplyExact(elements, Integer.BYTES))
            .order(ByteOrder.nativeOrder());
    tables.add(b);
    return b;
  }

  /** Points to another struct. */
  Struct<F> set(F field, Struct<?> other) {
    pointed[field.ordinal()] = other;
    return set(field, other.address);
  }
}
