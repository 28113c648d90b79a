package convlstm4j.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.ForwardingBackend;
import convlstm4j.backend.ForwardingPlan;
import convlstm4j.backend.Plan;
import convlstm4j.execution.Executor;
import convlstm4j.execution.Variables;
import convlstm4j.op.Activate;
import convlstm4j.op.Op;
import convlstm4j.option.Activation;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A backend's failure tells which layer it happened in, and keeps its cause. */
class FailingLayerTest {
  private static final String FAULT = "some: the library failed";

  /** The reference, but for one pass of one activation. */
  private static final class Failing extends ForwardingBackend {
    private final Activation where;
    private final String pass;

    Failing(Backend real, Activation where, String pass) {
      super(real);
      this.where = where;
      this.pass = pass;
    }

    @Override
    public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
      boolean fails = op.equals(new Activate(where));
      fail(fails, "plan");
      return new ForwardingPlan(super.plan(op, inputs, dtype, mode)) {
        @Override
        public void forward(Forward call) {
          fail(fails, "forward");
          super.forward(call);
        }

        @Override
        public void backward(Backward call) {
          fail(fails, "backward");
          super.backward(call);
        }
      };
    }

    private void fail(boolean fails, String now) {
      if (fails && pass.equals(now)) {
        throw new BackendException(FAULT);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"TANH,first", "RELU,outer/second"})
  void everyPassNamesTheLayer(String activation, String layer) {
    Activation where = activation.equals("TANH") ? Activation.TANH : Activation.RELU;
    for (String pass : List.of("plan", "forward", "backward")) {
      BackendException e = assertThrows(BackendException.class, () -> run(where, pass));
      assertEquals(
          "layer \"" + layer + "\", op Activate: some: the library failed", e.getMessage());
      assertEquals(FAULT, e.getCause().getMessage());
    }
  }

  @Test
  void opsWithoutALayerAreNamedAlone() {
    BackendException e =
        assertThrows(BackendException.class, () -> run(Activation.SIGMOID, "forward"));
    assertEquals("op Activate: some: the library failed", e.getMessage());
  }

  private static void run(Activation where, String pass) {
    Program.Builder g = new Program.Builder(true);
    Value x = g.feed(Shape.of(3));
    g.enter("first");
    Value a = g.op(new Activate(Activation.TANH), x);
    g.leave();
    g.enter("outer");
    g.enter("second");
    Value b = g.op(new Activate(Activation.RELU), a);
    g.leave();
    g.leave();
    Value y = g.op(new Activate(Activation.SIGMOID), b);
    try (Backend backend = new Failing(Backends.named("reference"), where, pass);
        Variables variables = new Variables(List.of(), backend, DType.FLOAT32, 0);
        Executor executor =
            new Executor(g.build(), variables, Backend.Mode.TRAINING, List.of(), List.of(x));
        Buffer feed = backend.memory().allocate(DType.FLOAT32, Shape.of(3));
        Buffer one = backend.memory().allocate(DType.FLOAT32, Shape.of(3))) {
      executor.forward(List.of(feed), new Philox(0, 0));
      executor.backward(List.of(y), List.of(one));
    }
  }
}
