package convlstm4j.model;

import convlstm4j.data.ByteScale;
import convlstm4j.data.FeatureForm;
import convlstm4j.data.FrameFeatures;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Node;
import convlstm4j.graph.Symbol;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An image network, frozen, that makes features of each frame of a video: {@code [T, C, H, W]} to
 * {@code [T, K]} or, of a network that gives maps, {@code [T, K, h, w]}. Its weights are never
 * trained, so features are computed once ({@link
 * convlstm4j.data.folder.VideoFolder#features(FrameFeatures, java.nio.file.Path)}) and another
 * model is trained on them.
 *
 * <pre>{@code
 * Model mobileNet = Model.load(Path.of("mobilenet.h5"));
 * Backbone eye = Backbone.of(mobileNet).bytes(Backbone.SIGNED); // as Keras prepares for MobileNet
 * var data = VideoFolder.open(folder).features(eye, Path.of("features")).fitting(head.signature());
 * head.fit(data, 20);
 * }</pre>
 *
 * <p>The network's input is {@code [N, H, W, C]} or {@code [N, C, H, W]}. Bytes of pixels are
 * brought to the scale that the model remembers, else to 0 to 1, else to that of {@link #bytes}.
 *
 * <p>Any number of threads may use it, one after the other; the model is not closed with it and
 * must not be used or trained otherwise meanwhile.
 */
public final class Backbone implements FrameFeatures {
  /** From -1 to 1, as Keras prepares pixels for MobileNet, Inception and Xception. */
  public static final ByteScale SIGNED = new ByteScale(1 / 127.5, -1);

  private static final int IMAGE = 4;

  private final Model model;
  private final ByteScale bytes;
  private final boolean channelsLast;
  private final FeatureForm form;
  private final String computedBy;

  private Backbone(Model model, ByteScale bytes, boolean channelsLast) {
    this.model = model;
    this.bytes = bytes;
    this.channelsLast = channelsLast;
    this.form = new FeatureForm(model.name(), id(model, bytes));
    this.computedBy =
        model.session.startedBackend().name()
            + " "
            + model.dtype()
            + model.session.precision().map(p -> " " + p).orElse("");
  }

  /**
   * A network with the weights that it has now. Its backend starts.
   *
   * @param model of one input, images, and one output
   * @return what computes its output of frames
   * @throws IllegalArgumentException if it is no such model
   */
  public static Backbone of(Model model) {
    List<Symbol> inputs = model.network().inputs();
    List<Symbol> outputs = model.network().outputs();
    if (inputs.size() != 1
        || outputs.size() != 1
        || inputs.get(0).shape().rank() != IMAGE
        || !List.of(2, IMAGE).contains(outputs.get(0).shape().rank())) {
      throw new IllegalArgumentException(
          "backbone \""
              + model.name()
              + "\": takes "
              + inputs.stream().map(s -> s.shape().toString()).toList()
              + " and gives "
              + outputs.stream().map(s -> s.shape().toString()).toList()
              + ", expected one input of images [N, H, W, C] or [N, C, H, W] and one output [N, K],"
              + " or of maps");
    }
    if (!model.network().states().isEmpty()) {
      throw new IllegalArgumentException(
          "backbone \"" + model.name() + "\": is stateful, expected each frame by itself");
    }
    ByteScale known = model.inputForms().get(0).bytes().orElse(ByteScale.UNIT);
    return new Backbone(model, known, isLast(model));
  }

  /**
   * The same with another scale of bytes.
   *
   * @param scale what a byte of a pixel becomes, as the network was trained with
   * @return a new value
   * @throws IllegalArgumentException if the model remembers another one
   */
  public Backbone bytes(ByteScale scale) {
    model
        .inputForms()
        .get(0)
        .bytes()
        .filter(known -> !known.equals(scale))
        .ifPresent(
            known -> {
              throw new IllegalArgumentException(
                  "backbone \""
                      + model.name()
                      + "\": was trained on bytes "
                      + known
                      + ", not "
                      + scale);
            });
    return new Backbone(model, scale, channelsLast);
  }

  /** Whether colours are the last axis: as layers say, or as only sizes can mean. */
  private static boolean isLast(Model model) {
    List<String> axes = model.network().axes(0).orElse(List.of());
    if (axes.size() == IMAGE && axes.contains("C")) {
      return axes.get(IMAGE - 1).equals("C");
    }
    Shape s = model.network().inputs().get(0).shape();
    return isColours(s.dim(IMAGE - 1)) || !isColours(s.dim(1));
  }

  private static boolean isColours(long n) {
    return n == 1 || n == 3;
  }

  private static String id(Model model, ByteScale bytes) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    digest.update(
        (bytes + "\n" + architecture(model.network().nodes())).getBytes(StandardCharsets.UTF_8));
    for (Tensor w : model.weights().values()) {
      digest.update((w.dtype() + " " + w.shape() + "\n").getBytes(StandardCharsets.UTF_8));
      ByteBuffer numbers = ByteBuffer.allocate(w.size() * w.dtype().bytes());
      if (w.dtype() == DType.FLOAT32) {
        numbers.asFloatBuffer().put(w.floats());
      } else {
        numbers.asDoubleBuffer().put(w.doubles());
      }
      digest.update(numbers);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Layers and what they are given; their names, which a program may choose, say nothing. */
  private static String architecture(List<Node> nodes) {
    StringBuilder text = new StringBuilder();
    Map<Symbol, String> names = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      Layer layer = node.layer();
      text.append(layer.getClass().getName())
          .append(text(layer.config()))
          .append(node.arguments().all().stream().map(names::get).toList())
          .append('\n');
      for (int k = 0; k < node.outputs().size(); k++) {
        names.put(node.outputs().get(k), i + "." + k);
      }
    }
    return text.toString();
  }

  /** Maps in one order, whichever they have. */
  private static String text(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, String> sorted = new TreeMap<>();
      map.forEach((key, v) -> sorted.put(String.valueOf(key), text(v)));
      sorted.remove("name");
      return sorted.toString();
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Backbone::text).collect(Collectors.joining(",", "[", "]"));
    }
    return String.valueOf(value);
  }

  @Override
  public FeatureForm form() {
    return form;
  }

  @Override
  public String computedBy() {
    return computedBy;
  }

  @Override
  public ByteScale bytes() {
    return bytes;
  }

  /** That of the model's training, else the size and colours of its input. */
  @Override
  public FramePreparation preparation() {
    return model
        .inputForms()
        .get(0)
        .frames()
        .orElseGet(
            () -> {
              Shape s = model.network().inputs().get(0).shape();
              long height = s.dim(channelsLast ? 1 : 2);
              long width = s.dim(channelsLast ? 2 : 3);
              boolean sized = height != Shape.UNKNOWN && width != Shape.UNKNOWN;
              FramePreparation p =
                  sized
                      ? FramePreparation.NONE.size((int) height, (int) width)
                      : FramePreparation.NONE;
              return s.dim(channelsLast ? IMAGE - 1 : 1) == 1 ? p.colours(Colours.GREY) : p;
            });
  }

  @Override
  public Shape shape(Shape frame) {
    Shape input = given(frame.prepend(1));
    try {
      model.network().checkSample(0, input.from(1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("backbone \"" + model.name() + "\": " + e.getMessage(), e);
    }
    Shape known = model.network().outputs().get(0).shape().from(1);
    if (known.isKnown()) {
      return known.rank() == 1 || !channelsLast
          ? known
          : Shape.of(known.dim(2), known.dim(0), known.dim(1));
    }
    // Sizes of maps follow from those of the frames.
    return of(Tensor.zeros(DType.FLOAT32, frame.prepend(1))).shape().from(1);
  }

  /** {@code [T, C, H, W]} as the network takes it. */
  private Shape given(Shape frames) {
    return channelsLast
        ? Shape.of(frames.dim(0), frames.dim(2), frames.dim(3), frames.dim(1))
        : frames;
  }

  @Override
  public Tensor of(Tensor frames) {
    Shape f = frames.shape();
    Tensor images = channelsLast ? swapped(frames, (int) f.dim(1), given(f)) : frames;
    Tensor y;
    synchronized (model) {
      y = model.predict(images).get(0).cast(DType.FLOAT32);
    }
    Shape s = y.shape();
    return s.rank() == IMAGE && channelsLast
        ? swapped(y, (int) (s.dim(1) * s.dim(2)), Shape.of(s.dim(0), s.dim(3), s.dim(1), s.dim(2)))
        : y;
  }

  /** Swaps rows and columns of each frame. */
  private static Tensor swapped(Tensor from, int rows, Shape shape) {
    Tensor to = Tensor.zeros(DType.FLOAT32, shape);
    int each = from.size() / (int) shape.dim(0);
    int columns = each / rows;
    for (int start = 0; start < from.size(); start += each) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          to.set(start + c * rows + r, from.get(start + r * columns + c));
        }
      }
    }
    return to;
  }

  /** In words. */
  @Override
  public String toString() {
    return "backbone \"" + model.name() + "\", bytes " + bytes;
  }
}
