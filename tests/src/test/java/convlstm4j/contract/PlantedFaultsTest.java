package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.ForwardingBackend;
import convlstm4j.backend.ForwardingPlan;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.op.Affine;
import convlstm4j.op.Conv;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.ConvTranspose;
import convlstm4j.op.GateOrder;
import convlstm4j.op.Op;
import convlstm4j.op.Recurrence;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The checks of this package find faults: each is planted in the reference and must be caught. */
class PlantedFaultsTest {
  private static final Philox RANDOM = new Philox(1506, 4214);

  private final OpCase plain = OpCases.of(ConvLstm2d.class, RANDOM).get(0);

  @Test
  void theCaseIsFineWithoutFault() {
    ContractChecks.agrees(new Faulty(new Fault() {}), plain, RANDOM);
    GradientCheck.check(new Faulty(new Fault() {}), plain, RANDOM);
  }

  @Test
  void aFlippedSignIsCaught() {
    Fault flip =
        new Fault() {
          @Override
          public double gradientFactor(String input) {
            return input.equals("wh") ? -1 : 1;
          }
        };
    assertCaught(flip, "dwh");
    assertGradientCaught(flip, "wh");
  }

  @Test
  void aSwappedGateIsCaught() {
    Fault swap =
        new Fault() {
          @Override
          public Tensor input(String name, Tensor value, boolean backward) {
            return name.equals("wx") ? swapped(value) : value;
          }
        };
    assertCaught(swap, "y");
  }

  @Test
  void aGateSwappedInBackwardOnlyIsCaught() {
    Fault swap =
        new Fault() {
          @Override
          public Tensor input(String name, Tensor value, boolean backward) {
            return backward && name.equals("wx") ? swapped(value) : value;
          }
        };
    assertCaught(swap, "dx");
    assertGradientCaught(swap, "x");
  }

  @Test
  void aDroppedRecurrentTermIsCaught() {
    Fault drop =
        new Fault() {
          @Override
          public Tensor input(String name, Tensor value, boolean backward) {
            return name.equals("wh") ? Tensor.zeros(value.dtype(), value.shape()) : value;
          }
        };
    assertCaught(drop, "y");
  }

  @Test
  void aRecurrentTermDroppedInBackwardOnlyIsCaught() {
    Fault drop =
        new Fault() {
          @Override
          public Tensor input(String name, Tensor value, boolean backward) {
            return backward && name.equals("wh")
                ? Tensor.zeros(value.dtype(), value.shape())
                : value;
          }
        };
    assertCaught(drop, "d");
    assertGradientCaught(drop, "gradient");
  }

  @Test
  void nanIsCaught() {
    Fault nan =
        new Fault() {
          @Override
          public double gradientFactor(String input) {
            return input.equals("c0") ? Double.NaN : 1;
          }
        };
    assertCaught(nan, "dc0");
  }

  /** Kinds of op that are given a second try with neighbours, and their weights. */
  static Stream<Arguments> products() {
    return Stream.of(
        Arguments.of(Conv.class, "w"),
        Arguments.of(ConvTranspose.class, "w"),
        Arguments.of(Affine.class, "w"),
        Arguments.of(Recurrence.class, "wh"));
  }

  @ParameterizedTest
  @MethodSource("products")
  void faultsInProductsAreCaught(Class<? extends Op> kind, String weights) {
    int last = OpCases.of(kind, RANDOM).size() - 1;
    for (int at : new int[] {0, last / 2, last}) {
      OpCase c = OpCases.of(kind, RANDOM).get(at);
      ContractChecks.agrees(new Faulty(new Fault() {}), c, RANDOM);
      assertCaught(c, new Flipped(weights), ": d" + weights);
      assertCaught(c, new Dropped(weights), c.toString());
      assertCaught(c, new OneElement(weights), c.toString());
    }
  }

  /** A sum that cancels depends on roundings; the sum beside it does not. */
  @Test
  void aFaultBesideASumThatCancelsIsCaught() {
    double large = 1 << 20;
    Tensor x = Tensor.of(new double[] {large, large, 1}, 1, 3);
    Tensor w = Tensor.of(new double[] {1, 1e-6, -1, 1e-6, 1, 0.5}, 3, 2);
    OpCase c = OpCase.of("cancels", new Affine(2, false), List.of(x, w), 3, 2);
    ContractChecks.agrees(new Faulty(new Fault() {}), c, RANDOM);
    Fault beside =
        new Fault() {
          @Override
          public Tensor input(String name, Tensor value, boolean backward) {
            Tensor t = value.copy();
            if (name.equals("w") && !backward) {
              t.set(5, t.get(5) + 0.05);
            }
            return t;
          }
        };
    assertCaught(c, beside, "y[1]");
  }

