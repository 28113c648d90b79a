package convlstm4j.contract;

import convlstm4j.op.Activate;
import convlstm4j.op.AdamUpdate;
import convlstm4j.op.Affine;
import convlstm4j.op.Assign;
import convlstm4j.op.BatchNorm;
import convlstm4j.op.ClipGradients;
import convlstm4j.op.Concat;
import convlstm4j.op.Conv;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Drop;
import convlstm4j.op.GlobalAveragePool;
import convlstm4j.op.Merge;
import convlstm4j.op.Op;
import convlstm4j.op.Penalty;
import convlstm4j.op.Pool;
import convlstm4j.op.Reverse;
import convlstm4j.op.RmspropUpdate;
import convlstm4j.op.SgdUpdate;
import convlstm4j.op.Transpose;
import convlstm4j.op.WeightedLoss;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Sizes just below, exactly at and just above what loops take at once: 4 floats, warps of 32, tiles
 * of 32 x 32, blocks of 256 threads, sums of 4096 terms, tables of 64 arrays, and the 8192 threads
 * that the simulated GPU starts at most, from where on a thread goes round a second time.
 */
final class SizeCases {
  /** Elements of arrays, of which a thread takes one or four. */
  private static final long[] ELEMENTS = {
    1, 3, 4, 5, 255, 256, 257, 1023, 1024, 1025, 8191, 8192, 8193, 32767, 32768, 32769
  };

  /** Terms of long sums; the last two, as many and more chunks than a block has threads. */
  private static final long[] TERMS = {
    1, 255, 256, 257, 4095, 4096, 4097, 8192, 131_072, 131_073, 1_048_576, 1_048_577
  };

  /** Sides of matrices to be transposed. */
  private static final long[] SIDES = {7, 8, 31, 32, 33, 64, 192};

  /** Lengths of rows, which a thread or a warp takes. */
  private static final long[] ROWS = {1, 2, 7, 8, 9, 31, 32, 33, 64, 65};

  private SizeCases() {}

  private static Tensor normal(Philox random, long... dims) {
    return OpCase.normal(Shape.of(dims), 1, random);
  }

  private static OpCase sized(String what, Op op, List<Tensor> in, long terms) {
    String sizes = Arrays.toString(in.stream().map(Tensor::shape).distinct().toArray());
    return OpCase.of(what + " of " + sizes, op, in, Math.max(2, terms), Math.max(2, terms))
        .withZeros()
        .notSmooth();
  }

  /** Every kind with its cases of {@link OpCases} and these. */
  static List<OpCase> of(Class<? extends Op> kind, Philox random) {
    List<OpCase> cases = new ArrayList<>();
    Philox r = random.stream(90, 0);
    if (kind == Activate.class) {
      activate(cases, r);
    } else if (kind == Drop.class) {
      drop(cases, r);
    } else if (kind == Penalty.class) {
      for (long n : TERMS) {
        cases.add(sized("terms", new Penalty(0.01, 0.02, false), List.of(normal(r, n)), n));
      }
    } else if (kind == Merge.class) {
      merge(cases, r);
    } else if (kind == Concat.class || kind == Reverse.class || kind == Transpose.class) {
      moves(cases, kind, r);
    } else if (kind == WeightedLoss.class) {
      losses(cases, r);
    } else if (kind == ConvLstm2d.class) {
      cases.addAll(ConvLstm2dSizes.all(r));
    } else if (kind == Affine.class) {
      for (long rows : new long[] {255, 256, 257, 8191, 8192, 8193}) {
        affine(cases, r, rows);
      }
    } else if (kind == Conv.class) {
      for (int filters : new int[] {1, 2}) {
        long[] sizes = {1, 255, 256, 257, 8191, 8192, 8193, 16_384, 16_385};
        for (long pixels : Sweep.some(2, filters, sizes)) {
          conv(cases, r, filters, pixels);
        }
      }
    } else if (kind == Pool.class) {
      int turn = 0;
      for (Pool.Mode mode : Pool.Mode.values()) {
        long[] sizes = {254, 256, 258, 8190, 8192, 8194, 16_384, 16_388};
        for (long n : Sweep.some(2, turn++, sizes)) {
          Window w = window(DataFormat.CHANNELS_LAST, 1, 2, 2);
          cases.add(sized(mode + "", new Pool(mode, w), List.of(normal(r, 1, 1, n, 1)), 2));
        }
      }
    } else if (kind == GlobalAveragePool.class) {
      groups(cases, r, false);
    } else if (kind == BatchNorm.class) {
      groups(cases, r, true);
    } else {
      updates(cases, kind, r);
    }
    return cases;
  }

