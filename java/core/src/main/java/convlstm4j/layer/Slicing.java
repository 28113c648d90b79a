package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.op.Pad;
import convlstm4j.op.Resample;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Operations that take parts: {@code x[:, -1]}, {@code x[..., a:b]}, and splits. */
final class Slicing {
  private static final String SLICE = "__slice__";
  private static final String ELLIPSIS = "__ellipsis__";

  /**
   * What one entry of a key says of an axis.
   *
   * @param all whether the rest of the axes is meant, {@code ...}
   * @param added whether it is a new axis, {@code None}
   * @param index whether it is an index, {@code from}
   * @param from where a slice begins, or null
   * @param to before what it ends, or null
   */
  private record Entry(
      boolean all, boolean added, boolean index, @Nullable Integer from, @Nullable Integer to) {
    boolean isWhole() {
      return !index && (from == null || from == 0) && to == null;
    }

    int place() {
      return Objects.requireNonNull(from, "an index has a place");
    }
  }

  private static final Entry WHOLE = new Entry(false, false, false, null, null);

  private Slicing() {}

  static void addTo(Map<String, OperationKind> all) {
    all.put(
        "GetItem",
        new OperationKind(
            "numpy",
            List.of("x", "key"),
            List.of(),
            false,
            c -> {
              List<Entry> key = key(c);
              return (g, inputs) -> List.of(taken(g, inputs.get(0), key));
            }));
    all.put(
        "Take",
        new OperationKind("numpy", List.of("x", "indices"), List.of("axis"), false, Slicing::take));
    all.put(
        "Split",
        new OperationKind(
            "numpy", List.of("x"), List.of("indices_or_sections", "axis"), false, Slicing::split));
  }

