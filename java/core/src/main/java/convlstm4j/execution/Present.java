package convlstm4j.execution;

import java.util.Map;

/** Looks up what a run has by then, if its plan is right. */
final class Present {
  private Present() {}

  /** Fails, naming the key, where there is nothing: a fault of the plan, never of the user's. */
  static <K, V> V in(Map<K, V> map, K key) {
    V value = map.get(key);
    if (value == null) {
      throw new IllegalStateException(key + " is not there yet, or not any more");
    }
    return value;
  }
}
