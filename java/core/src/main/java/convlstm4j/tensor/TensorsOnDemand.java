package convlstm4j.tensor;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tensors by name that are copied from where they are each time that they are read, so that a large
 * model is written without a second one of its size. Keeps the order; is not changed.
 */
public final class TensorsOnDemand extends AbstractMap<String, Tensor> {
  private final Map<String, Supplier<Tensor>> copies;

  /**
   * Names what can be read.
   *
   * @param copies makes each of them; asked at every reading
   */
  public TensorsOnDemand(Map<String, Supplier<Tensor>> copies) {
    this.copies = Collections.unmodifiableMap(new LinkedHashMap<>(copies));
  }

  @Override
  public @Nullable Tensor get(Object name) {
    Supplier<Tensor> copy = copies.get(name);
    return copy == null ? null : copy.get();
  }

  @Override
  public boolean containsKey(Object name) {
    return copies.containsKey(name);
  }

  @Override
  public Set<String> keySet() {
    return copies.keySet();
  }

  @Override
  public Set<Map.Entry<String, Tensor>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<String, Tensor>> iterator() {
        var all = copies.entrySet().iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return all.hasNext();
          }

          @Override
          public Map.Entry<String, Tensor> next() {
            var e = all.next();
            return Map.entry(e.getKey(), e.getValue().get());
          }
        };
      }

      @Override
      public int size() {
        return copies.size();
      }
    };
  }
}
