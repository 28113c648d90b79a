package convlstm4j.model;

import convlstm4j.objective.CustomMetrics;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Metric;
import convlstm4j.optim.Optimizer;
import convlstm4j.option.Config;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model is trained for: optimiser, losses, weights of the losses, metrics. An immutable
 * value, each method returns a new one.
 */
public final class Compile {
  /** Key of what holds for every output that has nothing of its own. */
  private static final String ALL = "";

  private final Optimizer optimizer;
  private final Map<String, Loss> losses;
  private final Map<String, Double> lossWeights;
  private final Map<String, List<Metric>> metrics;

  private Compile(
      Optimizer optimizer,
      Map<String, Loss> losses,
      Map<String, Double> lossWeights,
      Map<String, List<Metric>> metrics) {
    this.optimizer = optimizer;
    this.losses = losses;
    this.lossWeights = lossWeights;
    this.metrics = metrics;
  }

  /**
   * Starts with an optimiser.
   *
   * @param optimizer how weights follow from gradients
   * @return without losses yet
   */
  public static Compile with(Optimizer optimizer) {
    return new Compile(optimizer, Map.of(), Map.of(), Map.of());
  }

  /**
   * Sets the loss of every output that has none of its own.
   *
   * @param loss what is made small
   * @return a new value
   */
  public Compile loss(Loss loss) {
    return loss(ALL, loss);
  }

  /**
   * Sets the loss of one output. Outputs without a loss are not trained.
   *
   * @param output its name
   * @param loss what is made small
   * @return a new value
   */
  public Compile loss(String output, Loss loss) {
    return new Compile(optimizer, put(losses, output, loss), lossWeights, metrics);
  }

  /**
   * Weights an output's loss in the sum that is made small.
   *
   * @param output its name
   * @param weight finite; 1 where not set
   * @return a new value
   * @throws IllegalArgumentException if the weight is not finite
   */
  public Compile lossWeight(String output, double weight) {
    if (!Double.isFinite(weight)) {
      throw new IllegalArgumentException(
          "loss weight of output \"" + output + "\" is " + weight + ", must be finite");
    }
    return new Compile(optimizer, losses, put(lossWeights, output, weight), metrics);
  }

  /**
   * Sets the metrics of every output that has a loss and no metrics of its own.
   *
   * @param all what is reported
   * @return a new value
   */
  public Compile metrics(Metric... all) {
    return metrics(ALL, all);
  }

  /**
   * Sets the metrics of one output.
   *
   * @param output its name
   * @param all what is reported
   * @return a new value
   */
  public Compile metrics(String output, Metric... all) {
    return new Compile(optimizer, losses, lossWeights, put(metrics, output, List.of(all)));
  }

  /**
   * How weights follow from gradients.
   *
   * @return the optimiser
   */
  public Optimizer optimizer() {
    return optimizer;
  }

  /**
   * Exchanges the optimiser.
   *
   * @param other how weights follow from gradients
   * @return a new value
   */
  public Compile optimizer(Optimizer other) {
    return new Compile(other, losses, lossWeights, metrics);
  }

  /**
   * The names of metrics of the user's own that were loaded without their kinds.
   *
   * @return empty if all can be measured
   */
  public List<String> unregistered() {
    return metrics.values().stream()
        .flatMap(List::stream)
        .filter(m -> !m.isRegistered())
        .map(Metric::name)
        .distinct()
        .toList();
  }

  /**
   * Without the metrics that {@link #unregistered} names.
   *
   * @return a new value
   */
  public Compile withoutUnregistered() {
    Map<String, List<Metric>> left = new LinkedHashMap<>();
    metrics.forEach(
        (output, all) -> left.put(output, all.stream().filter(Metric::isRegistered).toList()));
    return new Compile(optimizer, losses, lossWeights, left);
  }

  /**
   * Whether an output is trained.
   *
   * @param output its name
   * @return true if it has a loss
   */
  public boolean isTrained(String output) {
    return lossOf(output) != null;
  }

  /**
   * What is made small at an output.
   *
   * @param output its name
   * @return null if it is not trained
   */
  public @Nullable Loss lossOf(String output) {
    return losses.getOrDefault(output, losses.get(ALL));
  }

