package convlstm4j.layer;

import convlstm4j.config.NetworkForm;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.ImageAxes;
import convlstm4j.graph.InputLayer;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Node;
import convlstm4j.graph.Outputs;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network as a layer of another: what calling a model does in Keras. Its inputs and outputs are
 * the network's; applied twice, it shares the weights. Weights are called by the layer's name and
 * their own, as {@code encoder/conv2d/kernel}, and belong to the model around: what a model of the
 * inner network has learnt is not known to it.
 *
 * <pre>{@code
 * Symbol frame = Input.shape(40, 40, 3);
 * Symbol features = new Flatten().apply(new Conv2D(8, 3).apply(frame));
 * NestedModel encoder = new NestedModel(Network.of(List.of(frame), List.of(features)));
 * Symbol y = new LSTM(16).apply(new TimeDistributed(encoder.named("encoder")).apply(video));
 * }</pre>
 */
public final class NestedModel extends KerasLayer<NestedModel> {
  private final Network network;
  private final boolean sequential;

  /**
   * Takes a network in, as Keras's {@code Functional}.
   *
   * @param network what the layer computes; its layers are inside this one from now on
   * @throws IllegalArgumentException if one of its layers is already inside another
   */
  public NestedModel(Network network) {
    this(network, false);
  }

  private NestedModel(Network network, boolean sequential) {
    this.network = network;
    this.sequential = sequential;
    for (Layer l : network.layers()) {
      if (!(l instanceof InputLayer)) { // an input may start several networks
        adopt(l, l.requiredName());
      }
    }
  }

  /**
   * Takes a network in, as Keras's {@code Sequential} where its files can say it so, else as a
   * {@code Functional}.
   *
   * @param network what the layer computes; its layers are inside this one from now on
   * @return the layer
   * @throws IllegalArgumentException if one of its layers is already inside another
   */
  public static NestedModel of(Network network) {
    return new NestedModel(network, notSequential(network).isEmpty());
  }

  /**
   * Takes a network in, as Keras's {@code Sequential}: the same but for what files call it.
   *
   * @param network what the layer computes; its layers are inside this one from now on
   * @return the layer
   * @throws IllegalArgumentException if one of its layers is already inside another, or they do not
   *     follow one another, or one is an {@link Operation} or called at inference, which a {@code
   *     Sequential} of Keras does not say
   */
  public static NestedModel sequential(Network network) {
    notSequential(network)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException("Sequential: " + why + "; use new NestedModel");
            });
    return new NestedModel(network, true);
  }

  /** Why a network is no Sequential model: that one has layers, but no calls of them. */
  private static Optional<String> notSequential(Network network) {
    if (!network.isChain()) {
      return Optional.of(
          "the layers "
              + network.layers().stream().map(Layer::name).toList()
              + " do not form a chain");
    }
    for (Node n : network.nodes()) {
      if (n.layer() instanceof Operation) {
        return Optional.of(n.layer().label() + " is an operation, whose numbers are in its call");
      }
      if (n.arguments().inference()) {
        return Optional.of(n.layer().label() + " is called with training=False");
      }
    }
    return Optional.empty();
  }

  /**
   * What the layer computes.
   *
   * @return the network inside
   */
  public Network network() {
    return network;
  }

  @Override
  public String kerasClass() {
    return sequential ? NetworkForm.SEQUENTIAL : NetworkForm.FUNCTIONAL;
  }

  @Override
  public List<Layer> children() {
    return network.layers();
  }

  @Override
  public long callCount() {
    long inside = network.callCount();
    return inside == Long.MAX_VALUE ? inside : inside + 1;
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    return call(g, arguments).values();
  }

  @Override
  public Outputs call(Lowering g, Arguments<Value> arguments) {
    if (!arguments.initialState().isEmpty()) {
      throw new ShapeException("takes no initial state; make it an input of the model inside");
    }
    if (arguments.mask().isPresent() && arguments.data().size() > 1) {
      throw new ShapeException(
          "takes a mask of one input only, by itself; make it an input inside");
    }
    if (arguments.data().size() != network.inputs().size()) {
      throw new ShapeException(
          "got "
              + arguments.data().size()
              + " inputs, expected "
              + network.inputs().size()
              + ": "
              + network.inputNames());
    }
    return network.call(
        g,
        arguments.mask().isEmpty()
            ? arguments
            : Arguments.of(arguments.data()).carrying(List.of(arguments.mask())));
  }

  @Override
  public Optional<ImageAxes> imageAxes() {
    return network.imageAxes(0);
  }

  @Override
  public Map<String, Object> config() {
    return sequential ? NetworkForm.sequential(network) : NetworkForm.functional(network);
  }
}
