package convlstm4j.io.architecture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The order in which calls can be made: inputs first, each layer's calls in their own order, else
 * as in the file. Every reference is looked at once, so that the order in which a file lists its
 * layers costs nothing.
 */
final class CallOrder {
  /** A call that waits for its inputs. */
  record Pending(String layer, Item call) {}

  /** The k-th call of a layer. */
  record Made(String layer, int call) {}

  private final List<Pending> calls;

  /** Which calls wait for a call, by their places in {@link #calls}; once for each reference. */
  private final Map<Made, List<Integer>> waiting = new HashMap<>();

  /** How many calls each one waits for. */
  private final int[] missing;

  private final PriorityQueue<Integer> ready = new PriorityQueue<>();
  private final Map<String, Integer> made;

  /**
   * Looks at all references.
   *
   * @param calls in the file's order
   * @param made how many calls of each layer there are already
   * @param references which calls a call needs
   */
  CallOrder(
      List<Pending> calls, Map<String, Integer> made, Function<Pending, List<Made>> references) {
    this.calls = calls;
    this.made = new HashMap<>(made);
    this.missing = new int[calls.size()];
    Map<String, Integer> next = new HashMap<>(made);
    for (int i = 0; i < missing.length; i++) {
      Pending p = calls.get(i);
      List<Made> needed = new ArrayList<>(references.apply(p));
      int own = next.merge(p.layer(), 1, Integer::sum) - 1;
      if (own > 0) {
        needed.add(new Made(p.layer(), own - 1));
      }
      for (Made m : needed) {
        if (m.call() >= this.made.getOrDefault(m.layer(), 0)) {
          waiting.computeIfAbsent(m, k -> new ArrayList<>()).add(i);
          missing[i]++;
        }
      }
      if (missing[i] == 0) {
        ready.add(i);
      }
    }
  }

  /**
   * Makes all calls.
   *
   * @param maker makes one
   * @throws ArchitectureException if one waits for a call that there is not, or for itself
   */
  void each(Consumer<Pending> maker) {
    while (!ready.isEmpty()) {
      int i = ready.remove();
      missing[i] = -1;
      String layer = calls.get(i).layer();
      maker.accept(calls.get(i));
      int call = made.merge(layer, 1, Integer::sum) - 1;
      for (int j : waiting.getOrDefault(new Made(layer, call), List.of())) {
        if (--missing[j] == 0) {
          ready.add(j);
        }
      }
    }
    for (int i = 0; i < missing.length; i++) {
      if (missing[i] > 0) {
        throw calls
            .get(i)
            .call()
            .error("an input is not the output of any call, or depends on this one");
      }
    }
  }
}
