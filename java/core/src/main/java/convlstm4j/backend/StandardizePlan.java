package convlstm4j.backend;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.formula.Code;
import convlstm4j.formula.Formula;
import convlstm4j.op.BatchNorm;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Standardize;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@link Standardize} put together from a backend's own parts: its batch normalisation, without
 * gamma and beta, of the axes that are kept, and a formula for those. Backward normalises once
 * more. Workspace: the normalised x and its gradient; reserve: that of the batch normalisation.
 */
public final class StandardizePlan extends PlanFrame<Standardize, Buffer> {
  private static final Code ZERO = Code.of(List.of(Formula.constant(0)));

  private final Parts parts;

  /** Of x with an axis of size 1 in front, which is kept, so that there always is such an axis. */
  private final Plan norm;

  /** Gamma and beta; null without. */
  private final @Nullable Plan weights;

  private final List<Shape> normShapes;
  private final List<Shape> weightShapes = new ArrayList<>();
  private final long statisticsAt;
  private final long normalizedAt;
  private final long gradientAt;
  private final long scratchAt;
  private final long scratch;
  private final long kept;

  /**
   * A plan.
   *
   * @param parts the backend's
   * @param op what is computed
   * @param inputs shapes
   * @param mode for training or not
   */
  public StandardizePlan(Parts parts, Standardize op, List<Shape> inputs, Mode mode) {
    super(op, inputs, () -> new Layout(Float.BYTES, RecurrenceLayout.ALIGN, Float.BYTES));
    this.parts = parts;
    Shape x = in.get(0);
    List<Integer> axes = new ArrayList<>(List.of(0));
    op.kept(x.rank()).forEach(d -> axes.add(d + 1));
    BatchNorm plain = new BatchNorm(axes, 0, op.epsilon(), false, false, true, false);
    Shape p = plain.parameterShape(x.prepend(1));
    this.normShapes = List.of(x.prepend(1), p, p);
    this.norm = own(parts.plan(plain, normShapes, mode));
    this.weights = op.scale() || op.center() ? own(weights(x, mode)) : null;
    boolean training = mode == Mode.TRAINING;
    this.statisticsAt = workspace.take(2 * p.elements());
    this.normalizedAt = weights == null ? 0 : workspace.take(x.elements());
    this.gradientAt = weights == null || !training ? 0 : workspace.take(x.elements());
    this.scratch =
        floats(Math.max(norm.workspaceBytes(), weights == null ? 0 : weights.workspaceBytes()));
    this.scratchAt = workspace.take(scratch);
    this.kept = floats(norm.reserveBytes());
    reserve.take(kept);
    if (weights != null && weights.reserveBytes() != 0) {
      throw new IllegalStateException("a formula keeps " + weights.reserveBytes() + " bytes");
    }
  }

  private static long floats(long bytes) {
    return (bytes + Float.BYTES - 1) / Float.BYTES;
  }

  private Plan weights(Shape x, Mode mode) {
    Shape seen = x;
    for (int d = 0; d < x.rank(); d++) {
      seen = op.weighted().contains(d) ? seen : seen.with(d, 1);
    }
    weightShapes.add(x);
    Formula y = Formula.input(0);
    if (op.scale()) {
      y = y.times(Formula.input(weightShapes.size()));
      weightShapes.add(seen);
    }
    if (op.center()) {
      y = y.plus(Formula.input(weightShapes.size()));
      weightShapes.add(seen);
    }
    return parts.plan(new Pointwise(y, weightShapes.size()), weightShapes, mode);
  }

  @Override
  protected Buffer data(Buffer buffer) {
    return buffer;
  }

  @Override
  public String algorithm() {
    return "batch normalisation (" + norm.algorithm() + ") and a formula";
  }

  private @Nullable Buffer scratch(Buffer space) {
    return scratch == 0 ? null : parts.part(space, scratchAt, Shape.of(scratch));
  }

