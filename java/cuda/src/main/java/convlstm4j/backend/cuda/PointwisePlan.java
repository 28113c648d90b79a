package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.cuda.PointwiseKernel.Data;
import convlstm4j.formula.Code;
import convlstm4j.op.Pointwise;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** {@link Pointwise}: cuda/include/pointwise.h. */
final class PointwisePlan extends CudaPlan<Pointwise> {
  private final long elements;
  private final Broadcasts broadcasts;
  private final long gradientAt;
  private final Code code;
  private final List<Code> gradients = new ArrayList<>();

  PointwisePlan(Device device, Pointwise op, List<Shape> inputs) {
    super(device, op, inputs);
    elements = out.get(0).elements();
    broadcasts = new Broadcasts(device, workspace, in, out.get(0));
    gradientAt = broadcasts.any() ? workspace.take(elements) : 0;
    code = op.code();
    for (int i = 0; i < op.count(); i++) {
      gradients.add(op.gradient(i));
    }
  }

  private List<Long> laidOut(List<? extends Buffer> inputs, @Nullable Buffer workspace) {
    return LongStream.of(broadcasts.laidOut(inputs, workspace))
        .boxed()
        .collect(Collectors.toCollection(ArrayList::new));
  }

  @Override
  protected void compute(Forward call) {
    List<Long> x = laidOut(call.inputs(), call.workspace());
    PointwiseKernel.launch(device, code, Data.of(elements, false, x, output(call.outputs(), "y")));
  }

  @Override
  public boolean writesGradient(int input) {
    return !broadcasts.is(input);
  }

  @Override
  protected void addGradients(Backward call) {
    List<Long> x = laidOut(call.inputs(), call.workspace());
    x.add(output(call.outputGradients(), "y"));
    for (int i = 0; i < op.count(); i++) {
      long dx = at(call.inputGradients(), i);
      if (dx == 0) {
        continue;
      }
      if (broadcasts.is(i)) {
        long gradient = DeviceBuffer.address(call.workspace()) + gradientAt;
        PointwiseKernel.launch(device, gradients.get(i), Data.of(elements, false, x, gradient));
        broadcasts.addSums(i, gradient, 1, call.workspace(), dx);
      } else {
        boolean add = !call.written().contains(i);
        PointwiseKernel.launch(device, gradients.get(i), Data.of(elements, add, x, dx));
      }
    }
  }
}
