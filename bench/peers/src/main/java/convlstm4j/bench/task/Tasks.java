package convlstm4j.bench.task;

import convlstm4j.bench.BenchShape;
import convlstm4j.graph.Network;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The tasks by name: the layers of {@link BenchShape}, {@code demo}, those that a GPU has more to
 * do with, and tiny ones to try.
 */
public final class Tasks {
  /** The demo's network on one of its batches. */
  public static final String DEMO = "demo";

  /** A layer with work for a whole GPU: N16 T8 64x64 C64 F64. */
  public static final String S4 = "S4";

  /**
   * The article's network, six genres, on frames of the article's size, 3x400x400: 16 of its 1000,
   * since a training step on all needs over 100 GiB.
   */
  public static final String ARTICLE = "article";

  /** The article's network on images of 8x8, for tests. */
  public static final String TINY_ARTICLE = "tiny-article";

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
   * What else there is.
   *
   * @return names
   */
  public static List<String> others() {
    return List.of(S4, ARTICLE, TINY, TINY_ARTICLE);
  }

  /**
   * The task of a name.
   *
   * @param name one of {@link #standard} or {@link #others}
   * @return the task
   * @throws IllegalArgumentException if there is none
   */
  public static Task named(String name) {
    return switch (name) {
      case TINY -> layer(name, Shape.of(2, 3, 5, 7, 2), 4);
      case S4 -> layer(name, Shape.of(16, 8, 64, 64, 64), 64);
      case DEMO, ARTICLE, TINY_ARTICLE ->
          model(name, Models.article(name).network(), Models.batchShape(name));
      default -> {
        if (!standard().contains(name)) {
          throw new IllegalArgumentException(
              "shape \""
                  + name
                  + "\" is unknown, expected some of "
                  + standard()
                  + ", "
                  + others());
        }
        BenchShape s = BenchShape.valueOf(name.toUpperCase(Locale.ROOT));
        yield layer(name, s.inputs().get(0), s.op().filters());
      }
    };
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
