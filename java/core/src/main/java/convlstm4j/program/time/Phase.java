package convlstm4j.program.time;

import convlstm4j.op.TimeUse;
import convlstm4j.program.Program;
import convlstm4j.program.Program.Step;
import convlstm4j.program.Value;
import convlstm4j.program.Value.Kind;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Steps of a program that run one after the other, either on all there is or some frames at a time.
 * All values are roots: arrays, not views of them.
 */
public final class Phase {
  /**
   * A state that a stretch begins with.
   *
   * @param before the value that the first stretch begins with
   * @param after the value at the end of a stretch, which the next begins with
   * @param name the layer's and the state's, for people
   */
  public record Carried(Value before, Value after, String name) {}

  /** A step, and how it treats time where that comes in stretches. */
  record Timed(Step step, TimeUse use, TimeAxis.Place place) {}

  private final boolean stretched;
  private final List<Timed> steps;
  private final Map<Value, TimeAxis> times;
  private final List<Value> inputs;
  private final List<Carried> carried;
  private final List<Value> outputs;

  Phase(
      boolean stretched,
      List<Timed> steps,
      Map<Value, TimeAxis> times,
      List<Value> inputs,
      List<Carried> carried,
      List<Value> outputs) {
    this.stretched = stretched;
    this.steps = List.copyOf(steps);
    this.times = times;
    this.inputs = List.copyOf(inputs);
    this.carried = List.copyOf(carried);
    this.outputs = List.copyOf(outputs);
  }

  /**
   * Whether it runs some frames at a time.
   *
   * @return false for one that runs at once
   */
  public boolean isStretched() {
    return stretched;
  }

  /**
   * What it reads from outside, without states and zeros.
   *
   * @return roots, each once
   */
  public List<Value> inputs() {
    return inputs;
  }

  /**
   * States that go from stretch to stretch.
   *
   * @return in the order of the steps
   */
  public List<Carried> carried() {
    return carried;
  }

  /**
   * What it makes for others.
   *
   * @return roots, each once, those of {@link #carried} not among them unless others read them
   */
  public List<Value> outputs() {
    return outputs;
  }

  /**
   * The ops at work.
   *
   * @return steps of the whole program
   */
  public List<Step> steps() {
    return steps.stream().map(Timed::step).toList();
  }

  /**
   * A phase as a program of its own. Its feeds are the phase's inputs, then the states.
   *
   * @param program what to run
   * @param values what stands in it for the values that the phase makes
   */
  public record Part(Program program, Map<Value, Value> values) {}

  /**
   * The phase for some frames.
   *
   * @param frames how many; of a phase that runs at once, all
   * @return a program
   */
  public Part part(long frames) {
    Program.Builder g = new Program.Builder(false, false);
    Map<Value, Value> made = new HashMap<>();
    inputs.forEach(v -> made.put(v, g.feed(shape(v, v.shape(), frames))));
    Map<Value, Value> states = new HashMap<>();
    carried.forEach(c -> states.put(c.after(), g.feed(c.after().shape())));
    for (Timed t : steps) {
      List<Value> in = new ArrayList<>();
      for (int k = 0; k < t.step.inputs().size(); k++) {
        Value v = t.step.inputs().get(k);
        boolean isState = stretched && t.use.carried().contains(k);
        in.add(
            isState
                ? g.reshape(states.get(t.step.outputs().get(k)), v.shape())
                : v.root().kind() == Kind.ZEROS
                    ? g.zeros(zeros(t, k, v.shape(), frames))
                    : g.reshape(made.get(v.root()), shape(v.root(), v.shape(), frames)));
      }
      g.enter(t.step.layer());
      List<Value> out = g.ops(t.step.op(), in);
      g.leave();
      for (int k = 0; k < out.size(); k++) {
        Value v = t.step.outputs().get(k);
        if (!out.get(k).shape().equals(shape(v, v.shape(), frames))) {
          throw new IllegalStateException(
              t.step.op() + " makes " + out.get(k).shape() + " of " + frames + " frames");
        }
        made.put(v, out.get(k));
      }
    }
    outputs.forEach(v -> g.expose(made.get(v)));
    carried.forEach(c -> g.expose(made.get(c.after())));
    return new Part(g.build(), made);
  }

  private Shape shape(Value root, Shape shape, long frames) {
    TimeAxis time = stretched ? times.get(root) : null;
    return time == null ? shape : time.resized(shape, frames);
  }

  /** Zeros have as many frames as what they are read with. */
  private Shape zeros(Timed t, int input, Shape shape, long frames) {
    int axis = stretched ? t.use.inputs().get(input) : TimeUse.NONE;
    return axis == TimeUse.NONE
        ? shape
        : shape.with(axis, t.place.before() * frames * t.place.after());
  }
}
