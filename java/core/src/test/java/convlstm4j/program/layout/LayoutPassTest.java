package convlstm4j.program.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.execution.Executor;
import convlstm4j.execution.Planned;
import convlstm4j.execution.TrackingBackend;
import convlstm4j.execution.Variables;
import convlstm4j.op.Activate;
import convlstm4j.op.BatchNorm;
import convlstm4j.op.Conv;
import convlstm4j.op.Drop;
import convlstm4j.op.GlobalAveragePool;
import convlstm4j.op.Merge;
import convlstm4j.op.Op;
import convlstm4j.op.Pool;
import convlstm4j.op.Resample;
import convlstm4j.op.Standardize;
import convlstm4j.op.Transpose;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.program.Program;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which steps a program has for a backend that prefers a data format. */
class LayoutPassTest {
  private static final DataFormat FIRST = DataFormat.CHANNELS_FIRST;
  private static final Shape IMAGES = Shape.of(2, 3, 6, 5);

  private final TrackingBackend backend =
      new TrackingBackend(Optional.of(DataFormat.CHANNELS_LAST));
  private final Program.Builder g = new Program.Builder(true);
  private final List<Value> kernels = new ArrayList<>();

  @AfterEach
  void close() {
    assertEquals(0, backend.liveBytes());
    backend.close();
  }

  private static Window window(DataFormat format, Integer... size) {
    List<Integer> ones = List.of(size).stream().map(s -> 1).toList();
    return new Window(List.of(size), ones, ones, Padding.SAME, format);
  }

  /** A convolution in a layer of its own. */
  private Value conv(String layer, Value x, DataFormat format) {
    long channels = format.channels(x.shape().from(1));
    Value w = g.feed(Shape.of(3, 3, channels, 4));
    kernels.add(w);
    return in(layer, new Conv(4, window(format, 3, 3), false), x, w);
  }

  private Value in(String layer, Op op, Value... inputs) {
    g.enter(layer);
    Value y = g.op(op, inputs);
    g.leave();
    return y;
  }

  private Program pass(Program p, List<Value> keep, List<Value> wanted) {
    return LayoutPass.apply(p, backend, keep, wanted);
  }

  private Program pass(Value... keep) {
    return pass(g.build(), List.of(keep), List.of());
  }

  private static List<String> names(Program p) {
    return p.steps().stream().map(s -> s.layer() + " " + s.op().opName()).toList();
  }

  private static Op op(Program p, int step) {
    return p.steps().get(step).op();
  }

  @Test
  void aChainIsTransposedWhereItBeginsAndEnds() {
    Value x = g.feed(IMAGES);
    Value y = conv("a", x, FIRST);
    Value statistics = g.feed(Shape.of(4));
    y =
        in(
            "b",
            new BatchNorm(List.of(1), 0.9, 1e-3, false, false, false, false),
            y,
            statistics,
            statistics);
    y = in("c", new Activate(Activation.RELU), y);
    y = conv("d", y, FIRST);
    Program before = g.build();
    Program after = pass(before, List.of(y), List.of());
    assertEquals(
        List.of("a Transpose", "a Conv", "b BatchNorm", "c Activate", "d Conv", "d Transpose"),
        names(after));
    assertEquals(List.of(0, 0, 1, 2, 3, 3), after.steps().stream().map(Step::number).toList());
    assertEquals(new Transpose(List.of(0, 2, 3, 1)), op(after, 0));
    assertEquals(DataFormat.CHANNELS_LAST, ((Conv) op(after, 1)).window().format());
    assertEquals(List.of(3), ((BatchNorm) op(after, 2)).axes());
    assertEquals(Shape.of(2, 6, 5, 4), after.steps().get(3).outputs().get(0).shape());
    assertSame(y, after.steps().get(5).outputs().get(0));
    assertEquals(after.values().size(), after.values().stream().map(Value::id).distinct().count());
    assertEquals(before.values(), after.values().subList(0, before.values().size()));
  }

  @Test
  void oneConvolutionAloneStays() {
    Value y = conv("a", g.feed(IMAGES), FIRST);
    Program before = g.build();
    assertSame(before, pass(before, List.of(y), List.of()));
  }

