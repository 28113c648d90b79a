package convlstm4j.io.keras;

import convlstm4j.io.file.Utf8;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Node;
import io.jhdf.object.datatype.StringData;
import java.io.CharConversionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * HDF5 files through jHDF, which is used nowhere else. Arrays are read when they are asked for, all
 * else at once.
 */
final class Hdf5Reader {
  private final String file;
  private final ByteBuffer bytes;

  private Hdf5Reader(String file, ByteBuffer bytes) {
    this.file = file;
    this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Reads the tree of groups.
   *
   * @param file for messages
   * @param bytes the file's content, which arrays are read from later
   * @throws KerasException if it is no HDF5 file, is damaged, or has what Keras does not write
   */
  static Group read(String file, ByteBuffer bytes) {
    Hdf5Guard.check(file, bytes);
    Hdf5Reader reader = new Hdf5Reader(file, bytes);
    Group root = new Group();
    reader.guarded(
        () -> {
          HdfFile hdf = HdfFile.fromByteBuffer(bytes); // in memory, so there is nothing to close
          reader.collect(hdf, root);
          return root;
        });
    return root;
  }

  /** jHDF's exceptions are of many kinds; types within types may overflow the stack. */
  private <T> T guarded(Supplier<T> read) {
    try {
      return read.get();
    } catch (KerasException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      throw new KerasException(file, "is no HDF5 file, or a damaged one: " + reason(e), e);
    }
  }

  /** The innermost message: jHDF wraps causes in sentences about addresses. */
  private static String reason(Throwable e) {
    Throwable t = e;
    while (t.getCause() != null && t.getCause() != t) {
      t = t.getCause();
    }
    return t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
  }

  private void collect(io.jhdf.api.Group from, Group to) {
    for (Attribute a : from.getAttributes().values()) {
      if (a.isEmpty()) { // an empty list of texts is an empty array of numbers
        to.lists().put(a.getName(), List.of());
      } else if (a.getJavaType() == String.class) {
        Object data = a.getData();
        if (data instanceof String text) {
          to.texts().put(a.getName(), isLost(text) ? utf8(a).get(0) : text);
        } else if (data instanceof String[] many) {
          boolean lost = Arrays.stream(many).anyMatch(Hdf5Reader::isLost);
          to.lists().put(a.getName(), lost ? utf8(a) : List.of(many));
        }
      }
    }
    for (Map.Entry<String, Node> e : from.getChildren().entrySet()) {
      String name = e.getKey();
      if (name.contains("/")) {
        throw new KerasException(
            file, "is a damaged HDF5 file: " + Said.value(name) + " is no name");
      }
      if (e.getValue() instanceof io.jhdf.api.Group g) {
        collect(g, to.make(name));
      } else if (e.getValue() instanceof Dataset d) {
        to.arrays().put(name, new Stored(to.path() + "/" + name, d));
      } else {
        throw new KerasException(
            file,
            to.path()
                + "/"
                + name
                + " is a "
                + e.getValue().getType()
                + ", expected groups and arrays only");
      }
    }
  }

  /** Whether jHDF met what is not ASCII in a text that is said to be. */
  private static boolean isLost(String text) {
    return text.indexOf('\ufffd') >= 0;
  }

  /** Texts that are in UTF-8 whatever the file says: Keras encodes names so and does not say it. */
  private List<String> utf8(Attribute a) {
    ByteBuffer data = a.getBuffer().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    List<String> all = new ArrayList<>();
    if (a.getDataType() instanceof StringData) {
      while (data.remaining() >= a.getDataType().getSize()) {
        byte[] text = new byte[a.getDataType().getSize()];
        data.get(text);
        int end = 0;
        while (end < text.length && text[end] != 0) {
          end++;
        }
        all.add(decode(a, ByteBuffer.wrap(text, 0, end)));
      }
    } else {
      while (data.remaining() >= 16) {
        int length = data.getInt();
        all.add(decode(a, inHeap(data.getLong(), data.getInt(), length)));
      }
    }
    return all;
  }

  private String decode(Attribute a, ByteBuffer text) {
    try {
      return Utf8.decode(text);
    } catch (CharConversionException e) {
      throw new KerasException(
          file, "the attribute " + Said.value(a.getName()) + " " + e.getMessage(), e);
    }
  }

  /** III.E: a text in the global heap, which {@link Hdf5Guard} has been through. */
  private ByteBuffer inHeap(long collection, int index, int length) {
    int at = (int) collection + 16;
    while (index != 0 && (bytes.getShort(at) & 0xffff) != index) {
      at += (int) (16 + ((bytes.getLong(at + 8) + 7) & -8));
    }
    byte[] text = new byte[index == 0 ? 0 : Math.min(length, (int) bytes.getLong(at + 8))];
    bytes.get(at + 16, text);
    return ByteBuffer.wrap(text);
  }

  private final class Stored implements Data {
    private final String path;
    private final Dataset dataset;
    private final Shape shape;

    Stored(String path, Dataset dataset) {
      this.path = path;
      this.dataset = dataset;
      this.shape = Shape.of(dataset.getDimensionsAsLong());
    }

    @Override
    public Shape shape() {
      return shape;
    }

    @Override
    public boolean isDouble() {
      Class<?> type = guarded(dataset::getJavaType);
      return type == double.class || type == Double.class;
    }

    @Override
    public boolean isWhole() {
      Class<?> type = guarded(dataset::getJavaType);
      return Set.<Class<?>>of(long.class, Long.class, int.class, Integer.class).contains(type);
    }

    /** All values, in one array of primitives. */
    private Object values() {
      return guarded(dataset::getDataFlat);
    }

    @Override
    public Tensor read(DType dtype) {
      if (shape.elements() == 0) {
        return Tensor.zeros(dtype, shape);
      }
      Object values = values();
      Tensor t;
      if (values instanceof float[] f) {
        t = Tensor.of(f, shape);
      } else if (values instanceof double[] d) {
        t = Tensor.of(d, shape);
      } else if (values instanceof int[] i) { // a weight that counts
        t = Tensor.of(Arrays.stream(i).asDoubleStream().toArray(), shape);
      } else if (values instanceof long[] l) {
        t = Tensor.of(Arrays.stream(l).asDoubleStream().toArray(), shape);
      } else {
        throw new KerasException(
            file, path + " holds values of type " + dataset.getDataType() + ", expected float32");
      }
      return t.cast(dtype);
    }

    @Override
    public long integer() {
      Object values = shape.elements() == 1 ? values() : null;
      if (values instanceof long[] l) {
        return l[0];
      }
      if (values instanceof int[] i) {
        return i[0];
      }
      throw new KerasException(file, path + " has shape " + shape + ", expected one whole number");
    }
  }
}
