package convlstm4j.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A manual page in roff (man(7)), of what a command's help says. picocli's own generator writes
 * AsciiDoc, which takes Ruby to become a page.
 */
final class ManPage {
  private final StringBuilder page = new StringBuilder();
  private final CommandSpec spec;

  private ManPage(CommandSpec spec) {
    this.spec = spec;
  }

  static String of(CommandLine command) {
    return new ManPage(command.getCommandSpec()).text();
  }

  private String text() {
    String name = spec.qualifiedName("-");
    macro("TH", name.toUpperCase(java.util.Locale.ROOT), "1", "", Version.name(), "");
    macro("SH", "NAME");
    line(name + " \\- " + escaped(first(spec.usageMessage().description())));
    macro("SH", "SYNOPSIS");
    line(escaped(synopsis()));
    macro("SH", "DESCRIPTION");
    paragraphs(spec.usageMessage().description());
    arguments();
    commands();
    macro("SH", "EXIT STATUS");
    Map<String, String> codes = spec.root().usageMessage().exitCodeList();
    codes.forEach((code, meaning) -> item(code, meaning));
    examples();
    return page.toString();
  }

  private String synopsis() {
    return spec.commandLine().getHelp().synopsis(0).strip().replaceAll("\\s+", " ");
  }

  private static String first(String[] description) {
    String all = String.join(" ", description);
    int end = all.indexOf(". ");
    return (end < 0 ? all : all.substring(0, end)).replaceAll("\\.$", "");
  }

  private void arguments() {
    List<OptionSpec> options = spec.options().stream().filter(o -> !o.hidden()).toList();
    if (options.isEmpty() && spec.positionalParameters().isEmpty()) {
      return;
    }
    macro("SH", "OPTIONS");
    for (PositionalParamSpec p : spec.positionalParameters()) {
      item(p.paramLabel(), description(p));
    }
    for (OptionSpec o : options) {
      String label = o.arity().max() > 0 ? " " + o.paramLabel() : "";
      item(String.join(", ", o.names()) + label, description(o));
    }
  }

  private static String description(ArgSpec of) {
    return (of.isOption() && of.required() ? "Needed. " : "") + String.join(" ", of.description());
  }

  private void commands() {
    if (spec.subcommands().isEmpty()) {
      return;
    }
    macro("SH", "COMMANDS");
    spec.subcommands()
        .forEach(
            (name, command) ->
                item(name, first(command.getCommandSpec().usageMessage().description())));
  }

  private void examples() {
    List<String> footer = List.of(spec.usageMessage().footer());
    int from = footer.indexOf("Example:");
    from = from < 0 ? footer.indexOf("Examples:") : from;
    if (from < 0) {
      return;
    }
    macro("SH", "EXAMPLES");
    macro("nf");
    footer.subList(from + 1, footer.size()).forEach(l -> line(escaped(l)));
    macro("fi");
  }

  private void paragraphs(String[] text) {
    for (String p : text) {
      macro("PP");
      line(escaped(p));
    }
  }

  private void item(String name, String text) {
    macro("TP");
    line("\\fB" + escaped(name) + "\\fR");
    line(escaped(text));
  }

  private void macro(String name, String... words) {
    page.append('.').append(name);
    for (String word : words) {
      page.append(" \"").append(escaped(word)).append('"');
    }
    page.append('\n');
  }

  private void line(String text) {
    page.append(text).append('\n');
  }

  /** Text that roff shows as it is: markup of picocli is none of it. */
  private static String escaped(String text) {
    String plain = Ansi.OFF.string(String.format(text.replaceAll("%(?!n)", "%%")));
    String s = plain.replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
    return s.startsWith(".") || s.startsWith("'") ? "\\&" + s : s;
  }
}
