package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.backend.ForwardingBackend;
import convlstm4j.backend.ForwardingPlan;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.op.Op;
import convlstm4j.op.Pool;
import convlstm4j.op.Transpose;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the self-test says of backends that are right and wrong. */
class SelfTestTest {
  private static final Set<Class<? extends Op>> KINDS = Set.of(Pool.class, Transpose.class);

  /** More cases than come first, fewer than any kind has. */
  private static final int LIMIT = 10;

  /** One op is wrong by a little: its line says so, the others' do not. */
  @Test
  void findsAnOpThatIsWrong() {
    try (Backend real = Backends.named("reference")) {
      List<SelfTest.Line> lines =
          SelfTest.run(KINDS, new Wrong(real), ProductPrecision.FLOAT32, () -> false, l -> {});
      for (SelfTest.Line l : lines) {
        assertEquals(l.op().equals("Pool"), !l.failures().isEmpty(), l.toString());
        assertFalse(l.cases() == 0, l.toString());
        assertEquals(0, l.left());
      }
    }
  }

  @Test
  void beginsNoCaseWhenTheTimeIsUp() {
    try (Backend real = Backends.named("reference")) {
      List<SelfTest.Line> lines =
          SelfTest.run(KINDS, real, ProductPrecision.FLOAT32, () -> true, l -> {});
      assertTrue(lines.stream().allMatch(l -> l.cases() == 0 && l.left() > 0), lines.toString());
    }
  }

  /** However slow the machine is, each kind has some before one has all. */
  @Test
  void triesSomeOfEachKindFirst() {
    try (Backend real = Backends.named("reference")) {
      AtomicInteger asked = new AtomicInteger();
      List<SelfTest.Line> lines =
          SelfTest.run(
              KINDS,
              real,
              ProductPrecision.FLOAT32,
              () -> asked.incrementAndGet() > LIMIT,
              l -> {});
      assertEquals(LIMIT, lines.stream().mapToInt(SelfTest.Line::cases).sum(), lines.toString());
      assertTrue(lines.stream().allMatch(l -> l.cases() > 0 && l.left() > 0), lines.toString());
    }
  }

  /** Pools, but adds a thousandth to what it gives. */
  private static final class Wrong extends ForwardingBackend {
    Wrong(Backend real) {
      super(real);
    }

    @Override
    public String name() {
      return "wrong";
    }

    @Override
    public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
      Plan plan = super.plan(op, inputs, dtype, mode);
      return op instanceof Pool ? new WrongPlan(plan, memory()) : plan;
    }
  }

  private static final class WrongPlan extends ForwardingPlan {
    private final Memory memory;

    WrongPlan(Plan real, Memory memory) {
      super(real);
      this.memory = memory;
    }

    @Override
    public void forward(Forward call) {
      super.forward(call);
      var y = memory.download(call.outputs().get(0));
      y.set(0, y.get(0) + 1e-3);
      memory.upload(y, call.outputs().get(0));
    }
  }
}
