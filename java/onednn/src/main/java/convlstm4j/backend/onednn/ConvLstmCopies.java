package convlstm4j.backend.onednn;

import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.dnnl.memory;
import org.jspecify.annotations.Nullable;

/** Copies of a ConvLSTM's arrays between the user's layout and channels last. */
final class ConvLstmCopies implements AutoCloseable {
  private final @Nullable Prim xIn;
  private final @Nullable Prim xAdd;
  private final @Nullable Prim xOut;

  /** A state or its gradient, to channels last; back. */
  final Prim stateIn;

  final Prim stateOut;
  private final @Nullable Prim stateAdd;
  private final @Nullable Prim yOut;
  private final @Nullable Prim yIn;
  private final @Nullable Prim peepholeIn;
  private final @Nullable Prim peepholeAdd;

  private final List<Prim> all;

  ConvLstmCopies(Dnnl engine, ConvLstmShape d) {
    try (memory.desc x = dense(d.n, d.channels, d.imagePixels);
        memory.desc state = dense(d.n, d.filters, d.pixels);
        memory.desc peephole = dense(1, d.filters, d.pixels);
        memory.desc userX = user(d, d.n, d.channels, d.imagePixels, d.t * d.x);
        memory.desc userState = user(d, d.n, d.filters, d.pixels, d.s);
        memory.desc userY = user(d, d.n, d.filters, d.pixels, d.outputStride());
        memory.desc userPeephole = user(d, 1, d.filters, d.pixels, d.s)) {
      boolean peepholes = d.op.peephole();
      xIn = d.xInPlace ? null : Prim.reorder(engine, userX, x, false);
      xAdd = d.training ? Prim.reorder(engine, x, userX, true) : null;
      xOut = d.training ? Prim.reorder(engine, x, userX, false) : null;
      stateIn = Prim.reorder(engine, userState, state, false);
      stateOut = Prim.reorder(engine, state, userState, false);
      stateAdd = d.training ? Prim.reorder(engine, state, userState, true) : null;
      yOut = d.last ? null : Prim.reorder(engine, state, userY, false);
      yIn = d.last || !d.training ? null : Prim.reorder(engine, userY, state, false);
      peepholeIn = peepholes ? Prim.reorder(engine, userPeephole, peephole, false) : null;
      peepholeAdd =
          peepholes && d.training ? Prim.reorder(engine, peephole, userPeephole, true) : null;
    }
    all =
        Stream.of(xIn, xAdd, xOut, stateIn, stateOut, stateAdd, yOut, yIn, peepholeIn, peepholeAdd)
            .filter(Objects::nonNull)
            .toList();
  }

  private static Prim made(@Nullable Prim copy) {
    return Objects.requireNonNull(copy, "a copy that the layer was not planned to need");
  }

  /** One step of x, to channels last and dense, where it does not lie so. */
  Prim xIn() {
    return made(xIn);
  }

  /** In training, the gradient of one step of x back, added. */
  Prim xAdd() {
    return made(xAdd);
  }

  /** In training, the gradient of one step of x back. */
  Prim xOut() {
    return made(xOut);
  }

  /** In training, the gradient of a state back, added. */
  Prim stateAdd() {
    return made(stateAdd);
  }

  /** One step of y from channels last, where it does not lie so. */
  Prim yOut() {
    return made(yOut);
  }

  /** In training, one step of y's gradient to channels last, where it does not lie so. */
  Prim yIn() {
    return made(yIn);
  }

  /** A peephole to channels last. */
  Prim peepholeIn() {
    return made(peepholeIn);
  }

  /** In training, the gradient of a peephole back, added. */
  Prim peepholeAdd() {
    return made(peepholeAdd);
  }

  /** Channels last, samples one after the other; axes n, c, pixels. */
  private static memory.desc dense(long n, long c, long pixels) {
    return Dnnl.desc(new long[] {n, c, pixels}, new long[] {c * pixels, 1, c});
  }

  /** The user's format, samples {@code stride} apart. */
  private static memory.desc user(ConvLstmShape d, long n, long c, long pixels, long stride) {
    long[] dims = Shape.of(n, c, pixels).dims();
    return d.last
        ? Dnnl.desc(dims, new long[] {stride, 1, c})
        : Dnnl.desc(dims, new long[] {stride, pixels, 1});
  }

  /** Bytes of scratch memory that any of them needs. */
  long scratchBytes() {
    return all.stream().mapToLong(Prim::scratchBytes).max().orElse(0);
  }

  /** Says where the scratch memory of all of them is. */
  void scratch(long address) {
    all.forEach(p -> p.scratch(address));
  }

  @Override
  public void close() {
    all.forEach(Prim::close);
  }
}
