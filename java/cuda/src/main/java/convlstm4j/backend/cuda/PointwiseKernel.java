package convlstm4j.backend.cuda;

import convlstm4j.backend.Parts;
import convlstm4j.formula.Code;
import convlstm4j.formula.Code.Step;
import convlstm4j.formula.Function;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.stream.LongStream;

/** Launches of the kernel of cuda/include/pointwise.h. */
final class PointwiseKernel {
  private static final int BYTE = 8;
  private static final int STRIDES = 3;

  /** In the order of the kernel's. */
  private static final List<Function> FUNCTIONS = List.of(Function.values());

  private PointwiseKernel() {}

  /**
   * Where a launch finds its numbers.
   *
   * @param n elements
   * @param guard address of a number: nothing changes unless it is finite; or 0
   * @param bad address of a number that becomes infinite where a result is not finite, nothing
   *     being stored; or 0
   * @param scalars how many of the first inputs are numbers that count for all elements
   * @param add whether results are added to what is there
   * @param x addresses of the inputs
   * @param y addresses of the results
   * @param kept for each result the input that it is while nothing changes
   */
  record Data(
      long n,
      long guard,
      long bad,
      int scalars,
      boolean add,
      List<Long> x,
      List<Long> y,
      List<Integer> kept) {
    static Data of(long n, boolean add, List<Long> x, long y) {
      return new Data(n, 0, 0, 0, add, x, List.of(y), List.of(0));
    }
  }

  static void launch(Device device, Code code, Data d) {
    List<Integer> results = code.results();
    Arguments a = device.arguments().put32(code.steps().size()).put64(d.n).address(d.guard);
    a.address(d.bad);
    a.put32((1 << d.scalars) - 1).put32(d.add ? 1 : 0).put32(results.size()).put32(0);
    a.put64(array(d.x), Code.MOST_INPUTS, 0).put64(array(d.y), Code.MOST_RESULTS, 0);
    putResults(a, code);
    for (int i = 0; i < Code.MOST_RESULTS; i++) {
      a.put32(i < results.size() ? d.kept.get(i) : 0);
    }
    putSteps(a, code);
    device.launch("pointwise", d.n, a);
  }

  /** The same on frames, see {@link Parts#run}. */
  static void launch(
      Device device,
      Code code,
      Shape frames,
      List<Parts.View> inputs,
      List<Parts.View> results,
      boolean add) {
    long n = frames.elements();
    Arguments a = device.arguments().put32(code.steps().size()).put64(n);
    a.divisor(frames.dim(1)).divisor(frames.dim(2)).put32(add ? 1 : 0).put32(results.size());
    a.put64(addresses(inputs), Code.MOST_INPUTS, 0).put64(addresses(results), Code.MOST_RESULTS, 0);
    a.put64(strides(inputs), STRIDES * Code.MOST_INPUTS, 0);
    a.put64(strides(results), STRIDES * Code.MOST_RESULTS, 0);
    putResults(a, code);
    putSteps(a, code);
    device.launch("pointwise_frames", n, a);
  }

  private static long[] addresses(List<Parts.View> views) {
    return views.stream()
        .mapToLong(v -> DeviceBuffer.address(v.buffer()) + v.from() * Float.BYTES)
        .toArray();
  }

  private static long[] strides(List<Parts.View> views) {
    return views.stream()
        .flatMapToLong(v -> LongStream.of(v.sample(), v.pixel(), v.column()))
        .toArray();
  }

  private static void putResults(Arguments a, Code code) {
    List<Integer> results = code.results();
    for (int i = 0; i < Code.MOST_RESULTS; i++) {
      a.put32(i < results.size() ? code.places().get(results.get(i)) : 0);
    }
  }

  private static void putSteps(Arguments a, Code code) {
    for (int i = 0; i < Code.MOST_STEPS; i++) {
      if (i < code.steps().size()) {
        put(a, code, i);
      } else {
        a.put32(0).put32(0).put32(0);
      }
    }
  }

  private static long[] array(List<Long> values) {
    return values.stream().mapToLong(v -> v).toArray();
  }

  private static void put(Arguments a, Code code, int step) {
    Step s = code.steps().get(step);
    int to = code.places().get(step);
    int first = s.function() == Function.INPUT ? (int) s.value() : place(code, s, 0, to);
    int second = place(code, s, 1, first);
    int function = FUNCTIONS.indexOf(s.function());
    a.put32(function | (to << BYTE) | (first << (2 * BYTE)) | (second << (3 * BYTE)));
    a.put((float) s.value()).put32(place(code, s, 2, first));
  }

  /** The register of an argument; another one, which holds something, where there is none. */
  private static int place(Code code, Step s, int argument, int other) {
    return argument < s.arguments().size() ? code.places().get(s.arguments().get(argument)) : other;
  }
}