  /**
   * How much an output's loss counts in the sum.
   *
   * @param output its name
   * @return 1 where nothing else is set
   */
  public double weightOf(String output) {
    return lossWeights.getOrDefault(output, 1.0);
  }

  /**
   * What is reported of an output beside its loss.
   *
   * @param output its name
   * @return in the order of the logs
   */
  public List<Metric> metricsOf(String output) {
    return metrics.getOrDefault(output, metrics.getOrDefault(ALL, List.of()));
  }

  /** Fails if an output is named that the network does not have. */
  void checkNames(List<String> outputs) {
    for (Map<String, ?> m : List.of(losses, lossWeights, metrics)) {
      for (String name : m.keySet()) {
        if (!name.equals(ALL) && !outputs.contains(name)) {
          throw new IllegalArgumentException(
              "compile: the model has no output \"" + name + "\"; its outputs are " + outputs);
        }
      }
    }
  }

  /**
   * The options, to be saved.
   *
   * @return maps, lists, texts and numbers; the output name {@code ""} stands for every output
   */
  public Map<String, Object> config() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("optimizer", optimizer.config().toMap());
    Map<String, Object> savedLosses = new LinkedHashMap<>();
    losses.forEach((name, l) -> savedLosses.put(name, l.config().toMap()));
    map.put("losses", savedLosses);
    map.put("loss_weights", new LinkedHashMap<>(lossWeights));
    Map<String, Object> savedMetrics = new LinkedHashMap<>();
    metrics.forEach(
        (name, list) ->
            savedMetrics.put(name, list.stream().map(m -> m.config().toMap()).toList()));
    map.put("metrics", savedMetrics);
    return map;
  }

  /**
   * Restores what {@link #config} gave.
   *
   * @param map the options
   * @return the value
   * @throws IllegalArgumentException if something is missing, unknown or wrong
   */
  public static Compile fromConfig(Map<String, ?> map) {
    return fromConfig(map, CustomMetrics.none());
  }

  /**
   * Restores what {@link #config} gave, metrics of the user's own included. One of a kind that is
   * not registered is kept, so that it can be saved again; to measure it is refused.
   *
   * @param map the options
   * @param custom the user's kinds of metrics
   * @return the value
   * @throws IllegalArgumentException if something is missing, unknown or wrong
   */
  public static Compile fromConfig(Map<String, ?> map, CustomMetrics custom) {
    Compile c = with(Optimizer.fromConfig(config(map.get("optimizer"), "optimizer")));
    for (var e : section(map, "losses").entrySet()) {
      c = c.loss(e.getKey(), Loss.fromConfig(config(e.getValue(), "losses")));
    }
    for (var e : section(map, "loss_weights").entrySet()) {
      if (!(e.getValue() instanceof Number n)) {
        throw new IllegalArgumentException(
            "loss_weights: expected numbers, got " + Config.shown(e.getValue()));
      }
      c = c.lossWeight(e.getKey(), n.doubleValue());
    }
    for (var e : section(map, "metrics").entrySet()) {
      if (!(e.getValue() instanceof List<?> list)) {
        throw new IllegalArgumentException(
            "metrics: expected lists, got " + Config.shown(e.getValue()));
      }
      List<Metric> all = new ArrayList<>();
      for (Object o : list) {
        all.add(Metric.keptFromConfig(config(o, "metrics"), custom));
      }
      c = c.metrics(e.getKey(), all.toArray(Metric[]::new));
    }
    return c;
  }

  private static Map<String, Object> section(Map<String, ?> map, String key) {
    if (map.get(key) instanceof Map<?, ?> m) {
      return Config.copy(m);
    }
    throw new IllegalArgumentException("compile options: " + key + " is missing");
  }

  private static Config config(@Nullable Object o, String key) {
    if (o instanceof Map<?, ?> m) {
      return Config.of(Config.copy(m));
    }
    throw new IllegalArgumentException(
        "compile options: " + key + " is missing or no map: " + Config.shown(o));
  }

  private static <T> Map<String, T> put(Map<String, T> map, String key, T value) {
    Map<String, T> copy = new LinkedHashMap<>(map);
    copy.put(key, value);
    return copy;
  }
}
