package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Plan;
import convlstm4j.op.Activate;
import convlstm4j.op.Conv;
import convlstm4j.op.Op;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether the device computes: a small convolution by cuDNN and a kernel of ours, forward and
 * backward, against numbers computed here. cuDNN opens more libraries only when it first convolves,
 * so that a backend without this would start and fail in the middle of a model. All numbers are
 * small whole ones, so that no rounding, of TensorFloat-32 either, changes them.
 */
final class OpeningTrial implements AutoCloseable {
  private static final int N = 2;
  private static final int CHANNELS = 3;
  private static final int FILTERS = 4;
  private static final int HEIGHT = 6;
  private static final int WIDTH = 5;
  private static final int K = 3;
  private static final double CLOSE = 1e-3;

  private final DeviceMemory memory;
  private final List<AutoCloseable> made = new ArrayList<>();

  private OpeningTrial(DeviceMemory memory) {
    this.memory = memory;
  }

  /**
   * Computes.
   *
   * @throws BackendException if that fails or gives other numbers
   */
  static void run(Backend backend, DeviceMemory memory) {
    try (OpeningTrial trial = new OpeningTrial(memory)) {
      trial.convolution(backend);
      trial.kernel(backend);
    }
  }

  /** Whole numbers from -3 to 3. */
  private static Tensor numbers(int seed, long... dims) {
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(dims));
    for (int i = 0; i < t.size(); i++) {
      t.set(i, (i * 5 + seed + i / 7) % 7 - 3);
    }
    return t;
  }

  private DeviceBuffer upload(Tensor t) {
    DeviceBuffer b = zeros(t.shape());
    memory.upload(t, b);
    return b;
  }

  private DeviceBuffer zeros(Shape shape) {
    DeviceBuffer b = memory.allocate(shape);
    made.add(b);
    return b;
  }

  private @Nullable DeviceBuffer bytes(long bytes) {
    return bytes == 0 ? null : zeros(Shape.of((bytes + Float.BYTES - 1) / Float.BYTES));
  }

  /** Output, then gradients of the inputs. */
  private List<Tensor> computed(Backend backend, Op op, List<Tensor> inputs, Tensor dy) {
    List<Shape> shapes = inputs.stream().map(Tensor::shape).toList();
    Plan plan = backend.plan(op, shapes, DType.FLOAT32, Mode.TRAINING);
    made.add(plan);
    List<DeviceBuffer> in = inputs.stream().map(this::upload).toList();
    List<DeviceBuffer> out = List.of(zeros(dy.shape()));
    List<DeviceBuffer> gradients = shapes.stream().map(this::zeros).toList();
    DeviceBuffer workspace = bytes(plan.workspaceBytes());
    DeviceBuffer reserve = bytes(plan.reserveBytes());
    Philox random = Streams.NONE;
    plan.forward(new Plan.Forward(in, out, workspace, reserve, random));
    plan.backward(
        new Plan.Backward(in, out, List.of(upload(dy)), gradients, workspace, reserve, random));
    List<Tensor> results = new ArrayList<>(List.of(memory.download(out.get(0))));
    gradients.forEach(g -> results.add(memory.download(g)));
    return results;
  }

  private void convolution(Backend backend) {
    List<Integer> one = List.of(1, 1);
    Window window = new Window(List.of(K, K), one, one, Padding.SAME, DataFormat.CHANNELS_FIRST);
    Tensor x = numbers(1, N, CHANNELS, HEIGHT, WIDTH);
    Tensor w = numbers(2, K, K, CHANNELS, FILTERS);
    Tensor b = numbers(3, FILTERS);
    Tensor dy = numbers(4, N, FILTERS, HEIGHT, WIDTH);
    List<Tensor> exact = convolved(x, w, b, dy);
    List<Tensor> got = computed(backend, new Conv(FILTERS, window, true), List.of(x, w, b), dy);
    compare("convolution", exact, got);
  }

  /** y, dx, dw, db by their definitions. */
  private static List<Tensor> convolved(Tensor x, Tensor w, Tensor b, Tensor dy) {
    List<Tensor> all = new ArrayList<>();
    List.of(dy, x, w, b).forEach(t -> all.add(Tensor.zeros(DType.FLOAT32, t.shape())));
    int pixels = HEIGHT * WIDTH;
    for (int i = 0; i < dy.size(); i++) {
      int n = i / (FILTERS * pixels);
      int f = i / pixels % FILTERS;
      int row = i % pixels / WIDTH;
      int column = i % WIDTH;
      double y = b.get(f);
      all.get(3).set(f, all.get(3).get(f) + dy.get(i));
      for (int tap = 0; tap < K * K; tap++) {
        int h = row + tap / K - K / 2;
        int v = column + tap % K - K / 2;
        for (int c = 0; h >= 0 && h < HEIGHT && v >= 0 && v < WIDTH && c < CHANNELS; c++) {
          int atX = ((n * CHANNELS + c) * HEIGHT + h) * WIDTH + v;
          int atW = (tap * CHANNELS + c) * FILTERS + f;
          y += x.get(atX) * w.get(atW);
          all.get(1).set(atX, all.get(1).get(atX) + w.get(atW) * dy.get(i));
          all.get(2).set(atW, all.get(2).get(atW) + x.get(atX) * dy.get(i));
        }
      }
      all.get(0).set(i, y);
    }
    return all;
  }

  private void kernel(Backend backend) {
    Tensor x = numbers(5, N, CHANNELS * WIDTH);
    Tensor dy = numbers(6, N, CHANNELS * WIDTH);
    Tensor y = Tensor.zeros(DType.FLOAT32, x.shape());
    Tensor dx = Tensor.zeros(DType.FLOAT32, x.shape());
    for (int i = 0; i < x.size(); i++) {
      double t = Math.tanh(x.get(i));
      y.set(i, t);
      dx.set(i, (1 - t * t) * dy.get(i));
    }
    compare(
        "tanh", List.of(y, dx), computed(backend, new Activate(Activation.TANH), List.of(x), dy));
  }

  private static void compare(String what, List<Tensor> exact, List<Tensor> got) {
    for (int k = 0; k < exact.size(); k++) {
      for (int i = 0; i < exact.get(k).size(); i++) {
        double e = exact.get(k).get(i);
        double g = got.get(k).get(i);
        if (!(Math.abs(g - e) <= CLOSE * Math.max(1, Math.abs(e)))) {
          throw new BackendException(
              CudaBackend.NAME
                  + ": a first "
                  + what
                  + (k == 0 ? "" : "'s gradient")
                  + " gives "
                  + g
                  + " at element "
                  + i
                  + ", expected "
                  + e
                  + ": GPU, driver or cuDNN is broken or was built for another device");
        }
      }
    }
  }

  @Override
  public void close() {
    List<AutoCloseable> all = new ArrayList<>(made);
    made.clear();
    Closing.all(all);
  }
}
