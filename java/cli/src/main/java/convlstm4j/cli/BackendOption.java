package convlstm4j.cli;

import convlstm4j.model.Model;
import picocli.CommandLine.Option;

/** Which backend computes. */
final class BackendOption {
  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "What computes: auto (the fastest that starts) or a name that info lists.")
  String name;

  void apply(Model model) {
    model.backend(name);
  }
}