  private static void activate(List<OpCase> cases, Philox r) {
    int turn = 0;
    for (Activation.Kind kind : Activation.Kind.values()) {
      boolean alpha = kind == Activation.Kind.ELU || kind == Activation.Kind.LEAKY_RELU;
      Op op = new Activate(new Activation(kind, alpha ? 0.3 : 0));
      if (kind != Activation.Kind.SOFTMAX) {
        for (long n : Sweep.some(4, turn++, ELEMENTS)) {
          cases.add(sized(kind + "", op, List.of(normal(r.stream(1, (int) n), n)), 1));
        }
        continue;
      }
      for (long k : ROWS) {
        for (long rows : rows(k)) {
          cases.add(sized(kind + "", op, List.of(normal(r, rows, k)), k));
        }
      }
    }
  }

  /** So many rows that the last thread has one, or none, or a second. */
  private static long[] rows(long length) {
    return switch ((int) length) {
      case 2 -> new long[] {8191, 8192, 8193};
      case 9 -> new long[] {255, 256, 257};
      default -> new long[] {33};
    };
  }

  private static void drop(List<OpCase> cases, Philox r) {
    for (long n : ELEMENTS) {
      cases.add(sized("own", new Drop(0.3, List.of()), List.of(normal(r, n)), 1));
    }
    for (long n : new long[] {127, 128, 129, 4095, 4096, 4097, 8192}) {
      Shape inner = Shape.of(n, 2);
      Shape outer = Shape.of(2, n);
      cases.add(
          sized("shared", new Drop(0.3, List.of(n, 1L)), List.of(normal(r, inner.dims())), 1));
      cases.add(
          sized("shared", new Drop(0.3, List.of(1L, n)), List.of(normal(r, outer.dims())), 1));
    }
    cases.add(sized("shared", new Drop(0.3, List.of(1L, 1L)), List.of(normal(r, 3, 5)), 1));
    List<Long> alternating = List.of(2L, 1L, 3L, 1L, 2L, 1L, 3L, 1L);
    cases.add(
        sized("axes", new Drop(0.3, alternating), List.of(normal(r, 2, 3, 3, 2, 2, 3, 3, 2)), 1));
    List<Long> others = List.of(1L, 3L, 1L, 2L, 1L, 3L, 1L, 2L);
    cases.add(sized("axes", new Drop(0.3, others), List.of(normal(r, 2, 3, 3, 2, 2, 3, 3, 2)), 1));
  }

