package convlstm4j.backend.reference.f32;

import convlstm4j.op.Concat;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@link Concat}: with a the axes before the joined one, each input is a rows of neighbouring
 * elements that become a piece of the output's row.
 */
final class ConcatPlan extends ReferencePlan<Concat> {
  ConcatPlan(Concat op, List<Shape> inputs) {
    super(op, inputs);
  }

  @Override
  public void forward(Forward call) {
    float[] y = array(call.outputs().get(0));
    int offset = 0;
    for (int i = 0; i < op.count(); i++) {
      float[] x = array(call.inputs().get(i));
      int row = row(in.get(i));
      for (int a = 0; a < rows(); a++) {
        System.arraycopy(x, a * row, y, a * row(out.get(0)) + offset, row);
      }
      offset += row;
    }
  }

  @Override
  public void backward(Backward call) {
    float[] dy = array(call.outputGradients().get(0));
    int offset = 0;
    for (int i = 0; i < op.count(); i++) {
      float[] dx = array(call.inputGradients().get(i));
      int row = row(in.get(i));
      if (dx != null) {
        for (int a = 0; a < rows(); a++) {
          int from = a * row(out.get(0)) + offset;
          for (int b = 0; b < row; b++) {
            dx[a * row + b] += dy[from + b];
          }
        }
      }
      offset += row;
    }
  }

  private int row(Shape shape) {
    return (int) shape.from(op.axis()).elements();
  }

  private int rows() {
    long rows = 1;
    for (int d = 0; d < op.axis(); d++) {
      rows *= out.get(0).dim(d);
    }
    return (int) rows;
  }
}
