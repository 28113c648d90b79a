package convlstm4j.execution;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Buffer;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Parameter;
import convlstm4j.program.State;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Streams;
import convlstm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values of a network's weights and states in a backend's memory. */
public final class Variables implements AutoCloseable {
  private final Backend backend;
  private final DType dtype;
  private final Map<Parameter, Buffer> parameters = new LinkedHashMap<>();
  private final boolean ownsParameters;
  private final Map<State, Buffer> states = new LinkedHashMap<>();

  /** Memory of states that were reset: the next one of the same shape lies where they lay. */
  private final Map<State, Buffer> idle = new LinkedHashMap<>();

  /** Weights without a value, each with its place in the network. */
  private final Map<Parameter, Integer> unset = new LinkedHashMap<>();

  private boolean closed;

  /**
   * Allocates weights, to be {@linkplain #set set} or {@linkplain #draw drawn} before they are
   * read.
   *
   * @param parameters which weights, in the network's order
   * @param backend where they live; it outlives this object
   * @param dtype their type
   * @throws convlstm4j.backend.BackendException if there is not enough memory
   */
  public Variables(List<Parameter> parameters, Backend backend, DType dtype) {
    this.backend = backend;
    this.dtype = dtype;
    this.ownsParameters = true;
    try {
      for (Parameter p : parameters) {
        this.parameters.put(p, backend.memory().allocatePermanent(dtype, p.shape()));
        unset.put(p, unset.size());
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Allocates and initialises the weights.
   *
   * @param parameters which weights, in the network's order
   * @param backend where they live; it outlives this object
   * @param dtype their type
   * @param seed decides the first values
   * @throws convlstm4j.backend.BackendException if there is not enough memory
   */
  public Variables(List<Parameter> parameters, Backend backend, DType dtype, long seed) {
    this(parameters, backend, dtype);
    try {
      draw(seed);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Initialises the weights that have no value yet.
   *
   * @param seed decides the values; each weight's whatever others have
   */
  public void draw(long seed) {
    for (Map.Entry<Parameter, Integer> e : List.copyOf(unset.entrySet())) {
      Parameter p = e.getKey();
      Philox random = Streams.firstWeights(seed, e.getValue());
      set(p, Tensor.of(p.initializer().values(p.shape(), random), p.shape()));
    }
  }

  /**
   * Allocates weights with values.
   *
   * @param values by weight, of either type
   * @param backend where they live; it outlives this object
   * @param dtype their type
   * @throws convlstm4j.backend.BackendException if there is not enough memory
   */
  public Variables(Map<Parameter, Tensor> values, Backend backend, DType dtype) {
    this.backend = backend;
    this.dtype = dtype;
    this.ownsParameters = true;
    try {
      values.forEach(
          (p, value) -> {
            parameters.put(p, backend.memory().allocatePermanent(dtype, p.shape()));
            set(p, value);
          });
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * States of their own beside the weights of others, which are only read.
   *
   * @param shared whose weights; closed after this
   * @param backend where the states live: of the same kind, in the same process and memory
   */
  public Variables(Variables shared, Backend backend) {
    this.backend = backend;
    this.dtype = shared.dtype;
    this.ownsParameters = false;
    parameters.putAll(shared.parameters);
  }

  /**
   * The backend that holds the values.
   *
   * @return the backend
   */
  public Backend backend() {
    return backend;
  }

  /**
   * Element type of all values.
   *
   * @return the type
   */
  public DType dtype() {
    return dtype;
  }

  /**
   * A weight's memory.
   *
   * @param p which weight
   * @return its buffer, not to be closed
   */
  public Buffer buffer(Parameter p) {
    checkOpen();
    Buffer b = parameters.get(p);
    if (b == null) {
      throw new IllegalArgumentException("no value for " + p);
    }
    return b;
  }

  /**
   * Copies a weight's value to the host.
   *
   * @param p which weight
   * @return its value
   */
  public Tensor get(Parameter p) {
    return backend.memory().download(buffer(p));
  }

  /**
   * Replaces a weight's value.
   *
   * @param p which weight
   * @param value of the same shape, of either type
   * @throws ShapeException if the shape differs
   */
  public void set(Parameter p, Tensor value) {
    if (!value.shape().equals(p.shape())) {
      throw new ShapeException(
          "weight " + p.name() + " has shape " + p.shape() + ", got " + value.shape());
    }
    backend.memory().upload(value.cast(dtype), buffer(p));
    unset.remove(p);
  }

  /**
   * The states that there are, those of stateful layers that have run.
   *
   * @return copies of their values
   */
  public Map<State, Tensor> states() {
    checkOpen();
    Map<State, Tensor> all = new LinkedHashMap<>();
    states.forEach((s, b) -> all.put(s, backend.memory().download(b)));
    return all;
  }

  /**
   * Replaces a state's value.
   *
   * @param state which state
   * @param value its new value, of either type
   */
  public void setState(State state, Tensor value) {
    checkOpen();
    Buffer old = states.remove(state);
    if (old != null) {
      idle.put(state, old);
    }
    backend.memory().upload(value.cast(dtype), state(state, value.shape()));
  }

  /** Sets all states to zeros, for a batch of any size next. */
  public void resetStates() {
    checkOpen();
    idle.putAll(states);
    states.clear();
  }

  /**
   * Whether there are states: whether stateful layers have run since the start or the last reset.
   *
   * @return true if {@link #states} is not empty
   */
  public boolean hasStates() {
    checkOpen();
    return !states.isEmpty();
  }

  Buffer state(State s, Shape shape) {
    checkOpen();
    Buffer b = states.computeIfAbsent(s, k -> zeros(s, shape));
    if (!b.shape().equals(shape)) {
      throw new ShapeException(
          "state "
              + s
              + " has shape "
              + b.shape()
              + " from the batch before, this batch needs "
              + shape
              + "; a stateful layer takes batches of one size, or reset its states first");
    }
    return b;
  }

  private Buffer zeros(State s, Shape shape) {
    Buffer b = idle.remove(s);
    if (b != null && b.shape().equals(shape)) {
      backend.memory().fill(b, 0);
      return b;
    }
    if (b != null) {
      b.close();
    }
    return backend.memory().allocatePermanent(dtype, shape);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          "the weights and states are closed, their values are gone; allocate them anew");
    }
  }

  @Override
  public void close() {
    closed = true;
    if (ownsParameters) {
      parameters.values().forEach(Buffer::close);
    }
    parameters.clear();
    states.values().forEach(Buffer::close);
    states.clear();
    idle.values().forEach(Buffer::close);
    idle.clear();
  }
}
