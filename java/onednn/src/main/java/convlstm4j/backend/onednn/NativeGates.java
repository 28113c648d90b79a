package convlstm4j.backend.onednn;

import convlstm4j.backend.onednn.NativeKernels.Kernel;
import convlstm4j.backend.onednn.Structs.GatesBackward;
import convlstm4j.backend.onednn.Structs.GatesForward;
import convlstm4j.op.GateOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link GatePass} in C++. Samples whose step is masked are skipped in Java. */
final class NativeGates implements GatePass {
  private final NativeKernels kernels;
  private final JavaGates skipping = new JavaGates();
  private final Struct<Structs.Cell> shared = new Struct<>(Structs.Cell.class);
  private final Struct<GatesForward> forward = new Struct<>(GatesForward.class);
  private final Struct<GatesBackward> backward = new Struct<>(GatesBackward.class);

  NativeGates(NativeKernels kernels) {
    this.kernels = kernels;
    forward.set(GatesForward.CELL, shared);
    backward.set(GatesBackward.CELL, shared);
  }

  /** The native gates where they are there, else those in Java. */
  static GatePass choose(@Nullable NativeKernels kernels) {
    return kernels != null ? new NativeGates(kernels) : new JavaGates();
  }

  @Override
  public String name() {
    return "gates in C++ (" + kernels.name() + ")";
  }

  /** Fills in what some samples' steps share. */
  static void fill(Struct<Structs.Cell> target, Cell c, int samples, @Nullable List<At> peepholes) {
    target
        .set(Structs.Cell.SAMPLES, samples)
        .set(Structs.Cell.PIXELS, c.pixels())
        .set(Structs.Cell.FILTERS, c.filters())
        .set(Structs.Cell.ACTIVATION, NativeKernels.code(c.activation()))
        .set(Structs.Cell.RECURRENT, NativeKernels.code(c.recurrentActivation()))
        .set(Structs.Cell.ALPHA, c.activation().alpha())
        .set(Structs.Cell.RECURRENT_ALPHA, c.recurrentActivation().alpha())
        .set(Structs.Cell.KEEPS_PRE, c.keepsPre() ? 1 : 0)
        .set(Structs.Cell.WCI, address(peepholes, 0))
        .set(Structs.Cell.WCF, address(peepholes, 1))
        .set(Structs.Cell.WCO, address(peepholes, 2));
  }

  private static long address(@Nullable List<At> places, int which) {
    return places == null ? 0 : places.get(which).address();
  }

  private static long address(@Nullable At place, long offset) {
    return place == null ? 0 : place.plus(offset).address();
  }

  private static boolean allCount(List<Output> masked) {
    return masked.stream().allMatch(m -> m == Output.COUNTS);
  }

  @Override
  public void forward(Cell cell, Forward s) {
    List<Output> masked = s.masked();
    if (masked == null || allCount(masked)) {
      forward(cell, s, 0, cell.samples());
      return;
    }
    for (int n = 0; n < cell.samples(); n++) {
      if (masked.get(n) == Output.COUNTS) {
        forward(cell, s, n, 1);
      } else {
        skipping.skip(cell, s, n);
      }
    }
  }

  private void forward(Cell cell, Forward s, int first, int samples) {
    long at = first * cell.state();
    fill(shared, cell, samples, s.peepholes());
    forward
        .set(GatesForward.GATES, address(s.gates(), GateOrder.COUNT * at))
        .set(GatesForward.KEEP, s.keep() ? 1 : 0)
        .set(GatesForward.C_BEFORE, address(s.cBefore(), at))
        .set(GatesForward.C_AFTER, address(s.cAfter(), at))
        .set(GatesForward.H, address(s.hAfter(), at))
        .set(GatesForward.OUTPUT, address(s.output(), first * s.outputStride()))
        .set(GatesForward.OUTPUT_STRIDE, s.outputStride());
    kernels.run(Kernel.GATES_FORWARD, forward);
  }

  @Override
  public void backward(Cell cell, Backward s) {
    List<Output> masked = s.masked();
    if (masked == null || allCount(masked)) {
      backward(cell, s, 0, cell.samples());
      return;
    }
    for (int n = 0; n < cell.samples(); n++) {
      if (masked.get(n) == Output.COUNTS) {
        backward(cell, s, n, 1);
      } else {
        skipping.skip(cell, s, n);
      }
    }
  }

  private void backward(Cell cell, Backward s, int first, int samples) {
    long at = first * cell.state();
    fill(shared, cell, samples, s.peepholes());
    backward
        .set(GatesBackward.GATES, address(s.gates(), GateOrder.COUNT * at))
        .set(GatesBackward.C_BEFORE, address(s.cBefore(), at))
        .set(GatesBackward.C_AFTER, address(s.cAfter(), at))
        .set(GatesBackward.D_OUTPUT, address(s.dOutput(), first * s.outputStride()))
        .set(GatesBackward.OUTPUT_STRIDE, s.outputStride())
        .set(GatesBackward.DH, address(s.dh(), at))
        .set(GatesBackward.DC, address(s.dc(), at))
        .set(GatesBackward.D_WCI, address(s.dPeepholes(), 0))
        .set(GatesBackward.D_WCF, address(s.dPeepholes(), 1))
        .set(GatesBackward.D_WCO, address(s.dPeepholes(), 2));
    kernels.run(Kernel.GATES_BACKWARD, backward);
  }
}
