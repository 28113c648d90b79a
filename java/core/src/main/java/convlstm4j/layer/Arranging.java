package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Concat;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Transpose;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Operations that change axes and their order, and put elements beside each other. */
final class Arranging {

  private Arranging() {}

  static void addTo(Map<String, OperationKind> all) {
    all.put("ExpandDims", OperationKind.of(List.of("axis"), Arranging::expand));
    all.put("Squeeze", OperationKind.of(List.of("axis"), Arranging::squeeze));
    all.put("Reshape", OperationKind.of(List.of("newshape"), Arranging::reshape));
    all.put("Transpose", OperationKind.of(List.of("axes"), Arranging::transpose));
    all.put("Swapaxes", OperationKind.of(List.of("axis1", "axis2"), Arranging::swap));
    all.put("Moveaxis", OperationKind.of(List.of("source", "destination"), Arranging::move));
    all.put("Tile", OperationKind.of(List.of("repeats"), Arranging::tile));
    all.put("Repeat", OperationKind.of(List.of("repeats", "axis"), Arranging::repeat));
    all.put("Cast", OperationKind.in("core", List.of("dtype"), Arranging::cast));
    all.put(
        "Stack",
        new OperationKind(
            "numpy",
            List.of("x"),
            List.of("axis"),
            true,
            c -> {
              int axis = c.integer("axis", 0);
              return (g, inputs) -> stack(g, inputs, axis);
            }));
    all.put(
        "Pad",
        new OperationKind(
            "numpy",
            List.of("x", OperationKinds.CONSTANT_VALUES),
            List.of("pad_width", "mode"),
            false,
            Padded::of));
  }

  /** Numbers are of the network's type. */
  private static OperationKind.Single cast(Config c) {
    if (!"float32".equals(c.get("dtype"))) {
      throw c.wrong("dtype", "expected float32; other types are not supported within a model");
    }
    return (g, x) -> x;
  }

  private static OperationKind.Single expand(Config c) {
    List<Integer> axes = c.ints("axis", 0);
    return (g, x) -> {
      Shape grown = Shape.of(new long[x.shape().rank() + axes.size()]);
      List<Integer> added = Axes.resolved(axes, grown);
      List<Long> dims = dims(x.shape());
      added.forEach(a -> dims.add(a, 1L));
      return g.reshape(x, shape(dims));
    };
  }

  private static OperationKind.Single squeeze(Config c) {
    List<Integer> axes = c.ints("axis", 0, List.of());
    return (g, x) -> {
      Shape s = x.shape();
      List<Integer> removed =
          axes.isEmpty()
              ? IntStream.range(1, s.rank()).filter(d -> s.dim(d) == 1).boxed().toList()
              : Axes.resolved(axes, s);
      List<Long> dims = dims(s);
      for (int i = removed.size() - 1; i >= 0; i--) {
        int axis = removed.get(i);
        if (s.dim(axis) != 1 && s.dim(axis) != Shape.UNKNOWN) {
          throw new ShapeException(
              "axis " + axis + " of input of shape " + s + " has not the size 1");
        }
        dims.remove(axis);
      }
      return g.reshape(x, shape(dims));
    };
  }

  /** The batch stays the first axis: -1, or its size where it has one. */
  private static OperationKind.Single reshape(Config c) {
    long[] all = c.dims("newshape");
    long[] target = all.length < 2 ? new long[0] : Arrays.copyOfRange(all, 1, all.length);
    if (all.length < 2) {
      throw c.wrong("newshape", "expected the batch, -1, and one axis or more");
    }
    Reshape sample = new Reshape(target);
    return (g, x) -> {
      long batch = x.shape().dim(0);
      if (all[0] > 0 && batch != Shape.UNKNOWN && batch != all[0]) {
        throw new ShapeException(
            "newshape=" + Arrays.toString(all) + " changes the batch of " + x.shape());
      }
      return sample.lower(g, Arguments.of(List.of(x))).get(0);
    };
  }

  private static OperationKind.Single transpose(Config c) {
    List<Integer> axes = c.ints("axes", 0, List.of());
    return (g, x) -> {
      int rank = x.shape().rank();
      List<Integer> order = new ArrayList<>();
      if (axes.isEmpty()) {
        IntStream.range(0, rank).forEach(d -> order.add(0, d));
      } else {
        axes.forEach(a -> order.add(a < 0 ? a + rank : a));
      }
      if (order.get(0) != 0) {
        throw new ShapeException(
            "axes=" + order + " move the batch, which stays the first axis here");
      }
      return g.op(new Transpose(order), x);
    };
  }

