package convlstm4j.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How files become the numbers of one of a model's inputs, as far as that is known. It belongs to
 * the model and is saved with it.
 *
 * @param bytes what bytes stand for; empty if there were none or it is not known
 * @param frames how the frames of films are prepared; empty if there were no films or it is not
 *     known
 * @param features which features of the frames it is, and not the frames; empty for frames, and if
 *     it is not known
 */
public record InputForm(
    Optional<ByteScale> bytes, Optional<FramePreparation> frames, Optional<FeatureForm> features) {
  /** Nothing is known. */
  public static final InputForm UNKNOWN = new InputForm(Optional.empty(), Optional.empty());

  private static final String FRAMES = "frames";
  private static final String FEATURES = "features";

  /**
   * Of pixels.
   *
   * @param bytes the scale of bytes
   * @param frames how the frames of films are prepared
   */
  public InputForm(Optional<ByteScale> bytes, Optional<FramePreparation> frames) {
    this(bytes, frames, Optional.empty());
  }

  /**
   * Of bytes that are no films.
   *
   * @param scale what they stand for; empty if it is not known
   * @return the form
   */
  public static InputForm ofBytes(Optional<ByteScale> scale) {
    return new InputForm(scale, Optional.empty());
  }

  /**
   * This form, and of another what this does not know.
   *
   * @param other the other
   * @return both
   */
  public InputForm or(InputForm other) {
    return new InputForm(
        bytes.or(other::bytes), frames.or(other::frames), features.or(other::features));
  }

  /**
   * What keeps data from an input.
   *
   * @param data how the data is read
   * @return what is different, in words that begin with "the"; empty if nothing is known that
   *     differs
   */
  public Optional<String> difference(InputForm data) {
    boolean known = isOfFrames() && data.isOfFrames();
    if (known && !features.equals(data.features)) {
      return Optional.of(
          "the frames are given as "
              + data.features.map(FeatureForm::toString).orElse("pixels")
              + ", the model takes "
              + features.map(FeatureForm::toString).orElse("pixels"));
    }
    if (bytes.isPresent() && data.bytes.isPresent() && !bytes.equals(data.bytes)) {
      return Optional.of(
          "the bytes are read "
              + data.bytes.get()
              + ", the model takes them "
              + bytes.get()
              + ": read them to the model's scale (Model.inputForms)");
    }
    if (frames.isPresent() && data.frames.isPresent() && !frames.equals(data.frames)) {
      return Optional.of(
          "the films are prepared as "
              + data.frames.get()
              + ", the model takes them as "
              + frames.get()
              + ": prepare them as the model does (Model.inputForms)");
    }
    return Optional.empty();
  }

  private boolean isOfFrames() {
    return features.isPresent() || bytes.isPresent() || frames.isPresent();
  }

  /**
   * Several forms, for a file.
   *
   * @param forms one per input
   * @return what JSON can be made of; empty if nothing is known
   */
  public static Optional<List<Object>> configs(List<InputForm> forms) {
    if (forms.stream().allMatch(UNKNOWN::equals)) {
      return Optional.empty();
    }
    List<Object> all = new ArrayList<>();
    for (InputForm form : forms) {
      Map<String, Object> config = new LinkedHashMap<>();
      form.bytes.ifPresent(b -> config.putAll(b.config()));
      form.frames.ifPresent(f -> config.put(FRAMES, f.config()));
      form.features.ifPresent(f -> config.put(FEATURES, f.config()));
      all.add(config);
    }
    return Optional.of(all);
  }

  /**
   * The forms in a file.
   *
   * @param configs as {@link #configs} gives them
   * @param inputs how many there must be
   * @return one per input
   * @throws IllegalArgumentException if they are not of that form
   */
  public static List<InputForm> fromConfigs(@Nullable Object configs, int inputs) {
    if (!(configs instanceof List<?> list) || list.size() != inputs) {
      throw new IllegalArgumentException(
          "forms of inputs: expected a list for " + inputs + " inputs, got " + configs);
    }
    List<InputForm> all = new ArrayList<>();
    for (Object o : list) {
      if (!(o instanceof Map<?, ?> config)) {
        throw new IllegalArgumentException("forms of inputs: expected {..}, got " + o);
      }
      Map<String, Object> rest = new LinkedHashMap<>();
      config.forEach((key, value) -> rest.put(String.valueOf(key), value));
      Object frames = rest.remove(FRAMES);
      Object features = rest.remove(FEATURES);
      all.add(
          new InputForm(
              rest.isEmpty() ? Optional.empty() : Optional.of(ByteScale.fromConfig(rest)),
              Optional.ofNullable(frames).map(FramePreparation::fromConfig),
              Optional.ofNullable(features).map(FeatureForm::fromConfig)));
    }
    return all;
  }
}
