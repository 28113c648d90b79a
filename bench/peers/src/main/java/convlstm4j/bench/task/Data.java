package convlstm4j.bench.task;

import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/** The numbers of a task in a folder. */
public final class Data {
  private final Path folder;

  /**
   * Data in a folder.
   *
   * @param folder where the files are
   */
  public Data(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads an array.
   *
   * @param name its name
   * @return its values, float32
   */
  public Tensor read(String name) {
    return NpyFile.open(file(name)).read(DType.FLOAT32);
  }

  /**
   * Writes an array.
   *
   * @param name its name
   * @param values its values
   */
  public void write(String name, Tensor values) {
    NpyWriter.write(file(name), values);
  }

  private Path file(String name) {
    return folder.resolve(name + ".npy");
  }

  /**
   * Writes random inputs, weights, gradients and targets of a task. Weights are such that gates
   * neither vanish nor saturate; nothing is zero or one, so that a term left out is seen.
   *
   * @param task which task
   */
  public void generate(Task task) {
    Philox random = new Philox(20150612, 0);
    int k = 0;
    boolean layer = task.kind() == Task.Kind.LAYER;
    write("x", random(task.x(), random.stream(0, k++), v -> layer ? v : 0.5 + 0.25 * v));
    for (Map.Entry<String, Shape> w : task.weights().entrySet()) {
      write(w.getKey(), random(w.getValue(), random.stream(0, k++), spread(w)));
    }
    for (Map.Entry<String, Shape> o : task.outputs().entrySet()) {
      if (layer) {
        write("d_" + o.getKey(), random(o.getValue(), random.stream(0, k++), v -> v));
      } else {
        write("t_" + o.getKey(), random(o.getValue(), random.stream(0, k++), v -> v > 0 ? 1 : 0));
      }
    }
  }

  private static DoubleUnaryOperator spread(Map.Entry<String, Shape> weight) {
    String name = weight.getKey();
    Shape shape = weight.getValue();
    if (name.endsWith("gamma") || name.endsWith("moving_variance")) {
      return v -> 1 + 0.1 * Math.tanh(v);
    }
    if (shape.rank() == 1) {
      return v -> 0.2 * v;
    }
    double fanIn = (double) shape.elements() / shape.dim(-1);
    return v -> v / Math.sqrt(fanIn);
  }

  private static Tensor random(Shape shape, Philox random, DoubleUnaryOperator value) {
    Tensor t = Tensor.zeros(DType.FLOAT32, shape);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, value.applyAsDouble(random.normal(i)));
    }
    return t;
  }
}
