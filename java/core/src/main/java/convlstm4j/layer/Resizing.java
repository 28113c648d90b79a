package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.Forms;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Pad;
import convlstm4j.op.Pointwise;
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
 * Keras's {@code Resizing}: images of any size to one of this layer's. Input {@code [N, H, W, C]}
 * or channels first.
 */
public final class Resizing extends ImageLayer<Resizing> implements DataFormatted<Resizing> {
  private final List<Integer> size;
  private Interpolation interpolation = Interpolation.BILINEAR;
  private boolean crop;
  private boolean pad;
  private double fillValue;
  private boolean antialias;

  /**
   * A layer.
   *
   * @param height of the output, pixels, at least 1
   * @param width of the output, pixels, at least 1
   * @throws IllegalArgumentException if a number is out of range
   */
  public Resizing(int height, int width) {
    super(2);
    this.size = List.of(positive("height", height), positive("width", width));
  }

  @Override
  public Resizing dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  /**
   * Sets what is between pixels by its name in Keras 3.
   *
   * @param value {@code "bilinear"}, the default, {@code "nearest"}, {@code "bicubic"}, {@code
   *     "lanczos3"} or {@code "lanczos5"}
   * @return this layer
   * @throws IllegalArgumentException if there is no such name
   */
  public Resizing interpolation(String value) {
    return set(
        () ->
            interpolation =
                word("interpolation", value, () -> Forms.choice(Interpolation.class, value, "")));
  }

  /**
   * Says whether the middle of the image that has the output's ratio of sides is resized, instead
   * of all of it.
   *
   * @param value default false
   * @return this layer
   */
  public Resizing cropToAspectRatio(boolean value) {
    return set(() -> crop = value);
  }

  /**
   * Says whether the image is first made larger, evenly at two sides, to the output's ratio of
   * sides.
   *
   * @param value default false
   * @return this layer
   */
  public Resizing padToAspectRatio(boolean value) {
    return set(() -> pad = value);
  }

  /**
   * Sets what the image is made larger with.
   *
   * @param value finite, default 0
   * @return this layer
   * @throws IllegalArgumentException if it is not finite
   */
  public Resizing fillValue(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(label() + ": fill_value=" + value + ", must be finite");
    }
    return set(() -> fillValue = value);
  }

  /**
   * Says whether a pixel of a smaller image is made of all pixels that it covers.
   *
   * @param value default false
   * @return this layer
   */
  public Resizing antialias(boolean value) {
    return set(() -> antialias = value);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    checkRank(x.shape());
    if (crop && pad) {
      throw new ShapeException(
          "crop_to_aspect_ratio and pad_to_aspect_ratio are both true, expected one at most");
    }
    Value y = crop || pad ? inRatio(g, x) : x;
    List<Long> sizes = size.stream().map(Integer::longValue).toList();
    return List.of(interpolation.resized(g, y, firstAxis(), sizes, antialias));
  }

  /** With as much at the sides taken away or added as Keras does. */
  private Value inRatio(Lowering g, Value x) {
    long height = x.shape().dim(firstAxis());
    long width = x.shape().dim(firstAxis() + 1);
    if (height == Shape.UNKNOWN || width == Shape.UNKNOWN) {
      return x; // only the shape counts
    }
    long ofWidth = (long) ((double) (width * size.get(0)) / size.get(1));
    long ofHeight = (long) ((double) (height * size.get(1)) / size.get(0));
    List<Integer> before = new ArrayList<>(Collections.nCopies(axes + 2, 0));
    List<Integer> after = new ArrayList<>(before);
    if (crop) {
      frame(before, after, 0, Math.max(Math.min(height, ofWidth), 1) - height);
      frame(before, after, 1, Math.max(Math.min(width, ofHeight), 1) - width);
      return g.op(new Pad(before, after), x);
    }
    frame(before, after, 0, 2 * ((Math.max(height, ofWidth) - height) / 2));
    frame(before, after, 1, 2 * ((Math.max(width, ofHeight) - width) / 2));
    Pad larger = new Pad(before, after);
    Value padded = g.op(larger, x);
    if (fillValue == 0) {
      return padded;
    }
    Value inside = g.op(larger, g.op(new Pointwise(Formula.constant(1), 1), x));
    Formula filled = Formula.input(1).where(Formula.input(0), Formula.constant(fillValue));
    return g.op(new Pointwise(filled, 2), padded, inside);
  }

  private void frame(List<Integer> before, List<Integer> after, int axis, long more) {
    int all = Math.toIntExact(more);
    before.set(firstAxis() + axis, all / 2);
    after.set(firstAxis() + axis, all - all / 2);
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
    c.put("interpolation", interpolation.kerasName());
    c.put("crop_to_aspect_ratio", crop);
    if (pad || antialias || fillValue != 0) { // which not every Keras has
      c.put("pad_to_aspect_ratio", pad);
      c.put("fill_mode", "constant");
      c.put("fill_value", fillValue);
      c.put("antialias", antialias);
    }
    c.put("data_format", dataFormat.kerasName());
    return c;
  }

  static Resizing fromConfig(Config c) {
    Object mode = c.get("fill_mode");
    if (mode != null && !mode.equals("constant")) {
      throw c.wrong("fill_mode", "expected constant");
    }
    return new Resizing(c.integer("height"), c.integer("width"))
        .interpolation(Interpolation.read(c, "bilinear").kerasName())
        .cropToAspectRatio(c.bool("crop_to_aspect_ratio", false))
        .padToAspectRatio(c.bool("pad_to_aspect_ratio", false))
        .fillValue(c.real("fill_value", 0))
        .antialias(c.bool("antialias", false))
        .dataFormat(c.dataFormat("data_format"));
  }
}
