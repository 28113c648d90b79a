package convlstm4j.bench.worker.bigdl;

import com.intel.analytics.bigdl.mkl.MKL;
import com.intel.analytics.bigdl.nn.ConvLSTMPeephole;
import com.intel.analytics.bigdl.nn.Recurrent;
import com.intel.analytics.bigdl.nn.Sequential;
import com.intel.analytics.bigdl.tensor.DenseTensor;
import com.intel.analytics.bigdl.tensor.TensorNumericMath.TensorNumeric;
import convlstm4j.bench.task.Data;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * A copy of the layer with its part of the batch. BigDL is written in Scala; its types are used
 * raw, since Scala's {@code Float} is an {@code Object} to Java.
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // see above
final class Replica implements Runnable {
  private static final int KERNEL = 3;
  private static final int GATES = 4;

  /** What BigDL calls "same". */
  private static final int SAME = -1;

  private static final ClassTag FLOAT = ClassTag$.MODULE$.Float();
  private static final TensorNumeric NUMERIC = numeric();

  private final int filters;
  private final int channels;
  private final int mklThreads;
  private final Recurrent layer = new Recurrent(null, false, FLOAT, NUMERIC);
  private final List<Sequential> gates;
  private final DenseTensor x;
  private final DenseTensor dy;
  private com.intel.analytics.bigdl.tensor.Tensor y;
  private com.intel.analytics.bigdl.tensor.Tensor dx;

  /**
   * Makes a copy.
   *
   * @param data has the weights
   * @param filters F
   * @param x {@code [N,T,C,H,W]}
   * @param dy {@code [N,T,F,H,W]}, or null for forward only
   * @param mklThreads of MKL
   */
  Replica(Data data, int filters, Tensor x, Tensor dy, int mklThreads) {
    this.filters = filters;
    this.channels = (int) x.shape().dim(2);
    this.mklThreads = mklThreads;
    ConvLSTMPeephole cell =
        new ConvLSTMPeephole(
            channels, filters, KERNEL, KERNEL, 1, SAME, null, null, null, null, null, null, false,
            FLOAT, NUMERIC);
    layer.add(cell);
    // In this project's order: i, f, g, o.
    gates = List.of(cell.inputGate(), cell.forgetGate(), cell.hiddenLayer(), cell.outputGate());
    Tensor kernel = data.read("kernel");
    Tensor recurrent = data.read("recurrent_kernel");
    Tensor bias = data.read("bias");
    for (int g = 0; g < GATES; g++) {
      Object[] weights = (Object[]) gates.get(g).parameters()._1();
      take(kernel, g, channels, array(weights[0]));
      System.arraycopy(bias.floats(), g * filters, array(weights[1]), 0, filters);
      take(recurrent, g, filters, array(weights[2]));
    }
    this.x = tensor(x);
    this.dy = dy == null ? null : tensor(dy);
    if (dy == null) {
      layer.evaluate();
    } else {
      layer.training();
    }
  }

  /** The Scala object {@code TensorNumeric.NumericFloat}, which Java has no name for. */
  private static TensorNumeric numeric() {
    try {
      return (TensorNumeric)
          Class.forName(TensorNumeric.class.getName() + "$NumericFloat$")
              .getField("MODULE$")
              .get(null);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("BigDL has no NumericFloat", e);
    }
  }

  private static DenseTensor tensor(Tensor t) {
    long[] d = t.shape().dims();
    DenseTensor made =
        new DenseTensor((int) d[0], (int) d[1], (int) d[2], (int) d[3], (int) d[4], FLOAT, NUMERIC);
    System.arraycopy(t.floats(), 0, array(made), 0, t.size());
    return made;
  }

  private static float[] array(Object tensor) {
    return (float[]) ((com.intel.analytics.bigdl.tensor.Tensor) tensor).storage().array();
  }

  /** The values of a tensor in their order, wherever they lie. */
  private static Tensor values(com.intel.analytics.bigdl.tensor.Tensor t) {
    com.intel.analytics.bigdl.tensor.Tensor c = t.contiguous();
    int[] size = c.size();
    long[] dims = new long[size.length];
    for (int k = 0; k < size.length; k++) {
      dims[k] = size[k];
    }
    Tensor copy = Tensor.of(new float[c.nElement()], Shape.of(dims));
    System.arraycopy(array(c), c.storageOffset() - 1, copy.floats(), 0, copy.size());
    return copy;
  }

  /** One gate of {@code [KH,KW,in,4F]} to {@code [F,in,KH,KW]}. */
  private void take(Tensor hwio, int gate, int in, float[] to) {
    float[] from = hwio.floats();
    for (int k = 0; k < KERNEL * KERNEL; k++) {
      for (int c = 0; c < in; c++) {
        for (int f = 0; f < filters; f++) {
          to[(f * in + c) * KERNEL * KERNEL + k] =
              from[(k * in + c) * GATES * filters + gate * filters + f];
        }
      }
    }
  }

  /** The other way round. */
  private void give(float[] from, int gate, int in, Tensor hwio) {
    float[] to = hwio.floats();
    for (int k = 0; k < KERNEL * KERNEL; k++) {
      for (int c = 0; c < in; c++) {
        for (int f = 0; f < filters; f++) {
          to[(k * in + c) * GATES * filters + gate * filters + f] =
              from[(f * in + c) * KERNEL * KERNEL + k];
        }
      }
    }
  }

  @Override
  public void run() {
    MKL.setNumThreads(mklThreads); // of the calling thread
    y = (com.intel.analytics.bigdl.tensor.Tensor) layer.forward(x);
    if (dy != null) {
      layer.zeroGradParameters();
      dx = layer.backward((com.intel.analytics.bigdl.tensor.Tensor) x, dy);
    }
  }

  void addGradients(Replica other) {
    for (int g = 0; g < GATES; g++) {
      Object[] mine = gradients(g);
      Object[] theirs = other.gradients(g);
      for (int k = 0; k < mine.length; k++) {
        ((com.intel.analytics.bigdl.tensor.Tensor) mine[k])
            .add((com.intel.analytics.bigdl.tensor.Tensor) theirs[k]);
      }
    }
  }

  private Object[] gradients(int gate) {
    return (Object[]) gates.get(gate).parameters()._2();
  }

  Tensor y() {
    return values(y);
  }

  Tensor dx() {
    return values(dx);
  }

  Map<String, Tensor> weightGradients() {
    long all = (long) GATES * filters;
    Shape kernel = Shape.of(KERNEL, KERNEL, channels, all);
    Shape recurrent = kernel.with(2, filters);
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    gradients.put("d_kernel", Tensor.of(new float[(int) kernel.elements()], kernel));
    gradients.put(
        "d_recurrent_kernel", Tensor.of(new float[(int) recurrent.elements()], recurrent));
    gradients.put("d_bias", Tensor.of(new float[(int) all], Shape.of(all)));
    for (int g = 0; g < GATES; g++) {
      Object[] d = gradients(g);
      give(array(d[0]), g, channels, gradients.get("d_kernel"));
      System.arraycopy(array(d[1]), 0, gradients.get("d_bias").floats(), g * filters, filters);
      give(array(d[2]), g, filters, gradients.get("d_recurrent_kernel"));
    }
    return gradients;
  }
}