  /** A slice in Keras's form. */
  static Map<String, Object> slice(@Nullable Integer from, @Nullable Integer to) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("start", from);
    config.put("stop", to);
    config.put("step", null);
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("class_name", SLICE);
    form.put("config", config);
    return form;
  }

  /** {@code ...} in Keras's form. */
  static Map<String, Object> ellipsis() {
    return Map.of("class_name", ELLIPSIS, "config", Map.of());
  }

  private static List<Entry> key(Config c) {
    Object all = c.get("key");
    if (all == null) {
      throw c.wrong("key", "expected slices and indices");
    }
    List<?> given = all instanceof List<?> l ? l : List.of(all);
    if (given.isEmpty()) {
      throw c.wrong("key", "expected slices and indices");
    }
    List<Entry> key = new ArrayList<>();
    given.forEach(e -> key.add(entry(c, e)));
    if (key.stream().filter(Entry::all).count() > 1) {
      throw c.wrong("key", "expected one ... at most");
    }
    if (!key.get(0).all() && (key.get(0).added() || !key.get(0).isWhole())) {
      throw c.wrong("key", "which takes of the batch; expected : or ... first");
    }
    return key;
  }

  private static Entry entry(Config c, @Nullable Object e) {
    if (e == null) {
      return new Entry(false, true, false, null, null);
    }
    if (e instanceof Integer i) {
      return new Entry(false, false, true, i, null);
    }
    if (e instanceof Map<?, ?> form && ELLIPSIS.equals(form.get("class_name"))) {
      return new Entry(true, false, false, null, null);
    }
    if (e instanceof Map<?, ?> form
        && SLICE.equals(form.get("class_name"))
        && form.get("config") instanceof Map<?, ?> slice) {
      if (slice.get("step") != null && !Integer.valueOf(1).equals(slice.get("step"))) {
        throw c.wrong("key", "step " + slice.get("step") + " is not supported, only 1 is");
      }
      return new Entry(false, false, false, bound(c, slice, "start"), bound(c, slice, "stop"));
    }
    throw c.wrong("key", "expected whole numbers, slices, None and ...; tensors are not supported");
  }

  private static @Nullable Integer bound(Config c, Map<?, ?> slice, String side) {
    Object value = slice.get(side);
    if (value == null || value instanceof Integer) {
      return (Integer) value;
    }
    throw c.wrong("key", side + "=" + value + ", expected a whole number or None");
  }

  /** Crops, and then another shape. */
  private static Value taken(Lowering g, Value x, List<Entry> key) {
    Shape s = x.shape();
    List<Entry> entries = new ArrayList<>();
    long named = key.stream().filter(e -> !e.all() && !e.added()).count();
    if (named > s.rank()) {
      throw new ShapeException(named + " indices and slices of input of shape " + s);
    }
    for (Entry e : key) {
      if (e.all()) {
        entries.addAll(Collections.nCopies(s.rank() - (int) named, WHOLE));
      } else {
        entries.add(e);
      }
    }
    entries.addAll(
        Collections.nCopies(
            s.rank() - (int) entries.stream().filter(e -> !e.added()).count(), WHOLE));
    if (!entries.get(0).isWhole() || entries.get(0).added()) {
      throw new ShapeException("the key takes of the batch of input of shape " + s);
    }
    int[] from = new int[s.rank()];
    long[] size = new long[s.rank()];
    List<Long> result = new ArrayList<>();
    int d = 0;
    for (Entry e : entries) {
      if (e.added()) {
        result.add(1L);
        continue;
      }
      long n = s.dim(d);
      from[d] = e.index() ? index(e.place(), n, d, s) : first(e, n);
      size[d] = e.index() ? 1 : size(e, n, d, s);
      if (!e.index()) {
        result.add(size[d]);
      }
      d++;
    }
    Shape shape = Shape.of(result.stream().mapToLong(v -> v).toArray());
    return g.reshape(cropped(g, x, from, size), shape);
  }

  private static int index(int index, long n, int axis, Shape x) {
    if (n != Shape.UNKNOWN && (index >= n || index < -n)) {
      throw new ShapeException("index " + index + " along axis " + axis + " of shape " + x);
    }
    return index < 0 && n != Shape.UNKNOWN ? (int) (n + index) : Math.max(index, 0);
  }

  /** As Python does it: bounds outside count as the nearest inside. */
  private static int clamped(int bound, long n) {
    return (int) Math.max(0, Math.min(n, bound < 0 ? bound + n : bound));
  }

  private static int first(Entry e, long n) {
    return e.from() == null || n == Shape.UNKNOWN ? 0 : clamped(e.from(), n);
  }

  private static long size(Entry e, long n, int axis, Shape x) {
    if (n == Shape.UNKNOWN) {
      return n;
    }
    long size = (e.to() == null ? n : clamped(e.to(), n)) - first(e, n);
    if (size < 1) {
      throw new ShapeException(
          "slice "
              + e.from()
              + ":"
              + e.to()
              + " along axis "
              + axis
              + " of shape "
              + x
              + " takes nothing");
    }
    return size;
  }

  /** A box; of unknown sizes, while a graph is built, only the shape counts. */
  static Value cropped(Lowering g, Value x, int[] from, long... size) {
    List<Integer> before = new ArrayList<>();
    List<Integer> after = new ArrayList<>();
    Shape box = x.shape();
    boolean known = true;
    for (int d = 0; d < from.length; d++) {
      long n = x.shape().dim(d);
      boolean open = n == Shape.UNKNOWN;
      known &= !open || d == 0;
      before.add(open ? 0 : -from[d]);
      after.add(open ? 0 : -Math.toIntExact(n - from[d] - size[d]));
      box = box.with(d, size[d]);
    }
    if (!known) {
      return g.reshape(x, box);
    }
    return box.equals(x.shape()) ? x : g.op(new Pad(before, after), x);
  }

  /** Places by fixed numbers; one alone takes the axis away. */
  private static OperationKind.Body take(Config c) {
    boolean one = c.get("indices") instanceof Number;
    List<Integer> places = c.ints("indices", 0, List.of());
    if (places.isEmpty()) {
      throw c.wrong("indices", "expected whole numbers; tensors are not supported");
    }
    int axis = c.integer("axis"); // none joins the samples of a batch
    return (g, inputs) -> {
      Value x = inputs.get(0);
      Shape s = x.shape();
      int d = Axes.resolved(List.of(axis), s).get(0);
      long n = s.dim(d);
      Shape taken = one ? s.without(d) : s.with(d, places.size());
      if (n == Shape.UNKNOWN) { // only the shape counts
        return List.of(g.reshape(x, taken));
      }
      List<Integer> resolved = places.stream().map(i -> index(i, n, d, s)).toList();
      return List.of(g.reshape(g.op(new Resample(d, Resample.Table.of(n, resolved)), x), taken));
    };
  }

  private static OperationKind.Body split(Config c) {
    int axis = c.integer("axis", 0);
    Object how = c.get("indices_or_sections");
    List<Integer> cuts = c.ints("indices_or_sections", 0);
    boolean equal = !(how instanceof List<?>);
    if (equal && cuts.get(0) < 1) {
      throw c.wrong("indices_or_sections", "expected 1 or more parts");
    }
    return (g, inputs) -> {
      Value x = inputs.get(0);
      Shape s = x.shape();
      int d = Axes.resolved(List.of(axis), s).get(0);
      long n = s.dim(d);
      if (n == Shape.UNKNOWN) {
        throw new ShapeException("axis " + d + " of shape " + s + " has no fixed size to split");
      }
      List<Integer> ends = new ArrayList<>();
      if (equal) {
        int parts = cuts.get(0);
        if (n % parts != 0) {
          throw new ShapeException(
              "axis " + d + " of shape " + s + " cannot be split in " + parts + " equal parts");
        }
        for (int i = 1; i <= parts; i++) {
          ends.add((int) (n / parts * i));
        }
      } else {
        cuts.forEach(cut -> ends.add(clamped(cut, n)));
        ends.add((int) n);
      }
      List<Value> parts = new ArrayList<>();
      int from = 0;
      for (int end : ends) {
        Entry part = new Entry(false, false, false, from, end);
        int[] first = new int[s.rank()];
        long[] size = s.dims();
        first[d] = from;
        size[d] = size(part, n, d, s);
        parts.add(cropped(g, x, first, size));
        from = end;
      }
      return parts;
    };
  }
}
