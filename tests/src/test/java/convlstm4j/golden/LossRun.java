package convlstm4j.golden;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.execution.Executor;
import convlstm4j.execution.Variables;
import convlstm4j.op.WeightedLoss;
import convlstm4j.program.Program;
import convlstm4j.program.Value;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.List;

/** A loss of given arrays for different weights of the positions. */
record LossRun(Backend backend, DType dtype, WeightedLoss op, Tensor prediction, Tensor target) {
  /** The value, {@code [1]}. */
  Tensor value(double[] weights) {
    return run(weights, false);
  }

  /** Gradient of the value with respect to the prediction. */
  Tensor gradient(double[] weights) {
    return run(weights, true);
  }

  private Tensor run(double[] weights, boolean gradient) {
    Tensor w = Tensor.of(weights, prediction.shape().without(-1));
    Program.Builder g = new Program.Builder(true);
    List<Tensor> inputs = List.of(prediction, target, w);
    List<Value> feeds = inputs.stream().map(t -> g.feed(t.shape())).toList();
    Value loss = g.ops(op, feeds).get(0);
    List<Buffer> buffers = inputs.stream().map(this::upload).toList();
    Buffer one = upload(Tensor.of(new double[] {1}, 1));
    try (Variables none = new Variables(List.of(), backend, dtype, 1);
        Executor executor =
            new Executor(g.build(), none, Mode.TRAINING, List.of(loss), feeds.subList(0, 1))) {
      executor.forward(buffers, new Philox(1, 0));
      if (!gradient) {
        return backend.memory().download(executor.value(loss));
      }
      executor.backward(List.of(loss), List.of(one));
      return backend.memory().download(executor.gradient(feeds.get(0)));
    } finally {
      buffers.forEach(Buffer::close);
      one.close();
    }
  }

  private Buffer upload(Tensor t) {
    Buffer b = backend.memory().allocate(dtype, t.shape());
    backend.memory().upload(t.cast(dtype), b);
    return b;
  }
}
