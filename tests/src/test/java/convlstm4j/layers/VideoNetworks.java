package convlstm4j.layers;

import convlstm4j.data.Batch;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The article's network, small, in either data format: two stages, then branches. */
final class VideoNetworks {
  private static final int STEPS = 3;
  private static final int CHANNELS = 3;
  private static final int HEIGHT = 9;
  private static final int WIDTH = 10;

  private VideoNetworks() {}

  static Model article(DataFormat format, int branches) {
    Symbol input =
        Input.named("video", format.image(CHANNELS, Shape.of(HEIGHT, WIDTH)).prepend(STEPS).dims());
    Symbol x = input;
    for (int stage = 0; stage < 2; stage++) {
      x = convLstm(format).apply(x);
      x = new BatchNormalization().axis(format == DataFormat.CHANNELS_FIRST ? 2 : 4).apply(x);
      x = pool(x, format);
    }
    List<Symbol> outputs = new ArrayList<>();
    for (int k = 0; k < branches; k++) {
      Symbol y = pool(convLstm(format).apply(x), format);
      y = new TimeDistributed(new Flatten()).apply(y);
      outputs.add(new TimeDistributed(new Dense(1)).apply(y));
    }
    return Model.of(List.of(input), outputs).seed(3);
  }

  private static ConvLSTM2D convLstm(DataFormat format) {
    return new ConvLSTM2D(4, 3).padding(Padding.SAME).dataFormat(format).returnSequences(true);
  }

  /** Over the images alone: with channels first that is MaxPooling3D over C, H and W. */
  private static Symbol pool(Symbol x, DataFormat format) {
    return new MaxPooling3D(1, 2, 2).padding(Padding.SAME).dataFormat(format).apply(x);
  }

  static Compile quick() {
    return Compile.with(new SGD(0.05)).loss(Loss.meanSquaredError());
  }

  static Batch batch(DataFormat format, int branches) {
    Shape x = format.image(CHANNELS, Shape.of(HEIGHT, WIDTH)).prepend(1, STEPS);
    Tensor target = Apply.tensor(Shape.of(1, STEPS, 1), 8).cast(DType.FLOAT32);
    return new Batch(
        List.of(Apply.tensor(x, 7).cast(DType.FLOAT32)),
        Collections.nCopies(branches, target),
        List.of(),
        "random");
  }
}