  @Test
  void thePreferredFormatStays() {
    Value y = conv("a", g.feed(Shape.of(2, 6, 5, 3)), DataFormat.CHANNELS_LAST);
    y = conv("b", y, DataFormat.CHANNELS_LAST);
    Program before = g.build();
    assertSame(before, pass(before, List.of(y), List.of()));
    assertSame(
        before,
        LayoutPass.apply(before, new TrackingBackend(Optional.empty()), List.of(y), List.of()));
  }

  @Test
  void aPayingRegionDoesNotTakeAnotherAlong() {
    Value y = conv("b", conv("a", g.feed(IMAGES), FIRST), FIRST);
    Value z = conv("alone", g.feed(IMAGES), FIRST);
    Program after = pass(y, z);
    assertEquals(
        List.of("a Transpose", "a Conv", "b Conv", "b Transpose", "alone Conv"), names(after));
    assertEquals(FIRST, ((Conv) op(after, 4)).window().format());
  }

  @Test
  void aValueIsTransposedOnceForAllWhoReadIt() {
    Value x = g.feed(IMAGES);
    Value a = conv("a", x, FIRST);
    Value b = conv("b", x, FIRST);
    Value sum = in("sum", new Merge(Merge.Mode.SUM, 2), a, b);
    Value c = conv("c", sum, FIRST);
    Value d = conv("d", sum, FIRST);
    Value last = in("join", new Merge(Merge.Mode.SUM, 2), c, d);
    assertEquals(
        List.of(
            "a Transpose",
            "a Conv",
            "b Conv",
            "sum Merge",
            "c Conv",
            "d Conv",
            "join Merge",
            "join Transpose"),
        names(pass(last)));
  }

  @Test
  void whatIsReadFromOutsideIsThereInItsOwnLayout() {
    Value x = g.feed(IMAGES);
    Value a = conv("a", x, FIRST);
    Value b = conv("b", a, FIRST);
    Value c = conv("c", b, FIRST);
    g.expose(b);
    Program p = g.build();
    Variables none = new Variables(List.of(), backend, DType.FLOAT64, 1);
    try (Executor e = new Executor(p, none, Mode.TRAINING, List.of(c), List.of(x))) {
      List<Buffer> feeds = feeds(p);
      e.forward(feeds, new Philox(1, 1));
      assertEquals(b.shape(), e.value(b).shape());
      assertEquals(c.shape(), e.value(c).shape());
      assertThrows(IllegalStateException.class, () -> e.value(a));
      Buffer ones = backend.allocate(DType.FLOAT64, a.shape());
      assertThrows(IllegalStateException.class, () -> e.backward(List.of(a), List.of(ones)));
      ones.close();
      e.release();
      feeds.forEach(Buffer::close);
    }
    none.close();
  }

  private List<Buffer> feeds(Program p) {
    List<Buffer> feeds = new ArrayList<>();
    for (Value v : p.feeds()) {
      Buffer b = backend.allocate(DType.FLOAT64, v.shape());
      Tensor t = Tensor.zeros(DType.FLOAT64, v.shape());
      for (int i = 0; i < t.size(); i++) {
        t.set(i, new Philox(3, feeds.size()).normal(i));
      }
      backend.upload(t, b);
      feeds.add(b);
    }
    return feeds;
  }

  @Test
  void aWantedGradientIsThatOfAllReaders() {
    Value x = g.feed(IMAGES);
    Value a = conv("a", x, FIRST);
    Value b = conv("b", a, FIRST);
    Value c = conv("c", b, FIRST);
    Program after = pass(g.build(), List.of(c), List.of(a));
    assertEquals(List.of("a Conv", "b Transpose", "b Conv", "c Conv", "c Transpose"), names(after));
    assertSame(a, after.steps().get(0).outputs().get(0));
  }

  @Test
  void dropoutKeepsItsNumbers() {
    Value x = g.feed(IMAGES);
    Value y = in("d", new Drop(0.5, List.of()), conv("a", x, FIRST));
    y = in("e", new Drop(0.5, List.of(2L, 4L, 1L, 1L)), conv("b", y, FIRST));
    y = conv("c", y, FIRST);
    Program after = pass(y);
    assertEquals(
        List.of("a Conv", "d Drop", "b Transpose", "b Conv", "e Drop", "c Conv", "c Transpose"),
        names(after));
    assertEquals(List.of(0, 1, 2, 2, 3, 4, 4), after.steps().stream().map(Step::number).toList());
    assertEquals(List.of(2L, 1L, 1L, 4L), ((Drop) op(after, 4)).noiseShape());
  }