  private static OperationKind.Single swap(Config c) {
    List<Integer> axes = List.of(c.integer("axis1"), c.integer("axis2"));
    return (g, x) -> {
      List<Integer> order = new ArrayList<>(IntStream.range(0, x.shape().rank()).boxed().toList());
      Collections.swap(order, axis(axes.get(0), x.shape()), axis(axes.get(1), x.shape()));
      return g.op(new Transpose(order), x);
    };
  }

  /** As NumPy: the axes that stay keep their order, the others are put in, the first one first. */
  private static OperationKind.Single move(Config c) {
    List<Integer> source = c.ints("source", 0);
    List<Integer> destination = c.ints("destination", 0);
    if (source.size() != destination.size()) {
      throw c.wrong("destination", "expected as many as source=" + source);
    }
    return (g, x) -> {
      Shape s = x.shape();
      List<Integer> order = new ArrayList<>(IntStream.range(0, s.rank()).boxed().toList());
      order.removeAll(source.stream().map(a -> axis(a, s)).toList());
      if (order.size() != s.rank() - source.size()) {
        throw new ShapeException("source=" + source + " names an axis twice");
      }
      TreeSet<Integer> places = new TreeSet<>();
      destination.forEach(a -> places.add(axis(a, s)));
      if (places.size() != source.size()) {
        throw new ShapeException("destination=" + destination + " names an axis twice");
      }
      for (int place : places) {
        int i = destination.stream().map(a -> axis(a, s)).toList().indexOf(place);
        order.add(place, axis(source.get(i), s));
      }
      return g.op(new Transpose(order), x);
    };
  }

  private static int axis(int axis, Shape x) {
    return Axes.resolved(List.of(axis), x).get(0);
  }

  private static OperationKind.Single tile(Config c) {
    List<Integer> repeats = c.ints("repeats", 0);
    if (repeats.stream().anyMatch(r -> r < 1)) {
      throw c.wrong("repeats", "expected 1 or more");
    }
    return (g, x) -> {
      int lacking = x.shape().rank() - repeats.size();
      if (lacking < 0 || (lacking == 0 && repeats.get(0) != 1)) {
        throw new ShapeException(
            "repeats="
                + repeats
                + " of input of shape "
                + x.shape()
                + ": expected at most one per axis, 1 of the batch");
      }
      Value y = x;
      for (int i = 0; i < repeats.size(); i++) {
        int n = repeats.get(i);
        y = n == 1 ? y : g.ops(new Concat(lacking + i, n), Collections.nCopies(n, y)).get(0);
      }
      return y;
    };
  }

  private static OperationKind.Single repeat(Config c) {
    List<Integer> repeats = c.ints("repeats", 0);
    if (repeats.size() != 1 || repeats.get(0) < 1) {
      throw c.wrong("repeats", "expected one number, 1 or more");
    }
    if (c.get("axis") == null) {
      throw c.wrong("axis", "which joins the samples of a batch; expected an axis other than 0");
    }
    int axis = c.integer("axis");
    return (g, x) -> {
      int[] times = new int[x.shape().rank()];
      times[axis(axis, x.shape())] = repeats.get(0);
      return Axes.repeated(g, x, times);
    };
  }

  private static List<Value> stack(Lowering g, List<Value> inputs, int axis) {
    Shape first = inputs.get(0).shape();
    int at = axis(axis, Shape.of(new long[first.rank() + 1]));
    List<Value> parts = new ArrayList<>();
    for (Value x : inputs) {
      if (x.shape().rank() != first.rank()) {
        throw new ShapeException(
            "inputs of shapes " + first + " and " + x.shape() + ", expected equal ones");
      }
      List<Long> dims = dims(x.shape());
      dims.add(at, 1L);
      parts.add(g.reshape(x, shape(dims)));
    }
    return g.ops(new Concat(at, parts.size()), parts);
  }

  private static List<Long> dims(Shape x) {
    return new ArrayList<>(Arrays.stream(x.dims()).boxed().toList());
  }

  private static Shape shape(List<Long> dims) {
    return Shape.of(dims.stream().mapToLong(d -> d).toArray());
  }
}