  /** The gradient of an input has the opposite sign. */
  private record Flipped(String name) implements Fault {
    @Override
    public double gradientFactor(String input) {
      return input.equals(name) ? -1 : 1;
    }
  }

  /** An input is taken for zeros. */
  private record Dropped(String name) implements Fault {
    @Override
    public Tensor input(String input, Tensor value, boolean backward) {
      return input.equals(name) ? Tensor.zeros(value.dtype(), value.shape()) : value;
    }
  }

  /** One element of an input is off by a hundredth. */
  private record OneElement(String name) implements Fault {
    @Override
    public Tensor input(String input, Tensor value, boolean backward) {
      Tensor t = value.copy();
      if (input.equals(name)) {
        t.set(t.size() / 2, t.get(t.size() / 2) + 0.01);
      }
      return t;
    }
  }

  private void assertCaught(Fault fault, String where) {
    assertCaught(plain, fault, ": " + where);
  }

  private static void assertCaught(OpCase c, Fault fault, String where) {
    AssertionError e =
        assertThrows(
            AssertionError.class, () -> ContractChecks.agrees(new Faulty(fault), c, RANDOM));
    assertTrue(e.getMessage().contains(where), e.getMessage());
  }

  private void assertGradientCaught(Fault fault, String where) {
    AssertionError e =
        assertThrows(
            AssertionError.class, () -> GradientCheck.check(new Faulty(fault), plain, RANDOM));
    assertTrue(e.getMessage().contains(where), e.getMessage());
  }

  /** Exchanges the columns of the input and the forget gate. */
  private static Tensor swapped(Tensor w) {
    int columns = (int) w.shape().dim(-1);
    int filters = columns / GateOrder.COUNT;
    Tensor s = w.copy();
    for (int i = 0; i < w.size(); i++) {
      int gate = i % columns / filters;
      int other =
          gate == GateOrder.INPUT.index()
              ? GateOrder.FORGET.index()
              : gate == GateOrder.FORGET.index() ? GateOrder.INPUT.index() : gate;
      s.set(i + (other - gate) * filters, w.get(i));
    }
    return s;
  }

  /** What is done wrong. */
  interface Fault {
    /** What the op sees in place of an input. */
    default Tensor input(String name, Tensor value, boolean backward) {
      return value;
    }

    /** What a gradient is multiplied with. */
    default double gradientFactor(String input) {
      return 1;
    }
  }

  /** The reference with a fault. */
  private static final class Faulty extends ForwardingBackend {
    private final Fault fault;

    Faulty(Fault fault) {
      super(new ReferenceBackend());
      this.fault = fault;
    }

    @Override
    public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
      return new FaultyPlan(op, super.plan(op, inputs, dtype, mode), memory(), fault);
    }
  }

  /** A plan that sees other inputs and spoils gradients. */
  private static final class FaultyPlan extends ForwardingPlan {
    private final Op op;
    private final Memory memory;
    private final Fault fault;

    FaultyPlan(Op op, Plan real, Memory memory, Fault fault) {
      super(real);
      this.op = op;
      this.memory = memory;
      this.fault = fault;
    }

    @Override
    public void forward(Forward call) {
      List<Buffer> seen = seen(call.inputs(), false);
      super.forward(
          new Forward(seen, call.outputs(), call.workspace(), call.reserve(), call.random()));
      seen.forEach(Buffer::close);
    }

    @Override
    public void backward(Backward call) {
      List<Buffer> seen = seen(call.inputs(), true);
      super.backward(
          new Backward(
              seen,
              call.outputs(),
              call.outputGradients(),
              call.inputGradients(),
              call.workspace(),
              call.reserve(),
              call.random()));
      seen.forEach(Buffer::close);
      for (int i = 0; i < call.inputGradients().size(); i++) {
        Buffer gradient = call.inputGradients().get(i);
        if (gradient != null) {
          Tensor t = memory.download(gradient);
          for (int k = 0; k < t.size(); k++) {
            double added = t.get(k) - OpRun.BEFORE;
            t.set(k, OpRun.BEFORE + added * fault.gradientFactor(op.inputNames().get(i)));
          }
          memory.upload(t, gradient);
        }
      }
    }

    private List<Buffer> seen(List<? extends Buffer> inputs, boolean backward) {
      List<Buffer> seen = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        Tensor value = memory.download(inputs.get(i));
        Buffer b = memory.allocate(value.dtype(), value.shape());
        memory.upload(fault.input(op.inputNames().get(i), value, backward), b);
        seen.add(b);
      }
      return seen;
    }
  }
}
