package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.ShapeException;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import java.util.List;
import java.util.Map;

/** Operations by a window that slides over images. */
final class Windowed {
  /** Makes the layer that does it, for so many spatial axes. */
  @FunctionalInterface
  private interface Sliding {
    Pooling<?> of(int axes, int... poolSize);
  }

  private Windowed() {}

  static void addTo(Map<String, OperationKind> all) {
    all.put("MaxPool", kind(Windowed::largest));
    all.put("AveragePool", kind(Windowed::mean));
  }

  private static Pooling<?> largest(int axes, int... size) {
    return switch (axes) {
      case 1 -> new MaxPooling1D(size[0]);
      case 2 -> new MaxPooling2D(size);
      default -> new MaxPooling3D(size);
    };
  }

  private static Pooling<?> mean(int axes, int... size) {
    return switch (axes) {
      case 1 -> new AveragePooling1D(size[0]);
      case 2 -> new AveragePooling2D(size);
      default -> new AveragePooling3D(size);
    };
  }

  private static OperationKind kind(Sliding sliding) {
    return OperationKind.in(
        "nn",
        List.of("pool_size", "strides", "padding", "data_format"),
        c -> {
          int[] size = Config.array(c.ints("pool_size", 0));
          int[] strides = Config.array(c.ints("strides", 0, c.ints("pool_size", 0)));
          Padding padding = c.padding("padding");
          DataFormat format = c.dataFormat("data_format");
          return (g, x) -> {
            int axes = x.shape().rank() - 2;
            if (axes < 1 || axes > 3 || (size.length != 1 && size.length != axes)) {
              throw new ShapeException(
                  "input has shape "
                      + x.shape()
                      + ", expected rank 3 to 5: batch, channels and as many axes as pool_size has");
            }
            Pooling<?> layer = sliding.of(axes, size).strides(strides).padding(padding);
            return layer.dataFormat(format).lower(g, Arguments.of(List.of(x))).get(0);
          };
        });
  }
}
