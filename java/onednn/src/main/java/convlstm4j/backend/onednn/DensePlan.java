package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.op.Dense;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;

/**
 * {@link Dense}: oneDNN's matmul on the layouts as they are, over the rows r: all axes but the
 * last.
 */
final class DensePlan extends OneDnnPlan<Dense> {
  /** Fewer rows than this are one block. */
  private static final int LEAST_BLOCK = 64;

  private final int units;
  private final Prim forward;
  private final Prim backwardInput;
  private final List<Rows> weightBlocks;
  private final Groups columns;

  /** Rows that the gradient of the weights takes at once. */
  private record Rows(long from, Prim product) {}

  DensePlan(Dnnl engine, Dense op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    long channels = inputs.get(0).dim(-1);
    long rows = inputs.get(0).without(-1).elements();
    this.units = op.units();
    long scratch;
    try (memory.desc x = matrix(rows, channels, false);
        memory.desc w = matrix(channels, units, false);
        memory.desc y = matrix(rows, units, false);
        memory.desc b = op.useBias() ? matrix(1, units, false) : null;
        memory.desc wt = matrix(units, channels, true)) {
      this.forward = own(product(engine, x, w, b, y, false));
      scratch = forward.scratchBytes();
      if (mode == Mode.TRAINING) {
        this.backwardInput = own(product(engine, y, wt, null, x, true));
        this.weightBlocks = weightBlocks(engine, rows, channels);
        scratch = Math.max(scratch, backwardInput.scratchBytes());
        for (Rows block : weightBlocks) {
          scratch = Math.max(scratch, block.product().scratchBytes());
        }
      } else {
        this.backwardInput = null;
        this.weightBlocks = List.of();
      }
    }
    this.columns = new Groups(Shape.of(rows, units), List.of(1));
    workspace.takeBytes(scratch);
  }

  /**
   * Sums over all rows are sums of sums over blocks of about the square root of their number: the
   * rounding error of one long float32 sum would grow with it.
   */
  private List<Rows> weightBlocks(Dnnl engine, long rows, long channels) {
    long size = Math.min(rows, Math.max(LEAST_BLOCK, (long) Math.sqrt((double) rows)));
    List<Rows> blocks = new ArrayList<>();
    Prim whole = null;
    for (long from = 0; from < rows; from += size) {
      long n = Math.min(size, rows - from);
      Prim p = n == size && whole != null ? whole : weightProduct(engine, n, channels);
      whole = n == size ? p : whole;
      blocks.add(new Rows(from, p));
    }
    return blocks;
  }

  private Prim weightProduct(Dnnl engine, long rows, long channels) {
    try (memory.desc xt = matrix(channels, rows, true);
        memory.desc y = matrix(rows, units, false);
        memory.desc w = matrix(channels, units, false)) {
      return own(product(engine, xt, y, null, w, true));
    }
  }

  /** A row-major matrix, or the transpose of one. */
  private static memory.desc matrix(long rows, long columns, boolean transposed) {
    return Dnnl.desc(
        new long[] {rows, columns}, transposed ? memory.format_tag.ba : memory.format_tag.ab);
  }

  private static Prim product(
      Dnnl engine, memory.desc a, memory.desc b, memory.desc bias, memory.desc c, boolean add) {
    try (primitive_attr attributes = Prim.attributes(add);
        matmul.primitive_desc desc =
            bias == null
                ? new matmul.primitive_desc(engine.engine(), a, b, c, attributes, false)
                : new matmul.primitive_desc(engine.engine(), a, b, bias, c, attributes, false)) {
      Prim p =
          new Prim(engine, new primitive(desc), desc)
              .argument(dnnl.DNNL_ARG_SRC, a)
              .argument(dnnl.DNNL_ARG_WEIGHTS, b)
              .argument(dnnl.DNNL_ARG_DST, c);
      return bias == null ? p : p.argument(dnnl.DNNL_ARG_BIAS, bias);
    }
  }

  @Override
  public String algorithm() {
    return "oneDNN matmul " + forward.implementation();
  }

  @Override
  public void forward(Forward call) {
    if (op.useBias()) {
      forward.bind(dnnl.DNNL_ARG_BIAS, input(call.inputs(), "b").address());
    }
    run(
        forward,
        at(call.inputs(), 0).address(),
        at(call.inputs(), 1).address(),
        at(call.outputs(), 0).address(),
        NativeBuffer.of(call.workspace()));
  }

  @Override
  public void backward(Backward call) {
    NativeBuffer x = at(call.inputs(), 0);
    NativeBuffer w = at(call.inputs(), 1);
    NativeBuffer dy = at(call.outputGradients(), 0);
    NativeBuffer dx = at(call.inputGradients(), 0);
    NativeBuffer dw = at(call.inputGradients(), 1);
    NativeBuffer db = input(call.inputGradients(), "b");
    NativeBuffer scratch = NativeBuffer.of(call.workspace());
    if (dx != null) {
      run(backwardInput, dy.address(), w.address(), dx.address(), scratch);
    }
    if (dw != null) {
      long channels = w.shape().dim(0);
      for (Rows b : weightBlocks) {
        long rowX = x.address(b.from() * channels);
        run(b.product(), rowX, dy.address(b.from() * units), dw.address(), scratch);
      }
    }
    if (db != null) {
      addColumnSums(dy, db);
    }
  }

  private static void run(Prim p, long a, long b, long c, NativeBuffer scratch) {
    if (p.scratchBytes() > 0) {
      p.scratch(scratch.address());
    }
    p.bind(dnnl.DNNL_ARG_SRC, a).bind(dnnl.DNNL_ARG_WEIGHTS, b).bind(dnnl.DNNL_ARG_DST, c).run();
  }

  private void addColumnSums(NativeBuffer dy, NativeBuffer db) {
    double[] sum =
        columns.sum(
            (sums, e, size, runs) -> {
              float[] v = Floats.read(dy, e, Floats.scratch(0), size);
              runs.each(
                  (at, n, group, step) -> {
                    for (int k = 0, g = group; k < n; k++, g += step) {
                      sums[g] += v[at + k];
                    }
                  });
            });
    float[] d = Floats.read(db, 0, new float[units], units);
    for (int u = 0; u < units; u++) {
      d[u] += (float) sum[u];
    }
    Floats.write(d, db, 0, units);
  }
}
