package convlstm4j.model;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What was reported of some epochs: of those of a call of {@link Model#fit}, or of all so far. */
public final class History {
  private final List<Long> epochs = new ArrayList<>();
  private final Map<String, List<Double>> values = new LinkedHashMap<>();
  private final Map<Long, Map<String, Double>> rows = new TreeMap<>();

  History() {}

  /** Takes up what {@link #state} gave. */
  History(Map<String, Tensor> state) {
    Map<Long, Map<String, Double>> all = new TreeMap<>();
    for (var e : state.entrySet()) {
      Tensor pairs = e.getValue();
      if (pairs.shape().rank() != 2 || pairs.shape().dim(1) != 2) {
        throw new IllegalArgumentException(
            "history of \"" + e.getKey() + "\" has shape " + pairs.shape() + ", expected [E, 2]");
      }
      for (int i = 0; i < pairs.size(); i += 2) {
        all.computeIfAbsent((long) pairs.get(i), n -> new LinkedHashMap<>())
            .put(e.getKey(), pairs.get(i + 1));
      }
    }
    all.forEach(this::add);
  }

  /**
   * By name pairs of an epoch's number and value {@code [E, 2]}: not every epoch has every name.
   */
  Map<String, Tensor> state() {
    Map<String, List<Double>> pairs = new LinkedHashMap<>();
    rows.forEach(
        (epoch, logs) ->
            logs.forEach(
                (name, value) ->
                    pairs
                        .computeIfAbsent(name, n -> new ArrayList<>())
                        .addAll(List.of((double) epoch, value))));
    Map<String, Tensor> state = new LinkedHashMap<>();
    pairs.forEach(
        (name, list) -> {
          Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(list.size() / 2, 2));
          for (int i = 0; i < list.size(); i++) {
            t.set(i, list.get(i));
          }
          state.put(name, t);
        });
    return state;
  }

  void add(long epoch, Map<String, Double> logs) {
    epochs.add(epoch);
    rows.put(epoch, Map.copyOf(logs));
    logs.forEach((name, v) -> values.computeIfAbsent(name, n -> new ArrayList<>()).add(v));
  }

  /**
   * The epochs that were finished.
   *
   * @return their numbers, from 0
   */
  public List<Long> epochs() {
    return Collections.unmodifiableList(epochs);
  }

  /**
   * What was reported of one epoch.
   *
   * @param epoch its number, from 0
   * @return values by name; empty if nothing is known of it
   */
  public Map<String, Double> of(long epoch) {
    return rows.getOrDefault(epoch, Map.of());
  }

  /**
   * All values.
   *
   * @return by name ({@code loss}, {@code val_loss}, ..), one per epoch that has it
   */
  public Map<String, List<Double>> values() {
    return Collections.unmodifiableMap(values);
  }

  /**
   * The values of one name.
   *
   * @param name for instance {@code val_loss}
   * @return one per epoch
   * @throws IllegalArgumentException if there is none of this name
   */
  public List<Double> get(String name) {
    List<Double> list = values.get(name);
    if (list == null) {
      throw new IllegalArgumentException(
          "no \"" + name + "\" in the history; there are " + values.keySet());
    }
    return Collections.unmodifiableList(list);
  }

  /**
   * The last epoch's value.
   *
   * @param name for instance {@code val_loss}
   * @return the value
   * @throws IllegalArgumentException if there is none of this name
   */
  public double last(String name) {
    List<Double> list = get(name);
    return list.get(list.size() - 1);
  }

  /** How many epochs, and what the last reported. */
  @Override
  public String toString() {
    if (epochs.isEmpty()) {
      return "no epochs";
    }
    Map<String, Double> last = of(epochs.get(epochs.size() - 1));
    Map<String, Double> inOrder = new LinkedHashMap<>();
    values.keySet().stream().filter(last::containsKey).forEach(n -> inOrder.put(n, last.get(n)));
    return epochs.size() + " epochs, the last: " + text(inOrder);
  }

  /** Losses and metrics in a line. */
  static String text(Map<String, Double> logs) {
    return logs.entrySet().stream()
        .map(e -> e.getKey() + " " + String.format(Locale.ROOT, "%.4f", e.getValue()))
        .collect(Collectors.joining(", "));
  }
}
