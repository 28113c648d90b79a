package convlstm4j.graph;

import convlstm4j.op.ShapeException;
import convlstm4j.option.Constraint;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Owner;
import convlstm4j.program.Parameter;
import convlstm4j.program.Program;
import convlstm4j.program.State;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A layer: options, weights, and the ops it consists of. Applying a layer twice shares its weights.
 * Options are fixed with the first call.
 */
public abstract class Layer implements Owner {
  /** Of a weight: 4 TiB in float32. */
  private static final long MOST_NUMBERS = 1L << 40;

  private static final AtomicLong CREATED = new AtomicLong();

  private final long creation = CREATED.incrementAndGet();
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Constraint> constraints = new LinkedHashMap<>();
  private final Map<String, State> states = new LinkedHashMap<>();
  private @Nullable String name;
  private boolean trainable = true;
  private boolean called;
  private @Nullable Layer wrapper;

  /** For subclasses. */
  protected Layer() {}

  /**
   * Keras's name of the kind of layer.
   *
   * @return for instance {@code ConvLSTM2D}
   */
  public String kerasClass() {
    return getClass().getSimpleName();
  }

  /**
   * The options in Keras's {@code get_config} form: strings, numbers, booleans, lists, maps, null;
   * without name.
   *
   * @return option names and values in Keras's order
   */
  public abstract Map<String, Object> config();

  /**
   * Says which ops the layer consists of.
   *
   * @param g where ops go
   * @param arguments what the layer is called with
   * @return the outputs
   * @throws ShapeException if it cannot take these inputs
   */
  public abstract List<Value> lower(Lowering g, Arguments<Value> arguments);

