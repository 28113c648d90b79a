package convlstm4j.io.keras;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Node;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * HDF5 files through jHDF, which is used nowhere else. Arrays are read when they are asked for, all
 * else at once.
 */
final class Hdf5Reader {
  private final String file;

  private Hdf5Reader(String file) {
    this.file = file;
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
    Hdf5Reader reader = new Hdf5Reader(file);
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
          to.texts().put(a.getName(), text);
        } else if (data instanceof String[] many) {
          to.lists().put(a.getName(), List.of(many));
        }
      }
    }
    for (Map.Entry<String, Node> e : from.getChildren().entrySet()) {
      String name = e.getKey();
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
