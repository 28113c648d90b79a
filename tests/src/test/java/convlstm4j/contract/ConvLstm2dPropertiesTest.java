package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What must hold of a ConvLSTM whatever its sizes. */
class ConvLstm2dPropertiesTest {
  private static final int TRIES = 60;

  /** Sizes of a random layer; kernel 3x2, channels last. */
  private record Sizes(int n, int t, int h, int w, int c, int f) {
    Shape x(int steps) {
      return Shape.of(n, steps, h, w, c);
    }
  }

  @Property(tries = TRIES)
  void twoHalvesWithTheStateCarriedEqualTheWhole(
      @ForAll @IntRange(min = 1, max = 3) int n,
      @ForAll @IntRange(min = 2, max = 6) int t,
      @ForAll @IntRange(min = 1, max = 5) int h,
      @ForAll @IntRange(min = 1, max = 5) int w,
      @ForAll @IntRange(min = 1, max = 3) int f,
      @ForAll long seed) {
    Sizes s = new Sizes(n, t, h, w, 2, f);
    List<Tensor> in = inputs(s, seed, false);
    List<Tensor> whole = run(op(s, false, false), in);
    int first = t / 2;
    List<Tensor> a = run(op(s, false, false), with(in, 0, steps(in.get(0), 0, first)));
    List<Tensor> b = with(in, 0, steps(in.get(0), first, t));
    b = with(with(b, 1, a.get(1)), 2, a.get(2));
    List<Tensor> second = run(op(s, false, false), b);
    same("first half", steps(whole.get(0), 0, first), a.get(0));
    same("second half", steps(whole.get(0), first, t), second.get(0));
    same("h", whole.get(1), second.get(1));
    same("c", whole.get(2), second.get(2));
  }

  @Property(tries = TRIES)
  void goingBackwardsOnReversedInputEqualsForward(
      @ForAll @IntRange(min = 1, max = 2) int n,
      @ForAll @IntRange(min = 1, max = 5) int t,
      @ForAll @IntRange(min = 1, max = 5) int h,
      @ForAll @IntRange(min = 1, max = 5) int w,
      @ForAll long seed) {
    Sizes s = new Sizes(n, t, h, w, 3, 2);
    List<Tensor> in = inputs(s, seed, false);
    List<Tensor> forward = run(op(s, false, false), in);
    List<Tensor> backward = run(op(s, true, false), with(in, 0, reversed(in.get(0))));
    for (int i = 0; i < forward.size(); i++) {
      same("output " + i, forward.get(i), backward.get(i));
    }
  }

  @Property(tries = TRIES)
  void stepsMaskedAtTheEndLeaveStatesAndOutputAlone(
      @ForAll @IntRange(min = 1, max = 5) int kept,
      @ForAll @IntRange(min = 1, max = 3) int masked,
      @ForAll @IntRange(min = 1, max = 4) int h,
      @ForAll long seed) {
    Sizes s = new Sizes(2, kept + masked, h, 3, 2, 2);
    List<Tensor> in = inputs(s, seed, true);
    Tensor mask = Tensor.zeros(DType.FLOAT64, Shape.of(2, kept + masked));
    for (int i = 0; i < mask.size(); i++) {
      mask.set(i, i % (kept + masked) < kept ? 1 : 0);
    }
    List<Tensor> got = run(op(s, false, true), with(in, in.size() - 1, mask));
    List<Tensor> shorter =
        run(op(s, false, false), with(in.subList(0, 6), 0, steps(in.get(0), 0, kept)));
    same("h", shorter.get(1), got.get(1));
    same("c", shorter.get(2), got.get(2));
    same("kept steps", shorter.get(0), steps(got.get(0), 0, kept));
    for (int step = kept; step < kept + masked; step++) {
      same("masked step", steps(got.get(0), kept - 1, kept), steps(got.get(0), step, step + 1));
    }
  }

  private static ConvLstm2d op(Sizes s, boolean backwards, boolean masked) {
    Window window =
        new Window(
            List.of(3, 2), List.of(1, 1), List.of(1, 1), Padding.SAME, DataFormat.CHANNELS_LAST);
    return new ConvLstm2d(
        s.f,
        window,
        Activation.TANH,
        Activation.SIGMOID,
        true,
        false,
        true,
        backwards,
        masked,
        false,
        0,
        0);
  }

  private static List<Tensor> inputs(Sizes s, long seed, boolean masked) {
    Philox random = new Philox(seed, 0);
    Shape state = Shape.of(s.n, s.h, s.w, s.f);
    List<Shape> shapes =
        new ArrayList<>(
            List.of(
                s.x(s.t),
                state,
                state,
                Shape.of(3, 2, s.c, 4L * s.f),
                Shape.of(3, 2, s.f, 4L * s.f),
                Shape.of(4L * s.f)));
    if (masked) {
      shapes.add(Shape.of(s.n, s.t));
    }
    List<Tensor> in = new ArrayList<>();
    for (Shape shape : shapes) {
      in.add(OpCase.normal(shape, 0.5, random.stream(0, in.size())));
    }
    return in;
  }

  private static List<Tensor> run(ConvLstm2d op, List<Tensor> in) {
    try (ReferenceBackend backend = new ReferenceBackend();
        OpRun run = new OpRun(backend, DType.FLOAT64, Mode.INFERENCE, op, in, new Philox(0, 0))) {
      return run.forward();
    }
  }

  private static List<Tensor> with(List<Tensor> list, int index, Tensor value) {
    List<Tensor> copy = new ArrayList<>(list);
    copy.set(index, value);
    return copy;
  }

  private static Tensor steps(Tensor x, int from, int to) {
    Shape s = x.shape();
    int frame = (int) s.from(2).elements();
    int t = (int) s.dim(1);
    Tensor part = Tensor.zeros(x.dtype(), s.with(1, to - from));
    for (int i = 0; i < part.size(); i++) {
      int sample = i / ((to - from) * frame);
      int step = i / frame % (to - from);
      part.set(i, x.get((sample * t + from + step) * frame + i % frame));
    }
    return part;
  }

  private static Tensor reversed(Tensor x) {
    Shape s = x.shape();
    int frame = (int) s.from(2).elements();
    int t = (int) s.dim(1);
    Tensor r = Tensor.zeros(x.dtype(), s);
    for (int i = 0; i < r.size(); i++) {
      int sample = i / (t * frame);
      int step = i / frame % t;
      r.set(i, x.get((sample * t + t - 1 - step) * frame + i % frame));
    }
    return r;
  }

  private static void same(String what, Tensor expected, Tensor got) {
    assertEquals(expected.shape(), got.shape(), what);
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), got.get(i), what + "[" + i + "]");
    }
  }
}
