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
 * model is written and read without a second one of its size. Keeps the order; is not changed.
 */
public final class TensorsOnDemand extends AbstractMap<String, Tensor> {
  /**
   * A tensor that is elsewhere.
   *
   * @param shape its shape, known without reading it
   * @param copy makes it; asked at every reading
   */
  public record Elsewhere(Shape shape, Supplier<Tensor> copy) {}

  private final Map<String, Elsewhere> tensors;

  /**
   * Names what can be read.
   *
   * @param tensors by name
   */
  public TensorsOnDemand(Map<String, Elsewhere> tensors) {
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /**
   * The shapes of tensors, of which those on demand are not read for it.
   *
   * @param tensors any
   * @return by name, in their order
   */
  public static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    if (tensors instanceof TensorsOnDemand some) {
      some.tensors.forEach((name, t) -> shapes.put(name, t.shape()));
    } else {
      tensors.forEach((name, t) -> shapes.put(name, t.shape()));
    }
    return shapes;
  }

  @Override
  public @Nullable Tensor get(Object name) {
    Elsewhere tensor = tensors.get(name);
    return tensor == null ? null : tensor.copy().get();
  }

  @Override
  public boolean containsKey(Object name) {
    return tensors.containsKey(name);
  }

  @Override
  public Set<String> keySet() {
    return tensors.keySet();
  }

  @Override
  public Set<Map.Entry<String, Tensor>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<String, Tensor>> iterator() {
        var all = tensors.entrySet().iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return all.hasNext();
          }

          @Override
          public Map.Entry<String, Tensor> next() {
            var e = all.next();
            return Map.entry(e.getKey(), e.getValue().copy().get());
          }
        };
      }

      @Override
      public int size() {
        return tensors.size();
      }
    };
  }
}
