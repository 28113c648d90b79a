package convlstm4j.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.ForwardingBackend;
import convlstm4j.backend.ForwardingPlan;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.backend.WatchedMemory;
import convlstm4j.op.Activate;
import convlstm4j.op.Affine;
import convlstm4j.op.MatMul;
import convlstm4j.op.Merge;
import convlstm4j.op.Op;
import convlstm4j.option.Activation;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The first step that has something for a gradient writes it, the others add to it. */
class WrittenGradientsTest {
  /** Notes what each backward pass writes. What is not set is NaN. */
  private static final class Watched extends ForwardingBackend {
    final List<String> written = new ArrayList<>();

    Watched(Backend real) {
      super(real);
    }

    @Override
    public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
      return new ForwardingPlan(super.plan(op, inputs, dtype, mode)) {
        @Override
        public void backward(Backward call) {
          String name = op instanceof Activate a ? a.activation().kind().name() : op.opName();
          written.add(name + " " + call.written());
          super.backward(call);
        }
      };
    }

    @Override
    public Memory memory() {
      Memory real = super.memory();
      return WatchedMemory.of(
          real,
          (method, result) -> {
            if (method.equals("allocateUnset")) {
              real.fill((Buffer) result, Double.NaN);
            }
          });
    }
  }

  private static Buffer uploaded(Backend backend, double... values) {
    Buffer b = backend.memory().allocate(DType.FLOAT64, Shape.of(values.length));
    backend.memory().upload(Tensor.of(values, values.length), b);
    return b;
  }

  @Test
  void theFirstWritesAndTheOthersAdd() {
    Program.Builder g = new Program.Builder(true);
    Value x = g.feed(Shape.of(1, 2));
    Value w = g.feed(Shape.of(2, 1));
    Value unread = g.feed(Shape.of(3));
    Value relu = g.op(new Activate(Activation.RELU), x);
    Value tanh = g.op(new Activate(Activation.TANH), x);
    Value y = g.op(new Affine(1, false), g.op(new Merge(Merge.Mode.SUM, 2), relu, tanh), w);
    // One array that a step reads twice: it would write over what it has written.
    Value square = g.reshape(w, Shape.of(1, 1, 2));
    Value z = g.op(new MatMul(false, true), square, square);
    Program program = g.build();
    try (Watched backend = new Watched(Backends.named("reference"));
        Variables variables = new Variables(List.of(), backend, DType.FLOAT64, 0);
        Executor executor =
            new Executor(
                program, variables, Backend.Mode.TRAINING, List.of(y, z), List.of(x, w, unread));
        Buffer xs = uploaded(backend, 0.5, -0.25);
        Buffer ws = uploaded(backend, 3, 5);
        Buffer nobodys = uploaded(backend, 1, 2, 3);
        Buffer one = uploaded(backend, 1);
        Buffer two = uploaded(backend, 2)) {
      for (int run = 0; run < 2; run++) {
        backend.written.clear();
        executor.forward(List.of(xs, ws, nobodys), Streams.NONE);
        executor.backward(List.of(y, z), List.of(one, two));
        assertEquals(
            List.of("MatMul []", "Affine [0]", "Merge []", "TANH [0]", "RELU []"), backend.written);
        Tensor dx = backend.memory().download(executor.gradient(x));
        assertEquals(3 * (1 + 1 - Math.pow(Math.tanh(0.5), 2)), dx.get(0), 1e-12);
        assertEquals(5 * (1 - Math.pow(Math.tanh(0.25), 2)), dx.get(1), 1e-12);
        Tensor dw = backend.memory().download(executor.gradient(w));
        assertEquals(0.5 + Math.tanh(0.5) + 2 * 2 * 3, dw.get(0), 1e-12);
        assertEquals(-Math.tanh(0.25) + 2 * 2 * 5, dw.get(1), 1e-12);
        Tensor none = backend.memory().download(executor.gradient(unread));
        for (int i = 0; i < 3; i++) {
          assertEquals(0, none.get(i));
        }
        executor.release();
      }
    }
  }
}