  /**
   * Lowers the layer, and says which positions of its outputs count.
   *
   * @param g where ops go
   * @param arguments what the layer is called with
   * @return the outputs and their masks
   * @throws ShapeException if it cannot take these inputs
   */
  public Outputs call(Lowering g, Arguments<Value> arguments) {
    List<Value> values = lower(g, arguments);
    Optional<Value> mask = mask(g, arguments);
    List<Optional<Value>> masks = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      masks.add(i < maskedOutputs() ? mask : Optional.empty());
    }
    return new Outputs(values, masks);
  }

  /**
   * Which positions of the output count, from what is known of the inputs: Keras's {@code
   * compute_mask}.
   *
   * @param g where ops go
   * @param arguments what the layer is called with
   * @return empty, by default: the mask ends here
   */
  protected Optional<Value> mask(Lowering g, Arguments<Value> arguments) {
    return Optional.empty();
  }

  /**
   * How many of the outputs, from the first on, have the mask.
   *
   * @return by default 1
   */
  protected int maskedOutputs() {
    return 1;
  }

  /**
   * Gives the layer a name; otherwise its network names it.
   *
   * @param newName not blank
   * @return this layer
   * @throws IllegalArgumentException if the name is unusable
   */
  public Layer named(String newName) {
    if (newName.isBlank()) {
      throw new IllegalArgumentException(label() + ": name \"" + newName + "\" is blank");
    }
    this.name = newName;
    return this;
  }

  /**
   * Freezes or unfreezes the layer. Takes effect when the model is compiled next.
   *
   * @param isTrainable whether training may change the weights
   * @return this layer
   */
  public Layer trainable(boolean isTrainable) {
    this.trainable = isTrainable;
    return this;
  }

  /**
   * The layer's name.
   *
   * @return null while it has none
   */
  public final @Nullable String name() {
    return name;
  }

  /**
   * The name of a layer that is in a network or inside another layer, both of which see to it that
   * it has one.
   *
   * @return its name
   * @throws IllegalStateException if it has none yet
   */
  public final String requiredName() {
    if (name == null) {
      throw new IllegalStateException(label() + " has no name yet; a network gives it one");
    }
    return name;
  }

  /**
   * Whether training may change the weights.
   *
   * @return false if this layer or one around it is frozen
   */
  @Override
  public final boolean isTrainable() {
    return trainable && (wrapper == null || wrapper.isTrainable());
  }

  /**
   * The layer's own setting, whatever the layers around it say.
   *
   * @return what was last given to {@link #trainable}
   */
  public final boolean isTrainableAlone() {
    return trainable;
  }

  /**
   * Calls the layer.
   *
   * @param inputs its inputs; most layers take one
   * @return its output
   * @throws ShapeException if it cannot take these inputs; the message names the layer, what came,
   *     what was expected
   * @throws IllegalStateException if it has several outputs (see {@link #applyAll})
   */
  public final Symbol apply(Symbol... inputs) {
    List<Symbol> outputs = applyAll(Arguments.of(List.of(inputs)));
    if (outputs.size() != 1) {
      throw new IllegalStateException(
          label() + " has " + outputs.size() + " outputs; use applyAll");
    }
    return outputs.get(0);
  }

  /**
   * Calls the layer.
   *
   * @param arguments inputs, initial state, mask
   * @return all its outputs
   * @throws ShapeException if it cannot take these inputs; the message names the layer, what came,
   *     what was expected
   */
  public final List<Symbol> applyAll(Arguments<Symbol> arguments) {
    called = true;
    Program.Builder shapesOnly = new Program.Builder(true);
    try {
      List<Optional<Value>> masks =
          arguments.data().stream().map(s -> s.maskShape().map(shapesOnly::feed)).toList();
      Outputs made =
          call(shapesOnly, arguments.map(s -> shapesOnly.feed(s.shape())).carrying(masks));
      return new Node(
              this,
              arguments,
              made.values().stream().map(Value::shape).toList(),
              made.masks().stream().map(m -> m.map(Value::shape)).toList())
          .outputs();
    } catch (ShapeException e) {
      throw new ShapeException(label() + ": " + e.getMessage());
    }
  }

  /**
   * The layers inside a wrapper.
   *
   * @return empty for most
   */
  public List<Layer> children() {
    return List.of();
  }

  /**
   * How many calls of layers a call of this one makes: its own and those of the layers inside, of a
   * model inside as often as they are called there.
   *
   * @return at least 1; {@link Long#MAX_VALUE} for that many and more
   */
  public long callCount() {
    return children().stream().mapToLong(Layer::callCount).reduce(1, Layer::sumOfCalls);
  }

  /** Without overflow. */
  static long sumOfCalls(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  /**
   * How the layer reads the last axes of its input, so that messages can name them.
   *
   * @return empty if it does not say
   */
  public Optional<ImageAxes> imageAxes() {
    return children().stream().map(Layer::imageAxes).flatMap(Optional::stream).findFirst();
  }

  /**
   * Whether the output has the input's axes in their order, so that they can be named by the layers
   * after it.
   *
   * @return true for layers that work on each element, or each channel, by itself
   */
  public boolean keepsAxes() {
    return false;
  }

  /**
   * All weights, those of layers inside included, in Keras's order.
   *
   * @return empty before the first call
   */
  public final List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>(parameters.values());
    for (Layer child : children()) {
      all.addAll(child.parameters());
    }
    return all;
  }

  /**
   * All states, those of layers inside included.
   *
   * @return empty before the first call, and for a layer that is not stateful
   */
  public final List<State> states() {
    List<State> all = new ArrayList<>(states.values());
    for (Layer child : children()) {
      all.addAll(child.states());
    }
    return all;
  }

  /**
   * Whose layer it is, for messages.
   *
   * @return class and name, as {@code ConvLSTM2D "encoder"}
   */
  public final String label() {
    return name == null ? kerasClass() : kerasClass() + " \"" + path() + "\"";
  }

  @Override
  public final String path() {
    String own = name == null ? Names.snakeCase(kerasClass()) : name;
    return wrapper == null ? own : wrapper.path() + "/" + own;
  }

  /** The layer around it, or null. */
  final @Nullable Layer wrapper() {
    return wrapper;
  }

  final long creation() {
    return creation;
  }

  /**
   * For wrappers: takes a layer in.
   *
   * @param inner the layer inside
   * @param localName its name there, if it has none
   * @throws IllegalArgumentException if it is already inside another layer
   */
  protected final void adopt(Layer inner, String localName) {
    if (inner.wrapper != null) {
      throw new IllegalArgumentException(
          inner.label() + " is already inside " + inner.wrapper.label());
    }
    if (inner.name == null) {
      inner.name = localName;
    }
    inner.wrapper = this;
  }

  /**
   * For setters of options: fails once the layer has been called, or is inside another.
   *
   * @throws IllegalStateException if so
   */
  protected final void checkNotCalled() {
    if (called || wrapper != null) {
      throw new IllegalStateException(
          label() + ": options are fixed with the first call, or inside another layer");
    }
  }

  /**
   * A weight of this layer, made at the first call.
   *
   * @param g the lowering at work
   * @param localName name within the layer
   * @param shape its shape
   * @param initializer where its first value comes from
   * @param regularizer its penalty
   * @param isTrainable false for statistics
   * @return its value
   * @throws ShapeException if the layer was built for another shape
   */
  protected final Value parameter(
      Lowering g,
      String localName,
      Shape shape,
      Initializer initializer,
      Regularizer regularizer,
      boolean isTrainable) {
    Parameter p =
        parameters.computeIfAbsent(
            localName,
            n ->
                new Parameter(
                    this,
                    n,
                    counted(n, shape),
                    initializer,
                    regularizer,
                    isTrainable,
                    constraintOf(n, shape)));
    if (!p.shape().equals(shape)) {
      throw new ShapeException(
          localName
              + " was built with shape "
              + p.shape()
              + ", this input needs "
              + shape
              + "; a layer takes inputs of one size");
    }
    return g.parameter(p);
  }

  /** Null for none. */
  private @Nullable Constraint constraintOf(String localName, Shape shape) {
    Constraint c = constraints.get(localName);
    if (c != null) {
      try {
        c.axesOf(shape);
      } catch (IllegalArgumentException e) {
        throw new ShapeException("constraint of " + localName + ": " + e.getMessage());
      }
    }
    return c;
  }

  /**
   * What weights are brought back to after each training step.
   *
   * @return by local name, such as {@code recurrent_kernel}; without those that have no constraint
   */
  public final Map<String, Constraint> constraints() {
    return Collections.unmodifiableMap(constraints);
  }

  /**
   * Sets what a weight is brought back to after each training step, before the first call.
   *
   * @param localName of a weight that the layer will have
   * @param constraint the constraint; null for none
   */
  protected final void constrain(String localName, @Nullable Constraint constraint) {
    checkNotCalled();
    if (constraint == null) {
      constraints.remove(localName);
    } else {
      constraints.put(localName, constraint);
    }
  }

  /** Fails where a weight has more numbers than memory, whose sums over all weights overflow. */
  private static Shape counted(String localName, Shape shape) {
    long elements = 1;
    for (long d : shape.dims()) {
      elements = d <= 0 || elements <= MOST_NUMBERS / d ? elements * d : MOST_NUMBERS + 1;
      if (elements > MOST_NUMBERS) {
        throw new ShapeException(
            localName
                + " of shape "
                + shape
                + " has more than "
                + MOST_NUMBERS
                + " numbers, the most of a weight; ask for fewer filters or units, or a smaller kernel");
      }
    }
    return shape;
  }

  /**
   * Gives a weight of this layer a new value when a training run has succeeded.
   *
   * @param g the lowering at work
   * @param localName a weight made by {@link #parameter} before
   * @param newValue of its shape
   */
  protected final void assign(Lowering g, String localName, Value newValue) {
    Parameter p = parameters.get(localName);
    if (p == null) {
      throw new IllegalArgumentException(
          kerasClass() + " has no weight " + localName + " to assign to; make it first");
    }
    g.assign(p, newValue);
  }

  /**
   * A state of this layer.
   *
   * @param localName name within the layer
   * @return always the same object for a name
   */
  protected final State state(String localName) {
    return states.computeIfAbsent(localName, n -> new State(this, n));
  }

  @Override
  public String toString() {
    return label();
  }
}
