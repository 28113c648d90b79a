package convlstm4j.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a call of {@link Model#fit} reported, epoch by epoch. */
public final class History {
  private final List<Long> epochs = new ArrayList<>();
  private final Map<String, List<Double>> values = new LinkedHashMap<>();

  History() {}

  void add(long epoch, Map<String, Double> logs) {
    epochs.add(epoch);
    logs.forEach((name, v) -> values.computeIfAbsent(name, n -> new ArrayList<>()).add(v));
  }

  /**
   * The epochs that this call finished.
   *
   * @return their numbers, from 0
   */
  public List<Long> epochs() {
    return Collections.unmodifiableList(epochs);
  }

  /**
   * All values.
   *
   * @return by name ({@code loss}, {@code val_loss}, ..), one per epoch
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
}
