package convlstm4j.execution;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Runner;
import convlstm4j.op.Concat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Reads numbers from a backend, all in one copy: on a GPU every copy to the host waits for all work
 * before it.
 */
public final class Scalars implements AutoCloseable {
  private final Runner runner;
  private final Map<List<Shape>, Plan> plans = new HashMap<>();
  private boolean closed;

  /**
   * Makes a reader.
   *
   * @param backend where the numbers are
   * @param dtype their type
   */
  public Scalars(Backend backend, DType dtype) {
    this.runner = new Runner(backend, dtype);
  }

  /**
   * Reads numbers.
   *
   * @param buffers of one element each
   * @return their values, in order
   */
  public double[] read(List<Buffer> buffers) {
    if (buffers.isEmpty()) {
      return new double[0];
    }
    try (Buffer all = runner.allocate(Shape.of(buffers.size()))) {
      gather(buffers, all);
      return values(runner.memory().download(all));
    }
  }

  /**
   * Puts numbers into one buffer.
   *
   * @param buffers of numbers
   * @param all of as many elements as they have together
   */
  public void gather(List<Buffer> buffers, Buffer all) {
    if (closed) {
      throw new IllegalStateException("the reader of numbers is closed; make another");
    }
    List<Shape> sizes = buffers.stream().map(b -> Shape.of(b.shape().elements())).toList();
    List<Buffer> flat = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) {
      flat.add(buffers.get(i).view(sizes.get(i)));
    }
    Plan plan = plans.computeIfAbsent(sizes, s -> runner.plan(new Concat(0, s.size()), s));
    runner.run(plan, flat, List.of(all));
  }

  /**
   * The elements of a tensor.
   *
   * @param t numbers
   * @return their values, in order
   */
  public static double[] values(Tensor t) {
    return IntStream.range(0, t.size()).mapToDouble(t::get).toArray();
  }

  @Override
  public void close() {
    closed = true;
    List<Plan> all = List.copyOf(plans.values());
    plans.clear();
    Closing.all(all);
  }
}
