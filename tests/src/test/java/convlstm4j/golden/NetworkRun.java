package convlstm4j.golden;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.execution.Executor;
import convlstm4j.execution.Variables;
import convlstm4j.graph.Network;
import convlstm4j.program.Parameter;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A network on a backend for one set of input shapes, run with host tensors. */
public final class NetworkRun implements AutoCloseable {
  private final Network network;
  private final DType dtype;
  private final Memory memory;
  private final long liveBefore;
  private final Variables variables;
  private final List<Value> feeds;
  private final List<Value> outputs;
  private final Executor executor;
  private final List<Buffer> fed = new ArrayList<>();

  /**
   * Lowers and plans the network; its weights have their initial values.
   *
   * @param network what to run
   * @param backend on what
   * @param dtype element type
   * @param training Keras's {@code training}; gradients are there either way
   * @param inputs shapes of the inputs
   */
  public NetworkRun(
      Network network, Backend backend, DType dtype, boolean training, List<Shape> inputs) {
    this.network = network;
    this.dtype = dtype;
    this.memory = backend.memory();
    this.liveBefore = memory.liveBytes();
    this.variables = new Variables(network.parameters(), backend, dtype, 1);
    Program.Builder g = new Program.Builder(training);
    this.feeds = inputs.stream().map(g::feed).toList();
    this.outputs = network.lower(g, feeds);
    this.executor = new Executor(g.build(), variables, Mode.TRAINING, outputs, feeds);
  }

  /**
   * Replaces all weights.
   *
   * @param values in the network's order
   */
  public void setWeights(List<Tensor> values) {
    List<Parameter> all = network.parameters();
    if (all.size() != values.size()) {
      throw new AssertionError(all + " are not " + values.size() + " weights");
    }
    for (int i = 0; i < all.size(); i++) {
      variables.set(all.get(i), values.get(i));
    }
  }

  /**
   * A weight's value.
   *
   * @param index in the network's order
   * @return its value
   */
  public Tensor weight(int index) {
    return variables.get(network.parameters().get(index));
  }

  /**
   * Computes the outputs.
   *
   * @param inputs values
   * @return the outputs
   */
  public List<Tensor> forward(List<Tensor> inputs) {
    closeFed();
    inputs.forEach(t -> fed.add(upload(t)));
    executor.forward(fed, new Philox(3, 0));
    return outputs.stream().map(v -> memory.download(executor.value(v))).toList();
  }

  /** Keeps states and moving statistics of the run. */
  public void commit() {
    executor.commit();
  }

  /** Forgets all states. */
  public void resetStates() {
    variables.resetStates();
  }

  /**
   * Differentiates {@code sum_k sum(output_k * projection_k)} after {@link #forward}.
   *
   * @param projections one per output
   */
  public void backward(List<Tensor> projections) {
    List<Buffer> weights = projections.stream().map(this::upload).toList();
    executor.backward(outputs, weights);
    weights.forEach(Buffer::close);
  }

  /**
   * Gradient of an input.
   *
   * @param index which input
   * @return its gradient
   */
  public Tensor inputGradient(int index) {
    return memory.download(executor.gradient(feeds.get(index)));
  }

  /**
   * Gradient of a weight.
   *
   * @param index in the network's order
   * @return its gradient
   */
  public Tensor weightGradient(int index) {
    return memory.download(executor.gradient(network.parameters().get(index)));
  }

  private Buffer upload(Tensor t) {
    Buffer b = memory.allocate(dtype, t.shape());
    memory.upload(t.cast(dtype), b);
    return b;
  }

  private void closeFed() {
    fed.forEach(Buffer::close);
    fed.clear();
  }

  /** Frees everything and fails if memory stays in use. */
  @Override
  public void close() {
    executor.close();
    variables.close();
    closeFed();
    if (memory.liveBytes() != liveBefore) {
      throw new AssertionError("a run leaks " + (memory.liveBytes() - liveBefore) + " bytes");
    }
  }
}
