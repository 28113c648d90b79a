package convlstm4j.program;

import convlstm4j.op.Op;
import convlstm4j.op.Penalty;
import convlstm4j.op.ShapeException;
import convlstm4j.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network (and its losses) as a straight list of ops for known shapes: every step comes after
 * those it needs.
 */
public final class Program {
  /**
   * One op at work.
   *
   * @param op what is computed
   * @param inputs in the order of the op's input names
   * @param outputs in the order of its output names
   * @param layer name of the layer it belongs to, those around it before it; empty for losses
   * @param number which of a run's random numbers are its own, wherever it stands
   */
  public record Step(Op op, List<Value> inputs, List<Value> outputs, String layer, int number) {
    public Step {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }

    /**
     * About how many additions and multiplications the op takes.
     *
     * @return as {@link Op#flops} says for the inputs' shapes
     */
    public double flops() {
      return op.flops(inputs.stream().map(Value::shape).toList());
    }
  }

  private final List<Value> values;
  private final List<Step> steps;
  private final List<Value> feeds;
  private final Map<Parameter, Value> parameters;
  private final Map<State, Value> states;
  private final Map<Parameter, Value> newParameters;
  private final Map<State, Value> newStates;
  private final List<Value> penalties;
  private final List<Value> exposed;
  private final List<String> unrolled;

