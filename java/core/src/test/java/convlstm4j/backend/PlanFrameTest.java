package convlstm4j.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.op.Affine;
import convlstm4j.op.ShapeException;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PlanFrameTest {
  private static final Affine OP = new Affine(2, false);
  private static final List<Shape> SHAPES = List.of(Shape.of(4, 3), Shape.of(3, 2));
  private static final Plan.Forward CALL = new Plan.Forward(List.of(), List.of(), null, null, null);

  private final List<String> log = new ArrayList<>();

  /** Sees a buffer as a text. */
  private class TestPlan extends PlanFrame<Affine, String> {
    TestPlan(List<Shape> inputs) {
      super(OP, inputs, () -> new Layout(4, 64, 4));
    }

    @Override
    public String algorithm() {
      return "test";
    }

    @Override
    protected void compute(Forward call) {
      log.add("computed");
    }

    @Override
    protected String data(Buffer buffer) {
      return buffer.shape().toString();
    }
  }

  private AutoCloseable part(String name) {
    return () -> log.add(name);
  }

  private AutoCloseable fails(String name) {
    return () -> {
      log.add(name);
      throw new BackendException(name + " fails");
    };
  }

  private static Plan make(Supplier<Plan> maker) {
    return PlanFrame.make("some", OP, SHAPES, maker);
  }

  @Test
  void closesTheLastMadeFirstOnceAndGoesOnPastFailures() {
    TestPlan plan = new TestPlan(SHAPES);
    plan.own(part("first"));
    plan.own(fails("second"));
    plan.own(fails("third"));
    plan.own(part("fourth"));
    BackendException e = assertThrows(BackendException.class, plan::close);
    plan.close();
    assertEquals(List.of("fourth", "third", "second", "first"), log);
    assertEquals("third fails", e.getMessage());
    assertEquals(
        List.of("second fails"),
        Arrays.stream(e.getSuppressed()).map(s -> s.getMessage()).toList());
  }

  @Test
  void aPlanThatCannotBeMadeFreesWhatWasMade() {
    BackendException why = new BackendException("no memory");
    Supplier<Plan> maker =
        () -> {
          TestPlan inner = new TestPlan(SHAPES);
          inner.own(part("inner"));
          TestPlan outer = new TestPlan(SHAPES);
          outer.own(inner);
          outer.own(fails("outer"));
          Owned.made(part("deep"));
          throw why;
        };
    assertSame(why, assertThrows(BackendException.class, () -> make(maker)));
    // Its owner and its maker both close the inner one's part, which may be closed twice.
    assertEquals(List.of("deep", "outer", "inner", "inner"), log);
    assertEquals("outer fails", why.getSuppressed()[0].getMessage());
  }

  @Test
  void aPlanThatIsMadeKeepsItsParts() {
    BackendException why = new BackendException("another");
    Supplier<Plan> outer =
        () -> {
          Plan plan = make(() -> owning("kept"));
          log.add(plan.algorithm());
          throw why;
        };
    assertThrows(BackendException.class, () -> make(outer));
    assertEquals(List.of("test"), log);
  }

  private Plan owning(String name) {
    TestPlan plan = new TestPlan(SHAPES);
    plan.own(part(name));
    return plan;
  }

  @Test
  void failuresNameTheOp() {
    Supplier<Plan> overflow =
        () -> {
          throw new ArithmeticException("integer overflow");
        };
    assertEquals(
        "some: cannot plan Affine for [[4, 3], [3, 2]]: integer overflow",
        assertThrows(BackendException.class, () -> make(overflow)).getMessage());
    List<Shape> wrong = List.of(Shape.of(4, 3), Shape.of(5, 2));
    String message =
        assertThrows(ShapeException.class, () -> make(() -> new TestPlan(wrong))).getMessage();
    assertTrue(message.startsWith("Affine"), message);
    Plan plan = make(() -> new TestPlan(SHAPES));
    Plan.Backward back = new Plan.Backward(null, null, null, null, null, null, null);
    assertEquals(
        "Affine has no gradient",
        assertThrows(UnsupportedOperationException.class, () -> plan.backward(back)).getMessage());
    plan.forward(CALL);
    plan.close();
    String closed =
        "the plan of Affine (test) is closed; have the backend make another, and close it after its"
            + " last run";
    assertEquals(
        closed, assertThrows(IllegalStateException.class, () -> plan.forward(CALL)).getMessage());
    assertEquals(
        closed, assertThrows(IllegalStateException.class, () -> plan.backward(back)).getMessage());
    assertEquals(List.of("computed"), log);
  }

  @Test
  void operandsAreFoundByName() {
    TestPlan plan = new TestPlan(SHAPES);
    List<Buffer> inputs = Arrays.asList(new Shaped(Shape.of(4, 3)), null);
    assertEquals("[4, 3]", plan.input(inputs, "x"));
    assertEquals("[4, 3]", plan.wanted(inputs, "x"));
    assertNull(plan.wanted(inputs, "w"));
    assertEquals("[4, 3]", plan.optional(inputs, "x"));
    assertNull(plan.optional(inputs, "w"));
    assertNull(plan.optional(inputs, "b"));
    assertEquals("[4, 3]", plan.output(inputs.subList(0, 1), "y"));
    assertEquals("[4, 3]", plan.given(inputs.subList(0, 1), "y"));
    assertNull(plan.given(inputs.subList(1, 2), "y"));
    assertEquals("[4, 3]", plan.memory(inputs.get(0)));
    assertEquals(
        "the plan of Affine was not given the memory it takes",
        assertThrows(NullPointerException.class, () -> plan.memory(null)).getMessage());
    assertEquals(
        "Affine has no input b; it has [x, w]",
        assertThrows(IllegalArgumentException.class, () -> plan.wanted(inputs, "b")).getMessage());
    assertEquals(
        "Affine has no input b; it has [x, w]",
        assertThrows(IllegalArgumentException.class, () -> plan.input(inputs, "b")).getMessage());
    assertEquals(
        "Affine has no output x; it has [y]",
        assertThrows(IllegalArgumentException.class, () -> plan.output(inputs, "x")).getMessage());
  }

  @Test
  void partsOfMemoryBeginAtMultiples() {
    Layout layout = new Layout(4, 64, 4);
    assertEquals(0, layout.take(17));
    assertEquals(32, layout.takeBytes(1));
    assertEquals(48, layout.take(0));
    assertEquals(192, layout.bytes());
    Layout bytes = new Layout(4, 256, 1);
    bytes.take(1);
    assertEquals(256, bytes.take(1));
    assertThrows(ArithmeticException.class, () -> bytes.take(Long.MAX_VALUE / 2));
  }

  private record Shaped(Shape shape) implements Buffer {
    @Override
    public DType dtype() {
      return DType.FLOAT32;
    }

    @Override
    public Buffer view(Shape shape) {
      return new Shaped(shape);
    }

    @Override
    public void close() {}
  }
}