  @Test
  void poolingLeavesOutAxesThatItDoesNotPool() {
    Value x = g.feed(Shape.of(2, 3, 4, 6, 5)); // [N,T,C,H,W]
    Value frames = g.reshape(conv("a", g.reshape(x, Shape.of(6, 4, 6, 5)), FIRST), x.shape());
    Value y = in("p", new Pool(Pool.Mode.MAX, window(FIRST, 1, 2, 2)), frames);
    Value z = conv("b", g.reshape(y, Shape.of(6, 4, 6, 5)), FIRST);
    Program after = pass(z);
    assertEquals(List.of("a Transpose", "a Conv", "p Pool", "b Conv", "b Transpose"), names(after));
    assertEquals(new Pool(Pool.Mode.MAX, window(DataFormat.CHANNELS_LAST, 2, 2)), op(after, 2));
    assertEquals(Shape.of(6, 6, 5, 4), after.steps().get(2).inputs().get(0).shape());
  }

  /** The first of equal maxima is another one where channels come last. */
  @Test
  void maximaOverChannelsStay() {
    Value x = g.feed(Shape.of(6, 4, 6, 5));
    Value images = conv("b", conv("a", x, FIRST), FIRST);
    Value frames = g.reshape(images, Shape.of(2, 3, 4, 6, 5));
    Value y = in("p", new Pool(Pool.Mode.MAX, window(FIRST, 2, 2, 1)), frames);
    Value mean = in("q", new Pool(Pool.Mode.AVERAGE, window(FIRST, 2, 2, 1)), frames);
    Program after = pass(y, mean);
    assertEquals(
        List.of(
            "a Transpose", "a Conv", "b Conv", "p Transpose", "p Pool", "q Pool", "q Transpose"),
        names(after));
    assertEquals(FIRST, ((Pool) op(after, 4)).window().format());
    assertEquals(List.of(2, 1, 2), ((Pool) op(after, 5)).window().size());
  }

  @Test
  void aTranspositionOfTheModelIsSpared() {
    Value x = g.feed(IMAGES);
    Value y = in("flat", new Transpose(List.of(0, 2, 3, 1)), conv("a", x, FIRST));
    Value flat = g.reshape(y, Shape.of(2, 120));
    Value z = in("end", new Activate(Activation.SOFTMAX), flat);
    assertEquals(List.of("a Transpose", "a Conv", "end Activate"), names(pass(z)));
  }

  @Test
  void axesOfSizeOneAreNotTransposed() {
    Value x = g.feed(Shape.of(2, 1, 6, 5));
    Value y = in("mean", new GlobalAveragePool(FIRST, 2, true), conv("a", x, FIRST));
    Value z = in("end", new Activate(Activation.TANH), y);
    assertEquals(
        List.of("a Conv", "mean GlobalAveragePool", "end Activate", "end Transpose"),
        names(pass(z)));
  }

  /** Factors of one pixel, with those axes and as rows. */
  @Test
  void whatIsBroadcastFollowsItsAxes() {
    Value x = conv("a", g.feed(IMAGES), FIRST);
    Value mean = in("mean", new GlobalAveragePool(FIRST, 2, true), x);
    Value scaled = in("scaled", new Merge(Merge.Mode.MULTIPLY, 2), x, mean);
    Value row = g.reshape(in("row", new GlobalAveragePool(FIRST, 2, false), x), mean.shape());
    Value shifted = in("shifted", new Merge(Merge.Mode.SUM, 2), row, scaled);
    Value y = conv("b", shifted, FIRST);
    Program after = pass(y);
    assertEquals(
        List.of(
            "a Transpose",
            "a Conv",
            "mean GlobalAveragePool",
            "scaled Merge",
            "row GlobalAveragePool",
            "shifted Merge",
            "b Conv",
            "b Transpose"),
        names(after));
    assertEquals(
        List.of(Shape.of(2, 6, 5, 4), Shape.of(2, 1, 1, 4)),
        after.steps().get(3).inputs().stream().map(Value::shape).toList());
  }