  private Program(Builder b) {
    values = List.copyOf(b.values);
    steps = List.copyOf(b.steps);
    feeds = List.copyOf(b.feeds);
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(b.parameters));
    states = Collections.unmodifiableMap(new LinkedHashMap<>(b.states));
    newParameters = Collections.unmodifiableMap(new LinkedHashMap<>(b.newParameters));
    newStates = Collections.unmodifiableMap(new LinkedHashMap<>(b.newStates));
    penalties = List.copyOf(b.penalties);
    exposed = List.copyOf(b.exposed);
    unrolled = List.copyOf(b.unrolled);
  }

  private Program(Program like, List<Value> values, List<Step> steps) {
    this.values = List.copyOf(values);
    this.steps = List.copyOf(steps);
    this.feeds = like.feeds;
    this.parameters = like.parameters;
    this.states = like.states;
    this.newParameters = like.newParameters;
    this.newStates = like.newStates;
    this.penalties = like.penalties;
    this.exposed = like.exposed;
    this.unrolled = like.unrolled;
  }

  /**
   * A program that computes the same in other steps.
   *
   * @param moreValues this one's values, then others
   * @param otherSteps steps that make all values that are read from outside
   * @return the other program
   */
  public Program with(List<Value> moreValues, List<Step> otherSteps) {
    return new Program(this, moreValues, otherSteps);
  }

  /**
   * All arrays, by {@link Value#id}.
   *
   * @return feeds, variables, results and views
   */
  public List<Value> values() {
    return values;
  }

  /**
   * The ops at work.
   *
   * @return each after those it needs
   */
  public List<Step> steps() {
    return steps;
  }

  /**
   * What is handed in for each run.
   *
   * @return in the order in which they were declared
   */
  public List<Value> feeds() {
    return feeds;
  }

  /**
   * Weights that are read.
   *
   * @return with the value that each has at the start
   */
  public Map<Parameter, Value> parameters() {
    return parameters;
  }

  /**
   * States that are read.
   *
   * @return with the value that each has at the start
   */
  public Map<State, Value> states() {
    return states;
  }

  /**
   * Weights that a run changes by itself, as moving statistics.
   *
   * @return with the value that each has at the end
   */
  public Map<Parameter, Value> newParameters() {
    return newParameters;
  }

  /**
   * States that a run changes.
   *
   * @return with the value that each has at the end
   */
  public Map<State, Value> newStates() {
    return newStates;
  }

  /**
   * What is read after a forward pass.
   *
   * @return values, which keep their order of axes
   */
  public List<Value> exposed() {
    return exposed;
  }

  /**
   * The layers that compute each frame from the one before by ops of their own for each.
   *
   * @return names as {@link Step#layer} has them
   */
  public List<String> unrolled() {
    return unrolled;
  }

  /**
   * What regularisers add to the loss.
   *
   * @return values of shape {@code [1]}
   */
  public List<Value> penalties() {
    return penalties;
  }

  /**
   * Collects the ops of a program; also used, with unknown shapes, to infer the shapes of a layer's
   * outputs.
   */
  public static final class Builder implements Lowering {
    private final boolean training;
    private final boolean penalized;
    private final List<Value> values = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Value> feeds = new ArrayList<>();
    private final Map<Parameter, Value> parameters = new LinkedHashMap<>();
    private final Map<State, Value> states = new LinkedHashMap<>();
    private final Map<Parameter, Value> newParameters = new LinkedHashMap<>();
    private final Map<State, Value> newStates = new LinkedHashMap<>();
    private final List<Value> penalties = new ArrayList<>();
    private final List<Value> exposed = new ArrayList<>();
    private final Set<String> unrolled = new LinkedHashSet<>();
    private final Map<Shape, Value> zeros = new HashMap<>();
    private final Deque<String> layers = new ArrayDeque<>();

    /**
     * Starts an empty program.
     *
     * @param training whether the pass is a training one
     */
    public Builder(boolean training) {
      this(training, training);
    }

    /**
     * Starts an empty program.
     *
     * @param training whether the pass is a training one
     * @param penalized whether regularisers count: where there is a loss, as in an evaluation
     */
    public Builder(boolean training, boolean penalized) {
      this.training = training;
      this.penalized = penalized;
    }

    /**
     * Adds an array that is handed in for each run.
     *
     * @param shape its shape
     * @return its value
     */
    public Value feed(Shape shape) {
      Value v = value(Value.Kind.FEED, shape, null);
      feeds.add(v);
      return v;
    }

    /**
     * Says that a value is read after a forward pass. Others may never be made: a backend may
     * compute with a transposed one instead.
     *
     * @param v the value
     */
    public void expose(Value v) {
      exposed.add(v);
    }

    /**
     * How many ops there are so far.
     *
     * @return the number of the next
     */
    public int steps() {
      return steps.size();
    }

    /**
     * Ends the program.
     *
     * @return the program
     */
    public Program build() {
      return new Program(this);
    }

    private Value value(Value.Kind kind, Shape shape, @Nullable Value base) {
      Value v = new Value(values.size(), kind, shape, base);
      values.add(v);
      return v;
    }

    @Override
    public boolean training() {
      return training;
    }

    @Override
    public boolean penalized() {
      return penalized;
    }

    @Override
    public List<Value> ops(Op op, List<Value> inputs) {
      List<Value> outputs = new ArrayList<>();
      for (Shape s : op.outputShapes(inputs.stream().map(Value::shape).toList())) {
        outputs.add(value(Value.Kind.RESULT, s, null));
      }
      String layer = String.join("/", layers);
      steps.add(new Step(op, inputs, outputs, layer, steps.size()));
      return outputs;
    }

    @Override
    public Value reshape(Value v, Shape shape) {
      if (v.shape().equals(shape)) {
        return v;
      }
      if (v.shape().isKnown() && shape.isKnown() && v.shape().elements() != shape.elements()) {
        throw new ShapeException(
            "cannot reshape "
                + v.shape()
                + " of "
                + v.shape().elements()
                + " elements to "
                + shape
                + " of "
                + shape.elements());
      }
      return value(Value.Kind.VIEW, shape, v);
    }

    @Override
    public Value zeros(Shape shape) {
      return zeros.computeIfAbsent(shape, s -> value(Value.Kind.ZEROS, s, null));
    }

    @Override
    public Value parameter(Parameter parameter) {
      Value known = newParameters.getOrDefault(parameter, parameters.get(parameter));
      if (known != null) {
        return known;
      }
      Value v = value(Value.Kind.PARAMETER, parameter.shape(), null);
      parameters.put(parameter, v);
      if (!parameter.regularizer().isNone()) {
        penalty(
            op(new Penalty(parameter.regularizer().l1(), parameter.regularizer().l2(), false), v));
      }
      return v;
    }

    @Override
    public Value state(State state, Shape shape) {
      Value assigned = newStates.get(state);
      return assigned != null
          ? assigned
          : states.computeIfAbsent(state, s -> value(Value.Kind.STATE, shape, null));
    }

    @Override
    public void assign(Parameter parameter, Value newValue) {
      if (training) {
        newParameters.put(parameter, newValue);
      }
    }

    @Override
    public void assign(State state, Value newValue) {
      newStates.put(state, newValue);
    }

    @Override
    public void enter(String layer) {
      layers.addLast(layer);
    }

    @Override
    public void leave() {
      layers.removeLast();
    }

    @Override
    public void unrolled() {
      unrolled.add(String.join("/", layers));
    }

    @Override
    public void penalty(Value value) {
      penalties.add(value);
    }
  }
}
