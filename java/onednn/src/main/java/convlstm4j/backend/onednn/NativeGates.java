package convlstm4j.backend.onednn;

import java.util.List;

/** {@link GatePass} in C++. Samples whose step is masked are skipped in Java. */
final class NativeGates implements GatePass {
  private final NativeKernels kernels;
  private final JavaGates skipping = new JavaGates();

  NativeGates(NativeKernels kernels) {
    this.kernels = kernels;
  }

  /** The native gates where they are there and know the activations, else those in Java. */
  static GatePass choose(NativeKernels kernels, Cell cell) {
    boolean known =
        NativeKernels.code(cell.activation()) >= 0
            && NativeKernels.code(cell.recurrentActivation()) >= 0;
    return kernels != null && known ? new NativeGates(kernels) : new JavaGates();
  }

  @Override
  public String name() {
    return "gates in C++ (" + kernels.name() + ")";
  }

  static NativeKernels.Cell cell(Cell c, int samples, List<At> peepholes) {
    return new NativeKernels.Cell(
        samples,
        c.pixels(),
        c.filters(),
        c.activation(),
        c.recurrentActivation(),
        address(peepholes, 0),
        address(peepholes, 1),
        address(peepholes, 2));
  }

  private static long address(List<At> places, int which) {
    return places == null ? 0 : places.get(which).address();
  }

  private static long address(At place, long offset) {
    return place == null ? 0 : place.plus(offset).address();
  }

  private static boolean allCount(List<Output> masked) {
    return masked == null || masked.stream().allMatch(m -> m == Output.COUNTS);
  }

  @Override
  public void forward(Cell cell, Forward s) {
    if (allCount(s.masked())) {
      forward(cell, s, 0, cell.samples());
      return;
    }
    for (int n = 0; n < cell.samples(); n++) {
      if (s.masked().get(n) == Output.COUNTS) {
        forward(cell, s, n, 1);
      } else {
        skipping.skip(cell, s, n);
      }
    }
  }

  private void forward(Cell cell, Forward s, int first, int samples) {
    long at = first * cell.state();
    kernels.gatesForward(
        cell(cell, samples, s.peepholes()),
        address(s.gates(), 4 * at),
        s.keep(),
        address(s.cBefore(), at),
        address(s.cAfter(), at),
        address(s.hAfter(), at),
        address(s.output(), first * s.outputStride()),
        s.outputStride());
  }

  @Override
  public void backward(Cell cell, Backward s) {
    if (allCount(s.masked())) {
      backward(cell, s, 0, cell.samples());
      return;
    }
    for (int n = 0; n < cell.samples(); n++) {
      if (s.masked().get(n) == Output.COUNTS) {
        backward(cell, s, n, 1);
      } else {
        skipping.skip(cell, s, n);
      }
    }
  }

  private void backward(Cell cell, Backward s, int first, int samples) {
    long at = first * cell.state();
    kernels.gatesBackward(
        cell(cell, samples, s.peepholes()),
        address(s.gates(), 4 * at),
        address(s.cBefore(), at),
        address(s.cAfter(), at),
        address(s.dOutput(), first * s.outputStride()),
        s.outputStride(),
        address(s.dh(), at),
        address(s.dc(), at),
        address(s.dPeepholes(), 0),
        address(s.dPeepholes(), 1),
        address(s.dPeepholes(), 2));
  }
}
