package convlstm4j.backend;

import convlstm4j.op.Op;
import convlstm4j.op.ShapeException;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the plans of all ops on all backends share: op and shapes, operands by name, workspace and
 * reserve, what closes with the plan, and the refusal to run once it is closed.
 *
 * @param <O> the op
 * @param <D> how the backend's plans see the data of a buffer: an array, a buffer, an address
 */
public abstract class PlanFrame<O extends Op, D> implements Plan {
  /** What to compute. */
  protected final O op;

  /** Shapes of the inputs. */
  protected final List<Shape> in;

  /** Shapes of the outputs. */
  protected final List<Shape> out;

  /** Parts of the workspace, to be taken while the plan is made. */
  protected final Layout workspace;

  /** Parts of the reserve, to be taken while the plan is made. */
  protected final Layout reserve;

  private final Map<String, Integer> inputs;
  private final Map<String, Integer> outputs;
  private final Owned owned = new Owned();
  private boolean closed;

  /**
   * Checks the shapes.
   *
   * @param op what to compute
   * @param inputs shapes of its inputs
   * @param layout how the backend cuts memory into parts
   * @throws ShapeException if the op cannot take the shapes
   */
  protected PlanFrame(O op, List<Shape> inputs, Supplier<Layout> layout) {
    this.op = op;
    this.in = List.copyOf(inputs);
    this.out = op.outputShapes(inputs);
    this.workspace = layout.get();
    this.reserve = layout.get();
    this.inputs = indices(op.inputNames());
    this.outputs = indices(op.outputNames());
  }

  private static Map<String, Integer> indices(List<String> names) {
    Map<String, Integer> all = new LinkedHashMap<>();
    names.forEach(name -> all.put(name, all.size()));
    return all;
  }

  /**
   * Makes a plan whole or not at all; see {@link Owned#making}.
   *
   * @param backend name of the backend, for the message
   * @param op what to compute
   * @param inputs shapes of its inputs
   * @param maker makes the plan
   * @return the plan
   * @throws BackendException if the backend has no such plan, or failed; the message says at what
   * @throws ShapeException if the op cannot take the shapes
   */
  public static Plan make(String backend, Op op, List<Shape> inputs, Supplier<Plan> maker) {
    try {
      return Owned.making(maker);
    } catch (BackendException | ShapeException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new BackendException(
          backend + ": cannot plan " + op.opName() + " for " + inputs + ": " + e.getMessage(), e);
    }
  }

  /**
   * Makes an object close with the plan, and at once if the plan cannot be made.
   *
   * @param object not null
   * @param <T> its type
   * @return the object
   */
  protected final <T extends AutoCloseable> T own(T object) {
    Owned.made(object);
    return owned.own(object);
  }

  @Override
  public final long workspaceBytes() {
    return workspace.bytes();
  }

  @Override
  public final long reserveBytes() {
    return reserve.bytes();
  }

  @Override
  public final void forward(Forward call) {
    checkOpen();
    compute(call);
  }

  @Override
  public final void backward(Backward call) {
    checkOpen();
    for (int input : call.written()) {
      if (!writesGradient(input)) {
        throw new IllegalArgumentException(
            op.opName() + ": the gradient of input " + input + " can only be added to");
      }
    }
    addGradients(call);
  }

  /**
   * Whether the gradient of an input is to be written, not added to.
   *
   * @param call of {@link #backward}
   * @param name of the input
   * @return false where the op's options leave it out
   */
  protected final boolean isWritten(Backward call, String name) {
    return inputs.containsKey(name) && call.written().contains(inputs.get(name));
  }

  /**
   * Whether an input has a name.
   *
   * @param input its place
   * @param names some of the op's
   * @return whether it is one of them
   */
  protected final boolean is(int input, String... names) {
    return List.of(names).contains(op.inputNames().get(input));
  }

  /**
   * {@link #forward} of a plan that is open.
   *
   * @param call the op's data
   */
  protected abstract void compute(Forward call);

  /**
   * {@link #backward} of a plan that is open, asked for nothing that it does not do.
   *
   * @param call the op's data
   */
  protected void addGradients(Backward call) {
    throw new UnsupportedOperationException(op.opName() + " has no gradient");
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          "the plan of "
              + op.opName()
              + " ("
              + algorithm()
              + ") is closed; have the backend make another, and close it after its last run");
    }
  }

  @Override
  public final void close() {
    closed = true;
    owned.close();
  }

  /**
   * How this backend's plans see a buffer.
   *
   * @param buffer one of this backend
   * @return its data
   */
  protected abstract D data(Buffer buffer);

  /**
   * A part that only a plan for training has.
   *
   * @param part null at inference
   * @param <T> its kind
   * @return the part
   */
  protected static <T> T trained(@Nullable T part) {
    return Objects.requireNonNull(part, "a plan for inference has no way back");
  }

  /**
   * Workspace or reserve of a plan that takes some.
   *
   * @param buffer the call's
   * @return its data
   */
  protected final D memory(@Nullable Buffer buffer) {
    return data(
        Objects.requireNonNull(
            buffer, () -> "the plan of " + op.opName() + " was not given the memory it takes"));
  }

  /**
   * The data of an input, or of the gradient of the only one that has any.
   *
   * @param buffers one per input
   * @param name one of {@link Op#inputNames()}
   * @return the data
   */
  public final D input(List<? extends Buffer> buffers, String name) {
    return data(buffers.get(index("input", inputs, name)));
  }

  /**
   * The gradient of an input.
   *
   * @param buffers one per input; null where it is not wanted
   * @param name one of {@link Op#inputNames()}
   * @return the data; null where it is not wanted
   */
  public @Nullable D wanted(List<? extends Buffer> buffers, String name) {
    return dataOrNull(buffers.get(index("input", inputs, name)));
  }

  /**
   * An input, or its gradient, that the op's options may leave out.
   *
   * @param buffers one per input
   * @param name of the input
   * @return the data; null where it is left out, or a gradient is not wanted
   */
  public @Nullable D optional(List<? extends Buffer> buffers, String name) {
    return inputs.containsKey(name) ? wanted(buffers, name) : null;
  }

  /**
   * The gradient of one of several outputs.
   *
   * @param buffers one per output; null where it is zero
   * @param name one of {@link Op#outputNames()}
   * @return the data; null where it is zero
   */
  public @Nullable D given(List<? extends Buffer> buffers, String name) {
    return dataOrNull(buffers.get(index("output", outputs, name)));
  }

  private @Nullable D dataOrNull(@Nullable Buffer buffer) {
    return buffer == null ? null : data(buffer);
  }

  /**
   * The data of an output, or of the gradient of the only one.
   *
   * @param buffers one per output
   * @param name one of {@link Op#outputNames()}
   * @return the data
   */
  public final D output(List<? extends Buffer> buffers, String name) {
    return data(buffers.get(index("output", outputs, name)));
  }

  private int index(String kind, Map<String, Integer> indices, String name) {
    Integer index = indices.get(name);
    if (index == null) {
      throw new IllegalArgumentException(
          op.opName() + " has no " + kind + " " + name + "; it has " + indices.keySet());
    }
    return index;
  }
}
