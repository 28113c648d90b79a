package convlstm4j.graph;

import convlstm4j.op.ShapeException;
import convlstm4j.program.AtInference;
import convlstm4j.program.Lowering;
import convlstm4j.program.Parameter;
import convlstm4j.program.State;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A graph of named layers from inputs to outputs, without the weights' values. */
public final class Network {
  private final List<Symbol> inputs;
  private final List<Symbol> outputs;
  private final List<Node> nodes;
  private final List<Layer> layers;
  private final List<String> givenNames;
  private final long callCount;

  /** The first layer that is no input, which knows what the network is inside; or null. */
  private final @Nullable Layer own;

  private Network(
      List<Symbol> inputs, List<Symbol> outputs, GraphOrder order, List<String> givenNames) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.givenNames = givenNames;
    this.nodes = order.nodes();
    this.layers = order.layers();
    this.callCount =
        nodes.stream()
            .filter(n -> !(n.layer() instanceof InputLayer))
            .mapToLong(n -> n.layer().callCount())
            .reduce(0, Layer::sumOfCalls);
    this.own = layers.stream().filter(l -> !(l instanceof InputLayer)).findFirst().orElse(null);
  }

  /**
   * Takes the part of a graph between inputs and outputs and names its layers.
   *
   * @param inputs made by {@code layer.Input}
   * @param outputs what the network yields
   * @return the network
   * @throws IllegalArgumentException if an output needs an input that is not listed, an input is
   *     not used, a listed input is not one, two layers have the same name, or a layer is also
   *     inside another one
   */
  public static Network of(List<Symbol> inputs, List<Symbol> outputs) {
    Network network = of(inputs, outputs, List.of());
    Set<Symbol> used = new HashSet<>(outputs);
    network.nodes.forEach(n -> used.addAll(n.arguments().all()));
    for (Symbol s : inputs) {
      if (!used.contains(s)) {
        throw new IllegalArgumentException("input " + s + " leads to none of the outputs");
      }
    }
    return network;
  }

  /**
   * Takes the part of a graph between inputs and outputs, as a model of Keras's has it: an input
   * may lead to no output, and outputs may have names of their own.
   *
   * @param inputs made by {@code layer.Input}
   * @param outputs what the network yields
   * @param outputNames the outputs' names; none, to call them by their layers
   * @return the network
   * @throws IllegalArgumentException if an output needs an input that is not listed, a listed input
   *     is not one, two layers or outputs have the same name, a name is missing, or a layer is also
   *     inside another one
   */
  public static Network of(List<Symbol> inputs, List<Symbol> outputs, List<String> outputNames) {
    if (!outputNames.isEmpty()
        && (outputNames.size() != outputs.size()
            || new HashSet<>(outputNames).size() != outputs.size())) {
      throw new IllegalArgumentException(
          "names of outputs " + outputNames + ", expected " + outputs.size() + ", each different");
    }
    if (inputs.isEmpty() || outputs.isEmpty()) {
      throw new IllegalArgumentException(
          "a network needs inputs and outputs, got "
              + inputs.size()
              + " inputs and "
              + outputs.size()
              + " outputs");
    }
    for (Symbol s : inputs) {
      if (!(s.node().layer() instanceof InputLayer)) {
        throw new IllegalArgumentException("input " + s + " is not made by Input");
      }
    }
    if (new HashSet<>(inputs).size() != inputs.size()) {
      throw new IllegalArgumentException("an input is listed twice");
    }
    GraphOrder order = GraphOrder.of(inputs, outputs);
    checkTogether(order.layers());
    Names.assign(order.layers());
    Network network =
        new Network(List.copyOf(inputs), List.copyOf(outputs), order, List.copyOf(outputNames));
    network.checkWeightNames();
    return network;
  }

  /** A layer {@code a/b} has weights named as those of a layer b within a. */
  private void checkWeightNames() {
    Set<String> names = new HashSet<>();
    for (Parameter p : parameters()) {
      if (!names.add(name(p))) {
        throw new IllegalArgumentException(
            "two weights are named \"" + name(p) + "\"; name a layer without /");
      }
    }
  }

  /** A layer inside another and beside it would become two when the network is saved. */
  private static void checkTogether(List<Layer> layers) {
    List<Layer> own = layers.stream().filter(l -> !(l instanceof InputLayer)).toList();
    for (Layer l : own) {
      if (l.wrapper() != own.get(0).wrapper()) {
        Layer inside = l.wrapper() == null ? own.get(0) : l;
        Layer around = Objects.requireNonNull(inside.wrapper());
        throw new IllegalArgumentException(
            inside.label()
                + " is inside "
                + around.label()
                + "; a network takes it there or by itself, not both");
      }
    }
  }

  /**
   * The inputs.
   *
   * @return in the order given
   */
  public List<Symbol> inputs() {
    return inputs;
  }

  /**
   * The outputs.
   *
   * @return in the order given
   */
  public List<Symbol> outputs() {
    return outputs;
  }

  /**
   * The calls, every one after those it needs.
   *
   * @return in the order of computation
   */
  public List<Node> nodes() {
    return nodes;
  }

  /**
   * How many calls of layers the network makes, those of models inside with all theirs.
   *
   * @return at least 0; {@link Long#MAX_VALUE} for that many and more
   */
  public long callCount() {
    return callCount;
  }

  /**
   * The layers in the order of Keras's {@code model.layers}: by depth.
   *
   * @return each once
   */
  public List<Layer> layers() {
    return layers;
  }

  /**
   * A layer by name.
   *
   * @param name its name
   * @return the layer
   * @throws IllegalArgumentException if there is none
   */
  public Layer layer(String name) {
    for (Layer l : layers) {
      if (name.equals(l.name())) {
        return l;
      }
    }
    throw new IllegalArgumentException(
        "no layer \"" + name + "\"; there are " + layers.stream().map(Layer::name).toList());
  }

  /**
   * All weights, layer after layer.
   *
   * @return each once
   */
  public List<Parameter> parameters() {
    Set<Parameter> all = new LinkedHashSet<>();
    layers.forEach(l -> all.addAll(l.parameters()));
    return List.copyOf(all);
  }

  /**
   * All states of stateful layers.
   *
   * @return each once
   */
  public List<State> states() {
    Set<State> all = new LinkedHashSet<>();
    layers.forEach(l -> all.addAll(l.states()));
    return List.copyOf(all);
  }

  /**
   * A weight's name within this network, whatever model the network itself may be inside.
   *
   * @param parameter one of {@link #parameters()}
   * @return path of its layer and local name, as {@code conv_lstm2d/kernel} or, in a model inside
   *     this one, {@code encoder/conv_lstm2d/kernel}
   */
  public String name(Parameter parameter) {
    return within(parameter.name());
  }

  /**
   * A state's name within this network, whatever model the network itself may be inside.
   *
   * @param state one of {@link #states()}
   * @return path of its layer and local name
   */
  public String name(State state) {
    return within(state.name());
  }

  private String within(String path) {
    Layer around = own == null ? null : own.wrapper();
    return around == null ? path : path.substring(around.path().length() + 1);
  }

  /**
   * Whether the layers form a chain, each called once with the output of the one before: Keras's
   * {@code Sequential}.
   *
   * @return false if there are several inputs, outputs or branches
   */
  public boolean isChain() {
    Set<Layer> called = new HashSet<>();
    Set<Symbol> used = new HashSet<>();
    for (Node n : nodes) {
      List<Symbol> in = n.arguments().all();
      if (in.size() > 1 || n.outputs().size() != 1 || !called.add(n.layer())) {
        return false;
      }
      if (!used.addAll(in) && !in.isEmpty()) {
        return false;
      }
    }
    return inputs.size() == 1 && outputs.size() == 1;
  }

  /**
   * Names of the inputs: those of their layers.
   *
   * @return in the order of {@link #inputs()}
   */
  public List<String> inputNames() {
    return inputs.stream().map(s -> s.node().layer().name()).toList();
  }

  /**
   * Whether the outputs have names of their own, as those that a model of Keras's gives as a
   * dictionary.
   *
   * @return false if they are called by their layers
   */
  public boolean namesOutputs() {
    return !givenNames.isEmpty();
  }

  /**
   * Names of the outputs: their own, or those of their layers, with a number where a layer yields
   * several.
   *
   * @return in the order of {@link #outputs()}, each different
   */
  public List<String> outputNames() {
    if (!givenNames.isEmpty()) {
      return givenNames;
    }
    List<String> names = new ArrayList<>();
    Map<String, Integer> seen = new HashMap<>();
    for (Symbol s : outputs) {
      String name = s.node().layer().name();
      int k = seen.merge(name, 1, Integer::sum) - 1;
      names.add(k == 0 ? name : name + "_" + k);
    }
    return names;
  }

  /**
   * Adds the network's ops to a program.
   *
   * @param g the program under construction
   * @param feeds values of the inputs
   * @return values of the outputs
   * @throws ShapeException if a feed does not fit its input; the message names the input and both
   *     shapes
   */
  public List<Value> lower(Lowering g, List<Value> feeds) {
    return call(g, Arguments.of(feeds)).values();
  }

  /**
   * Adds the network's ops to a program, and says which positions of the outputs count.
   *
   * @param g the program under construction
   * @param feeds values of the inputs, and the masks that come with them
   * @return the outputs and their masks
   * @throws ShapeException if a feed does not fit its input; the message names the input and both
   *     shapes
   */
  public Outputs call(Lowering g, Arguments<Value> feeds) {
    Map<Symbol, Value> values = new HashMap<>();
    Map<Symbol, Value> masks = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      checkFeed(i, feeds.data().get(i).shape());
      values.put(inputs.get(i), feeds.data().get(i));
      Symbol input = inputs.get(i);
      feeds.carried(i).ifPresent(m -> masks.put(input, m));
    }
    for (Node node : nodes) {
      if (node.layer() instanceof InputLayer) {
        continue;
      }
      g.enter(node.layer().requiredName());
      Outputs results;
      try {
        Lowering mode = node.arguments().inference() ? new AtInference(g) : g;
        results =
            node.layer()
                .call(mode, node.arguments().map(values::get).carrying(carried(node, masks)));
      } catch (ShapeException e) {
        throw new ShapeException(node.layer().label() + ": " + e.getMessage());
      } finally {
        g.leave();
      }
      for (int i = 0; i < results.values().size(); i++) {
        Symbol output = node.outputs().get(i);
        values.put(output, results.values().get(i));
        results.masks().get(i).ifPresent(m -> masks.put(output, m));
      }
    }
    return new Outputs(
        outputs.stream().map(values::get).toList(),
        outputs.stream().map(s -> Optional.ofNullable(masks.get(s))).toList());
  }

  private static List<Optional<Value>> carried(Node node, Map<Symbol, Value> masks) {
    return node.arguments().data().stream().map(s -> Optional.ofNullable(masks.get(s))).toList();
  }

  /**
   * Checks the shape of what is fed to an input.
   *
   * @param index which input
   * @param actual shape of the feed
   * @throws ShapeException if it does not fit, or an axis has size 0
   */
  public void checkFeed(int index, Shape actual) {
    feedCheck(index).check(actual);
  }

  /**
   * Checks the shape of one sample for an input, without the batch axis.
   *
   * @param index which input
   * @param sample its shape
   * @throws ShapeException if a batch of it does not fit, or an axis has size 0
   */
  public void checkSample(int index, Shape sample) {
    feedCheck(index).checkSample(sample);
  }

  private FeedCheck feedCheck(int index) {
    return new FeedCheck(
        inputs.get(index).node().layer().requiredName(),
        inputs.get(index).shape(),
        () -> axes(index));
  }

  /**
   * What the axes of an input are called, in the data format of the first layer that reads it.
   *
   * @param index which input
   * @return for instance {@code [N, T, H, W, C]}; empty if no layer tells
   */
  public Optional<List<String>> axes(int index) {
    int rank = inputs.get(index).shape().rank();
    return imageAxes(index).flatMap(a -> a.names(rank));
  }

  /**
   * How the first layer that has a data format reads an input.
   *
   * @param index which input
   * @return empty if no layer tells
   */
  public Optional<ImageAxes> imageAxes(int index) {
    int rank = inputs.get(index).shape().rank();
    Set<Symbol> same = new HashSet<>(Set.of(inputs.get(index)));
    for (Node node : nodes) {
      if (node.arguments().data().stream().noneMatch(same::contains)) {
        continue;
      }
      Optional<ImageAxes> axes = node.layer().imageAxes().filter(a -> a.names(rank).isPresent());
      if (axes.isPresent()) {
        return axes;
      }
      if (node.layer().keepsAxes()) {
        node.outputs().stream().filter(s -> s.shape().rank() == rank).forEach(same::add);
      }
    }
    return Optional.empty();
  }
}
