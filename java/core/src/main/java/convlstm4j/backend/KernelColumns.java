package convlstm4j.backend;

import convlstm4j.backend.Parts.View;
import convlstm4j.formula.Code;
import convlstm4j.formula.Formula;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some columns of a kernel {@code [K.., C, all]}, for a convolution that takes no others: those of
 * the kernel itself where they are all, else a copy in the workspace, with their gradient.
 */
final class KernelColumns {
  private static final Code COPY = Code.of(List.of(Formula.input(0)));
  private static final Code ZERO = Code.of(List.of(Formula.constant(0)));

  private final Parts parts;
  private final Shape shape;
  private final long first;
  private final long all;
  private final boolean copied;
  private final long copyAt;
  private final long gradientAt;

  /**
   * Takes memory for a copy where it needs one.
   *
   * @param parts the backend's
   * @param shape {@code [K.., C, columns]}
   * @param first number of the first column
   * @param all columns of the kernel
   * @param workspace memory of the plan
   * @param training whether there are gradients
   */
  KernelColumns(
      Parts parts, Shape shape, long first, long all, Layout workspace, boolean training) {
    this.parts = parts;
    this.shape = shape;
    this.first = first;
    this.all = all;
    copied = shape.dim(-1) < all;
    copyAt = copied ? workspace.take(shape.elements()) : 0;
    gradientAt = copied && training ? workspace.take(shape.elements()) : 0;
  }

  private void run(Code code, View from, View to, boolean add) {
    long columns = shape.dim(-1);
    Shape rows = Shape.of(1, shape.elements() / columns, columns);
    parts.run(code, rows, List.of(from), List.of(to), add);
  }

  /** Where they are in the kernel, and in a copy. */
  private View within(Buffer kernel) {
    return new View(kernel, first, 0, all, 1);
  }

  private View within(Buffer workspace, long at) {
    return new View(workspace, at, 0, shape.dim(-1), 1);
  }

  /** Makes the copy. */
  void pack(Buffer kernel, Buffer workspace) {
    if (copied) {
      run(COPY, within(kernel), within(workspace, copyAt), false);
    }
  }

  /** The columns, once packed. */
  Buffer of(Buffer kernel, Buffer workspace) {
    return copied ? parts.part(workspace, copyAt, shape) : kernel;
  }

  /** Sets the gradient of a copy to zero. */
  void clear(Buffer kernel, Buffer workspace) {
    if (copied) {
      run(ZERO, within(kernel), within(workspace, gradientAt), false);
    }
  }

  /** What gradients are added to; null if that of the kernel is. */
  @Nullable Buffer gradient(@Nullable Buffer kernelGradient, Buffer workspace) {
    return copied && kernelGradient != null
        ? parts.part(workspace, gradientAt, shape)
        : kernelGradient;
  }

  /** Adds the gradient of a copy to that of the kernel. */
  void add(@Nullable Buffer kernelGradient, Buffer workspace) {
    if (copied && kernelGradient != null) {
      run(COPY, within(workspace, gradientAt), within(kernelGradient), true);
    }
  }
}
