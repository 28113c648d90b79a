package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.contract.TestBackends;
import convlstm4j.execution.Executor;
import convlstm4j.execution.Variables;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Term;
import convlstm4j.option.Config;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Owner;
import convlstm4j.program.Parameter;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Losses have the values and gradients that Keras gave (keras-numbers/losses.py), also after a
 * detour through their options.
 */
class KerasLossesTest {
  private static Map<String, Object> numbers() throws IOException {
    try (InputStream in = KerasLossesTest.class.getResourceAsStream("/keras-numbers/losses.json")) {
      return JSON.std.mapFrom(in);
    }
  }

  private record Anyone() implements Owner {
    @Override
    public String path() {
      return "output";
    }

    @Override
    public boolean isTrainable() {
      return true;
    }
  }

  /** Dice as a user writes it. */
  private static Loss ownDice() {
    Term p = Term.prediction();
    Term t = Term.target();
    Term sums = p.sum().plus(t.sum()).plus(Term.number(1e-7));
    return Loss.of("my_dice", Term.number(1).minus(p.times(t).sum().times(2).over(sums)));
  }

  static Stream<Arguments> cases() throws IOException {
    List<Arguments> all = new ArrayList<>();
    for (BackendProvider backend : TestBackends.providers()) {
      boolean own = true;
      for (Object o : (List<?>) numbers().get("cases")) {
        Map<?, ?> c = (Map<?, ?>) o;
        Loss loss = Loss.fromConfig(Config.of(Config.copy(c)));
        all.add(Arguments.of(backend.name(), loss, c));
        if (loss.equals(Loss.dice()) && own) {
          own = false;
          all.add(Arguments.of(backend.name(), ownDice(), c));
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("cases")
  void isAsKerasHasIt(String backendName, Loss loss, Map<String, Object> c) throws IOException {
    assertEquals(loss, Loss.fromConfig(Config.of(loss.config().toMap())));
    Map<?, ?> arrays = (Map<?, ?>) numbers().get("arrays");
    Shape shape = Shape.of(2, 3, 4);
    Tensor prediction = tensor(arrays.get(c.get("prediction")), shape);
    Tensor target = tensor(arrays.get(c.get("target")), shape);
    Tensor weights = tensor(arrays.get(c.get("weights")), shape.without(-1));
    Parameter p =
        new Parameter(
            new Anyone(),
            "p",
            shape,
            (s, r) -> new double[(int) s.elements()],
            Regularizer.NONE,
            true);
    Program.Builder g = new Program.Builder(true);
    Value value =
        loss.lower(g, g.parameter(p), g.feed(shape), Optional.of(g.feed(shape.without(-1))));
    Program program = g.build();
    try (Backend backend = Backends.named(backendName);
        Variables variables = new Variables(List.of(p), backend, DType.FLOAT32, 0);
        Executor x = new Executor(program, variables, Mode.TRAINING, List.of(value), List.of());
        Buffer t = upload(backend, target);
        Buffer w = upload(backend, weights);
        Buffer one = upload(backend, Tensor.of(new float[] {1}, 1))) {
      variables.set(p, prediction);
      x.forward(List.of(t, w), new Philox(0, 0));
      double got = backend.memory().download(x.value(value)).get(0);
      x.backward(List.of(value), List.of(one));
      float[] gradient = backend.memory().download(x.gradient(p)).floats();
      x.release();
      double expected = ((Number) c.get("value")).doubleValue();
      assertEquals(expected, got, 4e-6 * Math.max(1, Math.abs(expected)));
      if (c.get("gradient") == null) {
        for (float v : gradient) {
          assertTrue(Float.isFinite(v));
        }
        return;
      }
      float[] kerasGradient = tensor(c.get("gradient"), shape).floats();
      double largest = 0;
      for (float v : kerasGradient) {
        largest = Math.max(largest, Math.abs(v));
      }
      assertArrayEquals(kerasGradient, gradient, (float) (1e-5 * Math.max(0.1, largest)));
    }
  }

  private static Buffer upload(Backend backend, Tensor t) {
    Buffer b = backend.memory().allocate(DType.FLOAT32, t.shape());
    backend.memory().upload(t, b);
    return b;
  }

  private static Tensor tensor(Object numbers, Shape shape) {
    Tensor t = Tensor.zeros(DType.FLOAT32, shape);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, ((Number) ((List<?>) numbers).get(i)).floatValue());
    }
    return t;
  }
}
