package convlstm4j.bench.task;

import convlstm4j.bench.BenchShape;
import convlstm4j.cli.demo.Demo;
import convlstm4j.graph.Network;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The tasks by name: the layers of {@link BenchShape}, {@code demo}, and {@code tiny} to try. */
public final class Tasks {
  /** The demo's network on one of its batches. */
  public static final String DEMO = "demo";

  /**
   * A layer that takes no time, for tests. Its 16 gate channels are no accident: with 12, PyTorch
   * 2.7.1's gradient for x in its default layout reads memory that nobody has written.
   */
  public static final String TINY = "tiny";

  private static final int GATES = 4;

  private Tasks() {}

  /**
   * What is measured unless told otherwise.
   *
   * @return names
   */
  public static List<String> standard() {
    return List.of("S1", "S2", "S3", "small", DEMO);
  }

  /**
   * The task of a name.
   *
   * @param name one of {@link #standard} or {@link #TINY}
   * @return the task
   * @throws IllegalArgumentException if there is none
   */
  public static Task named(String name) {
    if (name.equals(DEMO)) {
      return model(DEMO, Demo.convLstm().network(), Demo.batchShape());
    }
    if (name.equals(TINY)) {
      return layer(TINY, Shape.of(2, 3, 5, 7, 2), 4);
    }
    if (standard().contains(name)) {
      BenchShape s = BenchShape.valueOf(name.toUpperCase(Locale.ROOT));
      return layer(name, s.inputs().get(0), s.op().filters());
    }
    throw new IllegalArgumentException(
        "shape \"" + name + "\" is unknown, expected some of " + standard() + " or " + TINY);
  }

  private static Task layer(String name, Shape x, int filters) {
    long k = BenchShape.op(filters).window().size().get(0);
    long gates = (long) GATES * filters;
    Map<String, Shape> weights = new LinkedHashMap<>();
    weights.put("kernel", Shape.of(k, k, x.dim(-1), gates));
    weights.put("recurrent_kernel", Shape.of(k, k, filters, gates));
    weights.put("bias", Shape.of(gates));
    double flops = 2.0 * x.elements() / x.dim(-1) * k * k * (x.dim(-1) + filters) * gates;
    return new Task(name, Task.Kind.LAYER, x, weights, Map.of("y", x.with(-1, filters)), flops);
  }

  private static Task model(String name, Network network, Shape x) {
    Map<String, Shape> outputs = new LinkedHashMap<>();
    network.outputNames().forEach(o -> outputs.put(o, Shape.of(x.dim(0), x.dim(1), 1)));
    Map<String, Shape> weights = new LinkedHashMap<>();
    Roles.of(network).forEach((role, p) -> weights.put(role, p.shape()));
    return new Task(name, Task.Kind.MODEL, x, weights, outputs, flops(x, weights));
  }

  /** Arithmetic of the ConvLSTM layers; images are halved after each stage. */
  private static double flops(Shape x, Map<String, Shape> weights) {
    double flops = 0;
    for (Map.Entry<String, Shape> w : weights.entrySet()) {
      String role = w.getKey();
      if (w.getValue().rank() == 4) {
        int halved = role.startsWith(Roles.STAGE) ? Roles.index(role) : Roles.STAGES;
        double pixels = (double) x.dim(0) * x.dim(1) * (x.dim(3) >> halved) * (x.dim(4) >> halved);
        flops += 2 * pixels * w.getValue().elements();
      }
    }
    return flops;
  }
}