  private @Nullable Buffer kept(@Nullable Buffer space) {
    return kept == 0 ? null : parts.part(memory(space), 0, Shape.of(kept));
  }

  private Buffer part(Buffer space, long from) {
    return parts.part(space, from, in.get(0));
  }

  /** What batch normalisation takes: the moving statistics, which count for nothing, are any. */
  private List<Buffer> given(Buffer x) {
    Buffer any = parts.part(x, 0, normShapes.get(1));
    return List.of(x.view(normShapes.get(0)), any, any);
  }

  private void normalize(Buffer x, Buffer y, Buffer space, @Nullable Buffer reserve) {
    Shape p = normShapes.get(1);
    List<Buffer> results =
        List.of(
            y.view(normShapes.get(0)),
            parts.part(space, statisticsAt, p),
            parts.part(space, statisticsAt + p.elements(), p));
    norm.forward(new Forward(given(x), results, scratch(space), kept(reserve), Streams.NONE));
  }

  /**
   * The normalised x, then gamma and beta, or what there is instead of them, as the formula sees
   * them.
   */
  private List<Buffer> seen(@Nullable Buffer normalized, List<? extends Buffer> of) {
    List<Buffer> all = new ArrayList<>(Collections.singletonList(normalized));
    for (int k = 1; k < weightShapes.size(); k++) {
      Buffer b = of.get(k);
      all.add(b == null ? null : b.view(weightShapes.get(k)));
    }
    return all;
  }

  @Override
  protected void compute(Forward call) {
    Buffer x = input(call.inputs(), "x");
    Buffer y = output(call.outputs(), "y");
    Buffer space = memory(call.workspace());
    if (weights == null) {
      normalize(x, y, space, call.reserve());
      return;
    }
    Buffer normalized = part(space, normalizedAt);
    normalize(x, normalized, space, call.reserve());
    weights.forward(
        new Forward(
            seen(normalized, call.inputs()), List.of(y), scratch(space), null, Streams.NONE));
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x") && norm.writesGradient(0);
  }

  @Override
  protected void addGradients(Backward call) {
    Buffer x = input(call.inputs(), "x");
    Buffer dy = output(call.outputGradients(), "y");
    Buffer dx = wanted(call.inputGradients(), "x");
    Buffer space = memory(call.workspace());
    Buffer dn = dy;
    if (weights != null) {
      Buffer normalized = part(space, normalizedAt);
      normalize(x, normalized, space, call.reserve());
      dn = dx == null ? null : part(space, gradientAt);
      boolean write = dn != null && weights.writesGradient(0);
      if (dn != null && !write) {
        zero(dn);
      }
      weights.backward(
          new Backward(
              seen(normalized, call.inputs()),
              List.of(call.outputs().get(0)),
              List.of(dy),
              seen(dn, call.inputGradients()),
              write ? Set.of(0) : Set.of(),
              scratch(space),
              null,
              Streams.NONE));
    }
    if (dx == null || dn == null) {
      return;
    }
    List<Buffer> none = Collections.nCopies(2, null);
    Shape whole = normShapes.get(0);
    List<Buffer> gradients = new ArrayList<>(Stream.of(dn.view(whole)).toList());
    gradients.addAll(none);
    List<Buffer> results = new ArrayList<>(Stream.of(dx.view(whole)).toList());
    results.addAll(none);
    Buffer any = parts.part(space, statisticsAt, normShapes.get(1));
    norm.backward(
        new Backward(
            given(x),
            List.of(dn.view(whole), any, any),
            gradients,
            results,
            isWritten(call, "x") ? Set.of(0) : Set.of(),
            scratch(space),
            kept(call.reserve()),
            Streams.NONE));
  }

  private void zero(Buffer b) {
    Shape frames = Shape.of(1, 1, in.get(0).elements());
    long n = frames.dim(2);
    parts.run(ZERO, frames, List.of(), List.of(new Parts.View(b, 0, n, n, 1)), false);
  }
}
