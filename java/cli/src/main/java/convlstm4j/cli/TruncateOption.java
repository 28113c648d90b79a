package convlstm4j.cli;

import convlstm4j.model.Model;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How far gradients go back through time. */
final class TruncateOption {
  @Option(
      names = "--truncate",
      paramLabel = "FRAMES",
      description =
          "Train by truncated back-propagation through time: gradients of what layers remember do not go"
              + " back across every border of so many frames. Default: through all of them.")
  @Nullable Integer frames;

  /** Says it to a model. */
  void apply(Model model) {
    if (frames == null) {
      return;
    }
    if (frames < 1) {
      throw new IllegalArgumentException("--truncate " + frames + ": must be at least 1");
    }
    model.truncate(frames);
  }
}
