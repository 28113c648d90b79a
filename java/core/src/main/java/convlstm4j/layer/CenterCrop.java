package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Pad;
import convlstm4j.op.ShapeException;
import convlstm4j.option.DataFormat;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code CenterCrop}: the middle of images; smaller ones are resized to it as by {@link
 * Resizing} that crops to the ratio of sides. Input {@code [N, H, W, C]} or channels first, of
 * known height and width.
 */
public final class CenterCrop extends ImageLayer<CenterCrop> implements DataFormatted<CenterCrop> {
  private final List<Integer> size;

  /**
   * A layer.
   *
   * @param height of the output, pixels, at least 1
   * @param width of the output, pixels, at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public CenterCrop(int height, int width) {
    super(2);
    this.size = List.of(positive("height", height), positive("width", width));
  }

  @Override
  public CenterCrop dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    checkRank(x.shape());
    List<Integer> before = new ArrayList<>(Collections.nCopies(axes + 2, 0));
    List<Integer> after = new ArrayList<>(before);
    for (int a = 0; a < axes; a++) {
      long n = x.shape().dim(firstAxis() + a);
      if (n == Shape.UNKNOWN) {
        throw new ShapeException("input has shape " + x.shape() + ", expected a known image size");
      }
      if (n < size.get(a)) {
        return new Resizing(size.get(0), size.get(1))
            .cropToAspectRatio(true)
            .dataFormat(dataFormat)
            .lower(g, arguments);
      }
      int excess = Math.toIntExact(n - size.get(a));
      before.set(firstAxis() + a, -(excess / 2));
      after.set(firstAxis() + a, -(excess - excess / 2));
    }
    return List.of(g.op(new Pad(before, after), x));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("height", size.get(0));
    c.put("width", size.get(1));
    c.put("data_format", dataFormat.kerasName());
    return c;
  }

  static CenterCrop fromConfig(Config c) {
    return new CenterCrop(c.integer("height"), c.integer("width"))
        .dataFormat(c.dataFormat("data_format"));
  }
}