  private static void merge(List<OpCase> cases, Philox r) {
    int turn = 0;
    for (Merge.Mode mode : Merge.Mode.values()) {
      for (long n : Sweep.some(4, turn++, ELEMENTS)) {
        List<Tensor> in = List.of(normal(r.stream(1, 0), n), normal(r.stream(1, 1), n));
        cases.add(sized(mode + "", new Merge(mode, 2), in, 2));
      }
      for (int count : new int[] {63, 64}) {
        List<Tensor> in = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          in.add(OpCase.uniform(Shape.of(5), 0.9, 1.1, r.stream(2, i)));
        }
        cases.add(sized(mode + " " + count, new Merge(mode, count), in, count));
      }
    }
  }

  private static void moves(List<OpCase> cases, Class<? extends Op> kind, Philox r) {
    if (kind == Transpose.class) {
      for (long rows : SIDES) {
        for (long columns : Sweep.some(3, (int) rows, SIDES)) {
          Op op = new Transpose(List.of(1, 0));
          cases.add(sized("sides", op, List.of(normal(r, rows, columns)), 1));
        }
      }
      Op op = new Transpose(List.of(0, 2, 1));
      cases.add(sized("batch", op, List.of(normal(r, 5, 33, 65)), 1));
      for (long n : new long[] {127, 128, 129, 4095, 4096, 4097, 8192}) {
        cases.add(sized("short", op, List.of(normal(r, n, 2, 2)), 1));
      }
    } else if (kind == Reverse.class) {
      for (long n : ELEMENTS) {
        cases.add(sized("elements", new Reverse(0), List.of(normal(r, n)), 1));
        cases.add(sized("packs", new Reverse(0), List.of(normal(r, n, 4)), 1));
      }
    } else {
      for (long n : ELEMENTS) {
        List<Tensor> in = List.of(normal(r.stream(3, 0), 2, n), normal(r.stream(3, 1), 2, 3));
        cases.add(sized("elements", new Concat(1, 2), in, 1));
        List<Tensor> packs =
            List.of(normal(r.stream(4, 0), 2, 4 * n), normal(r.stream(4, 1), 2, 8));
        cases.add(sized("packs", new Concat(1, 2), packs, 1));
      }
    }
  }

  private static void losses(List<OpCase> cases, Philox r) {
    int turn = 0;
    for (WeightedLoss.Kind kind : WeightedLoss.Kind.values()) {
      boolean sparse = kind == WeightedLoss.Kind.SPARSE_CATEGORICAL_CROSSENTROPY;
      boolean rowwise = sparse || kind == WeightedLoss.Kind.CATEGORICAL_CROSSENTROPY;
      boolean both = rowwise || kind == WeightedLoss.Kind.BINARY_CROSSENTROPY;
      for (boolean logits : both ? new boolean[] {false, true} : new boolean[] {false}) {
        Op op = new WeightedLoss(kind, logits, 0.6, 0);
        turn++;
        if (rowwise) {
          for (long k : ROWS) {
            for (long rows : Sweep.some(k == 2 ? 3 : 1, turn, rows(k))) {
              cases.add(loss(op, sparse, rows, k, r));
            }
          }
          // Chunks of 128 positions, as many as blocks, and more.
          for (long rows : Sweep.some(3, turn, 127, 128, 129, 4095, 4096, 4097, 4224)) {
            cases.add(loss(op, sparse, rows, 3, r));
          }
          for (long rows : Sweep.some(4, turn, 4096, 4097)) {
            cases.add(loss(op, sparse, rows, 9, r));
          }
        } else {
          long[] sizes = {255, 257, 4095, 4096, 4097, 8192, 131_072, 135_169};
          for (long n : Sweep.some(4, turn, sizes)) {
            cases.add(loss(op, sparse, n, 1, r));
          }
          cases.add(loss(op, sparse, 2048, 2, r));
        }
      }
    }
  }

  private static OpCase loss(Op op, boolean sparse, long rows, long k, Philox r) {
    Tensor prediction = OpCase.uniform(Shape.of(rows, k), 0.05, 0.95, r.stream(5, 0));
    Tensor target = OpCase.uniform(Shape.of(rows, sparse ? 1 : k), 0, 1, r.stream(5, 1));
    for (int i = 0; sparse && i < target.size(); i++) {
      target.set(i, Math.floor(target.get(i) * k * 0.999));
    }
    Tensor weight = OpCase.uniform(Shape.of(rows), 0.5, 2, r.stream(5, 2));
    return sized(op + "", op, List.of(prediction, target, weight), rows * k);
  }

  private static void affine(List<OpCase> cases, Philox r, long rows) {
    List<Tensor> in = List.of(normal(r, rows, 2), normal(r, 2, 3), normal(r, 3));
    cases.add(sized("rows", new Affine(3, true), in, rows));
  }

  private static Window window(DataFormat format, int a, int b, int stride) {
    return new Window(List.of(a, b), List.of(1, stride), List.of(1, 1), Padding.SAME, format);
  }

  private static void conv(List<OpCase> cases, Philox r, int filters, long pixels) {
    Window w = window(DataFormat.CHANNELS_FIRST, 1, 1, 1);
    List<Tensor> in =
        List.of(normal(r, 2, 1, 1, pixels), normal(r, 1, 1, 1, filters), normal(r, filters));
    cases.add(sized("bias", new Conv(filters, w, true), in, 2 * pixels));
  }

  /** Sums over groups: along rows, along columns, both. */
  private static void groups(List<OpCase> cases, Philox r, boolean norm) {
    long[] members = {255, 256, 257, 2047, 2048, 2049, 16_383, 16_384, 16_385, 40_961};
    for (long n : members) {
      cases.add(group(Shape.of(2, 1, 1, n), norm, DataFormat.CHANNELS_FIRST, r, n));
    }
    for (long channels : new long[] {3, 4, 5, 255, 256, 257}) {
      for (long n : Sweep.some(3, (int) channels, 1, 7, 8, 9, 64, 65)) {
        cases.add(group(Shape.of(2, 1, n, channels), norm, DataFormat.CHANNELS_LAST, r, n));
      }
    }
    cases.add(group(Shape.of(1, 1, 8192, 4), norm, DataFormat.CHANNELS_LAST, r, 8192));
    cases.add(group(Shape.of(1, 1, 8193, 4), norm, DataFormat.CHANNELS_LAST, r, 8193));
    cases.add(group(Shape.of(33, 2, 1, 8), norm, DataFormat.CHANNELS_FIRST, r, 8));
    if (!norm) { // more groups than threads; of a normalisation each takes a block, which is slow
      // to simulate
      cases.add(group(Shape.of(1, 8193, 1, 2), norm, DataFormat.CHANNELS_FIRST, r, 2));
    }
  }

  private static OpCase group(Shape x, boolean norm, DataFormat format, Philox r, long n) {
    Tensor values = OpCase.normal(x, 1, r);
    if (!norm) {
      return sized("groups", new GlobalAveragePool(format, 2, false), List.of(values), n);
    }
    int axis = format == DataFormat.CHANNELS_FIRST ? 1 : 3;
    Op op = new BatchNorm(List.of(axis), 0.9, 1e-3, true, true, true, false);
    Shape p = Shape.of(x.dim(axis));
    List<Tensor> in = new ArrayList<>(List.of(values));
    for (String name : op.inputNames().subList(1, op.inputNames().size())) {
      in.add(OpCase.uniform(p, 0.5, 2, r.stream(6, name.length())));
    }
    return sized("groups", op, in, n * x.dim(0));
  }

  private static void updates(List<OpCase> cases, Class<? extends Op> kind, Philox r) {
    // A chunk of 4096 less and more one, packs that are not whole; more chunks than blocks.
    List<Long> sizes = List.of(4095L, 1L, 4096L, 3L, 4L, 4097L, 8192L);
    for (List<Long> s : List.of(sizes, List.of(5L, 131_072L))) {
      int n = s.size();
      if (kind == ClipGradients.class) {
        for (ClipGradients.Mode mode : ClipGradients.Mode.values()) {
          clip(cases, mode, s, r);
        }
      } else if (kind == SgdUpdate.class) {
        update(cases, new SgdUpdate(0, false, 0.1, n), s, r);
        update(cases, new SgdUpdate(0.9, false, 0, n), s, r);
        update(cases, new SgdUpdate(0.9, true, 0.1, n), s, r);
      } else if (kind == AdamUpdate.class) {
        update(cases, new AdamUpdate(0.9, 0.999, 1e-7, 0.1, n), s, r);
      } else if (kind == RmspropUpdate.class) {
        for (boolean centered : new boolean[] {false, true}) {
          update(cases, new RmspropUpdate(0.9, 0, 1e-3, centered, 0.1, n), s, r);
          update(cases, new RmspropUpdate(0.9, 0.7, 1e-3, centered, 0, n), s, r);
        }
      } else if (kind == Assign.class) {
        update(cases, new Assign(n), s, r);
      }
    }
    for (int count : new int[] {63, 64, 65}) {
      List<Long> ones = Collections.nCopies(count, 2L);
      if (kind == Assign.class) {
        update(cases, new Assign(count), ones, r);
      } else if (kind == ClipGradients.class) {
        clip(cases, ClipGradients.Mode.NORM, ones, r);
        clip(cases, ClipGradients.Mode.GLOBAL_NORM, ones, r);
      }
    }
    if (kind == ClipGradients.class) {
      clip(cases, ClipGradients.Mode.GLOBAL_NORM, List.of(1_044_480L, 4097L), r);
    }
  }

  private static void clip(List<OpCase> cases, ClipGradients.Mode mode, List<Long> s, Philox r) {
    List<Tensor> in = new ArrayList<>();
    s.forEach(n -> in.add(normal(r.stream(7, in.size()), n)));
    Op op = new ClipGradients(mode, 0.3, s.size());
    cases.add(sized(mode + " " + s.size(), op, in, s.stream().mapToLong(n -> n).sum()));
  }

  private static void update(List<OpCase> cases, Op op, List<Long> sizes, Philox r) {
    List<Tensor> in = new ArrayList<>();
    for (String name : op.inputNames()) {
      Philox own = r.stream(8, in.size());
      if (name.equals("guard")) {
        in.add(Tensor.of(new double[] {1}, 1));
      } else if (name.equals("rate")) {
        in.add(OpCase.uniform(Shape.of(op instanceof AdamUpdate ? 2 : 1), 0.01, 0.1, own));
      } else {
        Shape w = Shape.of(sizes.get((in.size() - op.input("w0")) % sizes.size()));
        in.add(
            switch (name.charAt(0)) {
              case 'v' -> OpCase.uniform(w, 0.5, 2, own);
              case 'a' -> OpCase.uniform(w, -0.5, 0.5, own);
              default -> OpCase.normal(w, 1, own);
            });
      }
    }
    cases.add(sized(op + "", op, in, 4));
  }
}