  /** Weights of channels have one layout; those of images would have to be transposed. */
  @Test
  void resamplingAndNormalisationOfChannelsFollow() {
    Value x = conv("a", g.feed(IMAGES), FIRST);
    Resample.Table twice = Resample.Table.repeated(6, 2);
    x = in("up", new Resample(2, List.of(twice, Resample.Table.repeated(5, 2))), x);
    Value weights = g.feed(Shape.of(4));
    List<Integer> channels = List.of(1);
    x = in("norm", new Standardize(channels, channels, 1e-3, true, false), x, weights);
    x = conv("b", x, FIRST);
    Program after = pass(x);
    assertEquals(
        List.of(
            "a Transpose", "a Conv", "up Resample", "norm Standardize", "b Conv", "b Transpose"),
        names(after));
    assertEquals(1, ((Resample) op(after, 2)).axis());
    assertEquals(List.of(3), ((Standardize) op(after, 3)).weighted());
    assertEquals(List.of(3), ((Standardize) op(after, 3)).axes());
  }

  @Test
  void normalisationWithWeightsOfImagesStays() {
    Value x = conv("a", g.feed(IMAGES), FIRST);
    List<Integer> all = List.of(1, 2, 3);
    Value weights = g.feed(x.shape().from(1));
    x = in("norm", new Standardize(all, all, 1e-3, true, false), x, weights);
    x = conv("b", x, FIRST);
    assertEquals(List.of("a Conv", "norm Standardize", "b Conv"), names(pass(x)));
  }

  /** A map that is the same for all channels, in an order that would have to be brought along. */
  @Test
  void aBroadcastMapOfTheFeedIsNotTakenForOneOfTheOtherFormat() {
    Value x = conv("a", g.feed(IMAGES), FIRST);
    Value map = g.feed(Shape.of(2, 1, 6, 5));
    Value y = conv("b", in("m", new Merge(Merge.Mode.MULTIPLY, 2), x, map), FIRST);
    Program after = pass(y);
    assertEquals(
        List.of("a Transpose", "a Conv", "m Merge", "b Conv", "b Transpose"), names(after));
    assertEquals(
        List.of(Shape.of(2, 6, 5, 4), Shape.of(2, 6, 5, 1)),
        after.steps().get(2).inputs().stream().map(Value::shape).toList());
  }

  @Test
  void nothingToMoveIsNotMoved() {
    Value y = conv("b", conv("a", g.feed(Shape.of(0, 3, 6, 5)), FIRST), FIRST);
    Program before = g.build();
    assertSame(before, pass(before, List.of(y), List.of()));
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void peakIsWhatIsAllocated(Mode mode) {
    Value x = g.feed(IMAGES);
    Value a = conv("a", x, FIRST);
    Value b = conv("b", in("t", new Activate(Activation.TANH), a), FIRST);
    Program p = g.build();
    assertTrue(names(pass(p, List.of(b), List.of())).contains("a Transpose"));
    Variables none = new Variables(List.of(), backend, DType.FLOAT64, 1);
    List<Value> wanted = mode == Mode.TRAINING ? kernels : List.of();
    List<Value> roots = mode == Mode.TRAINING ? List.of(b) : List.of();
    try (Executor e = new Executor(p, none, mode, List.of(b), wanted)) {
      List<Buffer> feeds = feeds(p);
      long before = backend.liveBytes();
      Buffer ones = backend.allocate(DType.FLOAT64, b.shape());
      backend.fill(ones, 1);
      backend.takePeak();
      long live = backend.liveBytes();
      e.forward(feeds, new Philox(1, 1));
      if (mode == Mode.TRAINING) {
        e.backward(roots, List.of(ones));
      }
      e.release();
      assertEquals(e.peakBytes(roots), backend.takePeak() - live);
      ones.close();
      assertEquals(before, backend.liveBytes());
      feeds.forEach(Buffer::close);
    }
    none.close();
    List<Value> keep = List.of(b);
    try (Executor e = new Executor(p, none, mode, keep, List.of())) {
      try (Planned planned = new Planned(p, backend, DType.FLOAT64, mode, keep, List.of())) {
        assertEquals(e.peakBytes(roots), planned.peakBytes(roots));
      }
    }
  }
}
