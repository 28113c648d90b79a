package convlstm4j.cli;

import convlstm4j.data.ByteScale;
import convlstm4j.data.FeatureForm;
import convlstm4j.data.FrameFeatures;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.model.Backbone;
import convlstm4j.model.Model;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** An image network whose features of the frames take the frames' place. */
final class BackboneOption implements AutoCloseable {
  private static final String NUMBER = "(-?[0-9]{1,9}(?:\\.[0-9]{1,9})?)";
  private static final Pattern RANGE = Pattern.compile(NUMBER + ":" + NUMBER);

  @Option(
      names = "--backbone",
      paramLabel = "FILE",
      description = {
        "An image network (a checkpoint, .h5 or .keras), such as one of keras.applications without its"
            + " top: the model is fed with what it makes of each frame. Computed once and kept in"
            + " --feature-cache; the network itself is not trained. The model remembers which it was:"
            + " evaluate and predict want the same."
      })
  @Nullable Path file;

  @Option(
      names = "--backbone-range",
      paramLabel = "LOW:HIGH",
      description = {
        "What the darkest and the brightest pixel become for --backbone: 0:1 (the default), -1:1 (of"
            + " MobileNet, Inception, Xception), 0:255 .."
      })
  @Nullable String range;

  @Option(
      names = "--feature-cache",
      paramLabel = "FOLDER",
      description = {
        "Where features are kept, a file for each video: named by its content, its preparation and the"
            + " network, so that others are computed anew. May be removed at any time."
      })
  @Nullable Path cache;

  private @Nullable Model model;
  private @Nullable Backbone backbone;

  /** Names of options that were given. */
  List<String> given() {
    return Given.of("--backbone", file != null)
        .and("--backbone-range", range != null)
        .and("--feature-cache", cache != null)
        .names();
  }

  boolean isGiven() {
    return file != null;
  }

  /** Fails unless all that is needed was given. */
  void check() {
    if (file == null && !given().isEmpty()) {
      throw new IllegalArgumentException(given().get(0) + " goes with --backbone");
    }
    if (file != null && cache == null) {
      throw new IllegalArgumentException(
          "--backbone " + file + ": expected --feature-cache FOLDER, too, to keep its features in");
    }
    if (cache != null) {
      OutputFiles.checkFolder("--feature-cache", cache);
    }
    scale();
  }

  /** Empty for the network's own, or 0 to 1. */
  private Optional<ByteScale> scale() {
    if (range == null) {
      return Optional.empty();
    }
    Matcher m = RANGE.matcher(range);
    double low = m.matches() ? Double.parseDouble(m.group(1)) : 0;
    double high = m.matches() ? Double.parseDouble(m.group(2)) : 0;
    if (low >= high) {
      throw new IllegalArgumentException(
          "--backbone-range " + range + ": expected two numbers, the lower first, as in -1:1");
    }
    return Optional.of(
        low == 0 && high == 1 ? ByteScale.UNIT : new ByteScale((high - low) / 255, low));
  }

  /** Says which files are read and written. */
  CommandFiles files(CommandFiles all) {
    return all.reads("--backbone", file)
        .writesFolders("--feature-cache", cache == null ? List.of() : List.of(cache));
  }

  /** Opens the network, if there is one; to be closed. */
  BackboneOption open(BackendOption backend, PrintWriter err) {
    check();
    if (file == null || model != null) {
      return this;
    }
    String name = String.valueOf(file.getFileName());
    ModelFiles.checkWeights(file);
    Model network = new ModelFiles().openToUse(file, backend::apply, err).named(name);
    model = network;
    try {
      Backbone opened = Backbone.of(network);
      backbone = scale().map(opened::bytes).orElse(opened);
      return this;
    } catch (IllegalArgumentException e) {
      close();
      throw new IllegalArgumentException("--backbone " + file + ": " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** What computes features. */
  FrameFeatures features() {
    if (backbone == null) {
      throw new IllegalStateException("--backbone was not opened");
    }
    return backbone;
  }

  /** Where features are kept. */
  Path cache() {
    return Objects.requireNonNull(cache, "--feature-cache");
  }

  /** The same videos by their features, if such are asked for. */
  VideoFolder of(VideoFolder videos) {
    return file == null ? videos : videos.features(features(), cache());
  }

  /** Fails if a model was trained on features, or not, and videos come otherwise. */
  void checkFits(Model trained, Object name) {
    Optional<FeatureForm> known = trained.inputForms().get(0).features();
    if (known.isPresent() && file == null) {
      throw new IllegalArgumentException(
          name + ": was trained on " + known.get() + "; name that network's file with --backbone");
    }
  }

  @Override
  public void close() {
    if (model != null) {
      model.close();
      model = null;
      backbone = null;
    }
  }
}
