package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.onednn.NativeKernels.Kernel;
import convlstm4j.backend.onednn.Structs.StandardizeBackward;
import convlstm4j.backend.onednn.Structs.StandardizeForward;
import convlstm4j.op.Standardize;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@link Standardize} in C++; oneDNN's primitives know a mean along the last axis, or groups of
 * channels that lie first, only. Reserve: mean and inverse deviation of each group, in double.
 */
final class NativeStandardizePlan extends OneDnnPlan<Standardize> {
  private static final int FLOATS = Double.BYTES / Float.BYTES;

  private final NativeKernels kernels;
  private final Struct<StandardizeForward> forward = new Struct<>(StandardizeForward.class);
  private final Struct<StandardizeBackward> backward = new Struct<>(StandardizeBackward.class);
  private final boolean keep;
  private final long statisticsAt;
  private final long scratchAt;

  /**
   * An array as the kernel sees it: slices, each of rows of columns.
   *
   * @param groups how many of a slice, of neighbouring columns
   * @param byColumn whether gamma and beta have a number for each column, else for each row
   * @param period slices after which weights of rows come again
   */
  record Slices(long slices, long rows, long columns, long groups, boolean byColumn, long period) {}

  /** Neighbouring axes of one kind. */
  private record Axis(long size, boolean reduced, boolean weighted) {}

  NativeStandardizePlan(
      NativeKernels kernels, Slices of, Standardize op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    this.kernels = kernels;
    this.keep = mode == Mode.TRAINING;
    Struct<Structs.Standardize> layer =
        new Struct<>(Structs.Standardize.class)
            .set(Structs.Standardize.SLICES, of.slices)
            .set(Structs.Standardize.ROWS, of.rows)
            .set(Structs.Standardize.COLUMNS, of.columns)
            .set(Structs.Standardize.GROUPS, of.groups)
            .set(Structs.Standardize.BY_COLUMN, of.byColumn ? 1 : 0)
            .set(Structs.Standardize.PERIOD, of.period)
            .set(Structs.Standardize.EPSILON, op.epsilon());
    forward.set(StandardizeForward.LAYER, layer);
    backward.set(StandardizeBackward.LAYER, layer);
    statisticsAt = (keep ? reserve : workspace).take(2 * FLOATS * of.slices * of.groups);
    scratchAt = workspace.take(FLOATS * kernels.run(Kernel.STANDARDIZE_DOUBLES, layer));
  }

  /**
   * An array as the kernel sees it.
   *
   * @return empty where axes alternate so that it does not
   */
  static Optional<Slices> slices(Standardize op, Shape x) {
    boolean weights = op.center() || op.scale();
    List<Axis> axes = new ArrayList<>();
    for (int d = 0; d < x.rank(); d++) {
      if (x.dim(d) != 1) {
        boolean weighted = weights && op.weighted().contains(d);
        add(axes, new Axis(x.dim(d), op.axes().contains(d), weighted));
      }
    }
    long slices = 1;
    long period = 1;
    while (!axes.isEmpty() && !axes.get(0).reduced) {
      Axis a = axes.remove(0);
      slices *= a.size;
      if (a.weighted) {
        period *= a.size;
      } else if (period > 1) {
        return Optional.empty(); // behind a weighted axis
      }
    }
    Axis none = new Axis(1, true, false);
    Axis rows = axes.size() > 1 ? axes.remove(0) : none;
    Axis columns = axes.isEmpty() ? none : axes.get(0);
    long groups = columns.reduced ? 1 : columns.size;
    if (axes.size() == 2) { // groups of neighbouring columns
      Axis inside = axes.get(1);
      if (columns.reduced || !inside.reduced || columns.weighted != inside.weighted) {
        return Optional.empty();
      }
      columns = new Axis(columns.size * inside.size, false, columns.weighted);
    }
    // A single weight is one of all slices, as those are of which each slice has one.
    boolean byRow = period > 1 || rows.weighted || (weights && !columns.weighted);
    boolean betweenWeights = byRow && rows.size > 1 && !rows.weighted;
    if (axes.size() > 2 || betweenWeights || (byRow && columns.weighted)) {
      return Optional.empty();
    }
    return Optional.of(new Slices(slices, rows.size, columns.size, groups, !byRow, period));
  }

  private static void add(List<Axis> axes, Axis next) {
    Axis last = axes.isEmpty() ? null : axes.get(axes.size() - 1);
    if (last != null && last.reduced == next.reduced && last.weighted == next.weighted) {
      axes.set(axes.size() - 1, new Axis(last.size * next.size, last.reduced, last.weighted));
    } else {
      axes.add(next);
    }
  }

  @Override
  public String algorithm() {
    return "C++ (" + kernels.name() + ")";
  }

  private static long address(@Nullable NativeBuffer b) {
    return b == null ? 0 : b.address();
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer space = memory(call.workspace());
    NativeBuffer kept = keep ? memory(call.reserve()) : space;
    forward
        .set(StandardizeForward.X, input(call.inputs(), "x").address())
        .set(StandardizeForward.GAMMA, address(optional(call.inputs(), "gamma")))
        .set(StandardizeForward.BETA, address(optional(call.inputs(), "beta")))
        .set(StandardizeForward.Y, output(call.outputs(), "y").address())
        .set(StandardizeForward.STATISTICS, kept.address(statisticsAt))
        .set(StandardizeForward.SCRATCH, space.address(scratchAt));
    kernels.run(Kernel.STANDARDIZE_FORWARD, forward);
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x");
  }

  @Override
  protected void addGradients(Backward call) {
    backward
        .set(StandardizeBackward.X, input(call.inputs(), "x").address())
        .set(StandardizeBackward.GAMMA, address(optional(call.inputs(), "gamma")))
        .set(StandardizeBackward.DY, output(call.outputGradients(), "y").address())
        .set(StandardizeBackward.STATISTICS, memory(call.reserve()).address(statisticsAt))
        .set(StandardizeBackward.DX, address(wanted(call.inputGradients(), "x")))
        .set(StandardizeBackward.DGAMMA, address(optional(call.inputGradients(), "gamma")))
        .set(StandardizeBackward.DBETA, address(optional(call.inputGradients(), "beta")))
        .set(StandardizeBackward.ADDS, isWritten(call, "x") ? 0 : 1)
        .set(StandardizeBackward.SCRATCH, memory(call.workspace()).address(scratchAt));
    kernels.run(Kernel.STANDARDIZE_BACKWARD, backward);
  }
}
