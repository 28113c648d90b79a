package convlstm4j.e2e;

import convlstm4j.cli.Main;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Draws whole commands: every option of every command in turn, with values that make sense and such
 * that do not. {@code @} stands for the folder. A test sees that each option has values here.
 */
final class FuzzWords {
  /** An option of a command; the empty name is the command's own file. */
  record Named(String command, String option) {}

  /** Calls that work, to vary. */
  private static final Map<String, List<String>> CALLS =
      Map.ofEntries(
          Map.entry("demo", List.of("--output @notes.txt", "--output @film.npy")),
          Map.entry(
              "train",
              List.of(
                  "--model @plain.ckpt --x @x.npy --y @y.npy --loss mse --output @out.ckpt",
                  "--model @trained.ckpt --x @x.npy --y @y.npy --output @trained.ckpt --epochs 2",
                  "--model @twins.ckpt --x left=@left.npy --x right=@right.npy --y sum=@sum.npy"
                      + " --loss sum=mse --output @out.ckpt --epochs 1",
                  "--data @data --filters 2 --epochs 1 --output @out.ckpt",
                  "--data @data --epochs 2 --resume --output @folder.ckpt --log @log.csv",
                  "--data @data --epochs 1 --filters 1 --output @out.ckpt --backbone @eye.ckpt"
                      + " --feature-cache @events")),
          Map.entry(
              "evaluate",
              List.of(
                  "--model @trained.ckpt --x @x.npy --y @y.npy",
                  "--model @folder.ckpt --data @data")),
          Map.entry(
              "predict",
              List.of(
                  "--model @plain.ckpt --input @x.npy --output @out.npy",
                  "--model @plain.keras --input @x.npy --output @out.csv",
                  "--model @twins.ckpt --input left=@left.npy --input right=@right.npy --output @out",
                  "--model @folder.ckpt --input @data/trailer_0.npy --output @out.csv",
                  "--model @folder.ckpt --input @data/trailer_0.npy --output @out.json --picture @p.png")),
          Map.entry(
              "explain",
              List.of("--model @folder.ckpt --input @data/trailer_0.npy --output @p.png")),
          Map.entry(
              "convert",
              List.of(
                  "--model @trained.ckpt --output @out.keras",
                  "--model @plain.h5 --output @out.ckpt",
                  "--model @model.json --weights @plain.ckpt --output @out.h5")),
          Map.entry("inspect", List.of("@plain.keras", "@trained.ckpt", "@model.json")),
          Map.entry(
              "summary", List.of("@plain.h5", "@folder.ckpt", "@model.json --picture @p.png")),
          Map.entry("label-template", List.of("@data --output @out.csv", "@sub --output @p.csv")),
          Map.entry(
              "plan",
              List.of(
                  "--model @twins.ckpt --input-shape left=8,3 --input-shape right=8,3",
                  "--model @folder.ckpt --input-shape 1,6,3,8,8 --memory 1g --stretch 2")),
          Map.entry("selftest", List.of("--backend nothing")),
          Map.entry("info", List.of("")),
          Map.entry("help", List.of("", "train")),
          Map.entry("completion", List.of("bash", "zsh")),
          Map.entry("man", List.of("", "predict")),
          Map.entry("cache", List.of("")));

  /** Removes what the tests beside this one load: HelpTest tries it on a folder of its own. */
  private static final Named NEVER = new Named("cache", "--clear");

  private static final String MODELS =
      "@plain.ckpt @trained.ckpt @folder.ckpt @twins.ckpt @plain.h5 @plain.keras @model.json"
          + " @mix.json @cut.ckpt @cut.keras @cut.h5 @other.json";
  private static final String ARRAYS =
      "@x.npy @y.npy @w.npy @left.npy left=@left.npy right=@right.npy frames=@x.npy @cut.npy"
          + " @data/trailer_0.npy @data/labels_0.npy numbers=@y.npy sum=@sum.npy kind=@kind.npy";
  private static final String OUTPUTS =
      "@out.ckpt @out.h5 @out.keras @out.npy @out.csv @out.json @out @trained.ckpt @folder.ckpt"
          + " @x.npy @y.npy @log.csv @film.npy @film.ckpt @notes.txt @data @data/labels.csv @linked.npy"
          + " @linked.csv @linked.ckpt @hard.npy @dangling.ckpt @dangling.csv @readonly/out.ckpt"
          + " @readonly/out.npy @fixed.ckpt @sub/../out.ckpt @kept.csv";

  private static final String DEMO =
      "@notes.txt @film.npy @x.npy @secret.npy/demo @data /dev/null @";

  private static final List<String> OUTPUT_OPTIONS =
      List.of(
          "--output",
          "--best",
          "--log",
          "--tensorboard",
          "--picture",
          "--intervals",
          "--report",
          "--feature-cache");

  /** What makes sense for an option. */
  private static final Map<String, String> VALUES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("--backend", "auto reference onednn cuda nothing"),
              Map.entry("--precision", "float32 tf32"),
              Map.entry("--threads", "1 2"),
              Map.entry("--spill", "@data @out @notes.txt @readonly"),
              Map.entry("--inputs", "files pixels numbers nowhere"),
              Map.entry("--seconds", "1 2 0"),
              Map.entry("--seed", "0 7"),
              Map.entry("--output", OUTPUTS),
              Map.entry("--best", OUTPUTS),
              Map.entry("--log", OUTPUTS),
              Map.entry("--picture", "@p.png @p.gif @p.html " + OUTPUTS),
              Map.entry("--intervals", "@i.csv @i.srt " + OUTPUTS),
              Map.entry("--report", "@report @out @data @x.npy/report @notes.txt @readonly/r"),
              Map.entry("--label", "action comedy numbers"),
              Map.entry("--at", "0 3 5.5 100"),
              Map.entry("--threshold", "0.5 0.1 2"),
              Map.entry("--tensorboard", "@events @out @data @x.npy/events @notes.txt @readonly/e"),
              Map.entry("--model", MODELS),
              Map.entry("--weights", MODELS),
              Map.entry("", MODELS),
              Map.entry("--x", ARRAYS),
              Map.entry("--y", ARRAYS),
              Map.entry("--input", ARRAYS),
              Map.entry("--validation-x", ARRAYS),
              Map.entry("--validation-y", ARRAYS),
              Map.entry("--sample-weight", ARRAYS + " @data @folderweights"),
              Map.entry("--validation-sample-weight", ARRAYS),
              Map.entry("--data", "@data @empty-data @sub"),
              Map.entry("--ids", "0 0-1 1,3 2- 9 0-2147483647"),
              Map.entry("--window", "1 3 6 7"),
              Map.entry("--videos", "1 2 0"),
              Map.entry("--film", "@x.npy @film.npy @sub"),
              Map.entry("--filters", "1 2 3"),
              Map.entry("--validation", "0 3 1-2"),
              Map.entry("--validation-split", "0.2 0.5 0.999"),
              Map.entry("--batch-size", "1 3 4 100 2147483647"),
              Map.entry("--shuffle", "true false"),
              Map.entry("--epochs", "1 2 3"),
              Map.entry("--monitor", "loss val_loss numbers_mae f1_score"),
              Map.entry("--mode", "min max auto"),
              Map.entry("--early-stopping", "loss :1 val_loss:0 :2147483647"),
              Map.entry("--reduce-on-plateau", "loss:0:0.5 :1 val_loss:1:0.9 :0:0"),
              Map.entry(
                  "--loss", "mse mae binary_crossentropy sum=mse kind=mae huber tversky hinge"),
              Map.entry("--loss-weight", "sum=2 kind=0 numbers=1e-3"),
              Map.entry("--class-weight", "0=2,1=0.5 1=3 kind=0=2,1=0.5"),
              Map.entry(
                  "--metrics",
                  "mae f1 auc,precision accuracy kind=f1 mse,mae rmse,r2 one_hot_mean_iou ssim"),
              Map.entry("--optimizer", "sgd adam adamw rmsprop nadam lion ftrl"),
              Map.entry("--ema", "0.9 0 1"),
              Map.entry("--ema-overwrite", "1 3"),
              Map.entry("--accumulate", "1 2 3"),
              Map.entry("--learning-rate", "0.01 1e-6 0 5"),
              Map.entry("--momentum", "0.9 0"),
              Map.entry("--nesterov", "true false"),
              Map.entry("--weight-decay", "0.01 0"),
              Map.entry("--clip-value", "0.1 1"),
              Map.entry("--clip-norm", "0.1 1"),
              Map.entry("--global-clip-norm", "0.1 1"),
              Map.entry(
                  "--schedule",
                  "cosine:5 exponential:2,0.5 piecewise:1=0.1 cosine:5,warmup=2 onecycle:9 inverse:3,0.5"),
              Map.entry("--backbone", "@eye.ckpt @eye.keras @plain.ckpt @x.npy"),
              Map.entry("--backbone-range", "0:1 -1:1 0:255 1:0"),
              Map.entry("--feature-cache", "@events @out @data @x.npy/f @notes.txt @readonly/f"),
              Map.entry("--frame-size", "8x8 1x1 0x3 32768x32768"),
              Map.entry("--frame-fit", "stretch crop letterbox"),
              Map.entry("--frame-rate", "5 0.5 1000"),
              Map.entry("--frame-colours", "rgb bgr grey"),
              Map.entry("--picture-rate", "25 0.5 0"),
              Map.entry(
                  "--augment",
                  "flip flip=0.2,crop=0.8 brightness,contrast noise=0.05 speed=0.8:1.25 skip=2,reversal"),
              Map.entry("--input-shape", "1,6,3,8,8 4,3 left=8,3 right=1,3 2147483647,9"),
              Map.entry("--memory", "400m 1g 12g 1k"),
              Map.entry("--stretch", "1 2 1000"),
              Map.entry("--truncate", "0 1 2 1000"),
              Map.entry("--match", "name order"),
              Map.entry("--keras", "2 3"),
              Map.entry("--skip-layer", "norm numbers memory nothing"),
              Map.entry("--classpath", "@mine.jar @data @film.npy")));

  private static final List<String> HOSTILE =
      List.of(
          "",
          " ",
          "0",
          "-1",
          "1",
          "1e308",
          "-1e308",
          "1e-320",
          "NaN",
          "Infinity",
          "2147483647",
          "-2147483648",
          "9223372036854775807",
          "99999999999999999999",
          "0x10",
          "true",
          "a=b",
          "=",
          "a=",
          "=a",
          ",",
          ":",
          "::",
          "@",
          "@missing",
          "@empty",
          "@sub",
          "@pipe",
          "@nofolder/out.npy",
          "@film.npy",
          "@film.ckpt",
          "@loop.npy",
          "@dangling.csv",
          "@secret.npy",
          "@secret.ckpt",
          "/dev/zero",
          "/dev/null",
          "/dev/full",
          "/proc/self/mem",
          "/proc/self/maps",
          "/proc/1/mem",
          "/sys/kernel/profiling",
          "/",
          "@x.npy/under",
          "@" + "n".repeat(300) + ".npy",
          "@\u00e9\u4e2d.npy",
          "\u001b]0;title\u0007",
          "%s%n",
          "--",
          "-",
          "~",
          "*",
          "@bytes.json",
          "@deep.json",
          "@wide.npy");

  /** Ask for work without end; only where a signal ends it. */
  private static final List<String> ENDLESS = List.of("2147483647", "9223372036854775807");

  private static final int MOST_ADDED = 5;

  private final Random random;
  private final Map<Named, OptionSpec> options =
      new TreeMap<>(Comparator.comparing(Named::command).thenComparing(Named::option));
  private final List<Named> turns = new ArrayList<>();
  private final Map<Named, Integer> drawn = new HashMap<>();

  /** How probable a hostile value is in the command being drawn. */
  private double hostile;

  FuzzWords(Random random) {
    this.random = random;
    new CommandLine(Main.class)
        .getSubcommands()
        .forEach(
            (command, line) -> {
              for (OptionSpec o : line.getCommandSpec().options()) {
                options.put(new Named(command, o.longestName()), o);
              }
              options.remove(NEVER);
              if (!line.getCommandSpec().positionalParameters().isEmpty()) {
                options.put(new Named(command, ""), null);
              }
            });
  }

  /** Every option of every command. */
  Collection<Named> options() {
    return options.keySet();
  }

  /** How often each was drawn. */
  Map<Named, Integer> drawn() {
    return drawn;
  }

  /** Whether the option needs a value for which there is none here. */
  boolean isUnknown(Named option) {
    return takesValue(option) && !VALUES.containsKey(option.option);
  }

  private boolean takesValue(Named option) {
    OptionSpec spec = options.get(option);
    return spec == null || spec.arity().max() > 0;
  }

  /**
   * Draws the words of a command.
   *
   * @param endless whether it may ask for work without end
   */
  List<String> draw(boolean endless) {
    if (turns.isEmpty()) {
      turns.addAll(options.keySet());
      java.util.Collections.shuffle(turns, random);
    }
    Named must = turns.remove(turns.size() - 1);
    String command = must.command;
    List<String> words = new ArrayList<>();
    for (String word : one(CALLS.get(command)).split(" ")) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    hostile = random.nextBoolean() ? 0.4 : 0.05;
    if (random.nextDouble() < hostile / 2 && words.size() > 1) {
      words.remove(random.nextInt(words.size()));
    }
    List<Named> own = options.keySet().stream().filter(o -> o.command.equals(command)).toList();
    add(words, must, endless);
    for (int k = random.nextInt(hostile < 0.1 ? 2 : MOST_ADDED + 1); k > 0; k--) {
      Named more = one(own);
      if (!List.of("--help", "--version").contains(more.option)) {
        add(words, more, endless);
      }
    }
    words.add(0, command);
    return words;
  }

  private void add(List<String> words, Named option, boolean endless) {
    drawn.merge(option, 1, Integer::sum);
    String value = takesValue(option) ? value(option, endless) : null;
    int before = words.indexOf(option.option);
    boolean replaced = before >= 0 && before + 1 < words.size() && random.nextInt(4) > 0;
    if (option.option.isEmpty()) {
      words.clear();
      words.add(value);
    } else if (value == null) {
      words.add(option.option);
    } else if (replaced) {
      words.set(before + 1, value);
    } else if (random.nextBoolean()) {
      words.addAll(List.of(option.option, value));
    } else {
      words.add(option.option + "=" + value);
    }
  }

  private String value(Named option, boolean endless) {
    boolean epochs = option.option.equals("--epochs");
    if (epochs && endless && random.nextBoolean()) {
      return one(ENDLESS);
    }
    if (option.command.equals("demo") && option.option.equals("--output")) {
      // One that works takes minutes: only where a signal ends it.
      return one(List.of((endless ? DEMO + " @new @empty-data" : DEMO).split(" ")));
    }
    if (option.command.equals("selftest") && option.option.equals("--backend") && !endless) {
      return one(List.of("nothing", "", "0", "@x.npy")); // one that works takes a minute
    }
    if (random.nextDouble() >= hostile) {
      return one(List.of(VALUES.get(option.option).split(" ")));
    }
    String bad =
        one(epochs ? HOSTILE.stream().filter(w -> !ENDLESS.contains(w)).toList() : HOSTILE);
    if (List.of("--tensorboard", "--report", "--feature-cache").contains(option.option)) {
      // A folder, and those that it is in, are made where they may be: only in the test's.
      return bad.isBlank() ? bad.strip() : "@" + bad.replace("@", "").replace('/', '_');
    }
    // Names without a folder would lead out of the test's.
    boolean made = OUTPUT_OPTIONS.contains(option.option) && !bad.isBlank();
    return made && !bad.matches("[@/].*") ? "@" + bad : bad;
  }

  private <T> T one(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** Puts the folder into the words. */
  static List<String> in(String folder, List<String> words) {
    return words.stream().map(w -> w.replace("@", folder + "/")).toList();
  }

  /** The files that words name as outputs. */
  static List<String> outputs(List<String> words) {
    List<String> outputs = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      for (String option : OUTPUT_OPTIONS) {
        String value = null;
        if (words.get(i).equals(option) && i + 1 < words.size()) {
          value = words.get(i + 1);
        } else if (words.get(i).startsWith(option + "=")) {
          value = words.get(i).substring(option.length() + 1);
        }
        if (value != null) {
          outputs.add(value);
          if (option.equals("--report")) {
            outputs.add(value + "/report.html"); // also in a folder that is read
          }
        }
      }
    }
    return outputs;
  }

  /** The words that may name inputs, with and without {@code NAME=}. */
  static List<String> inputs(List<String> words) {
    List<String> left = new ArrayList<>();
    for (int i = 1; i < words.size(); i++) {
      boolean output = OUTPUT_OPTIONS.contains(words.get(i - 1));
      if (!output
          && !words
              .get(i)
              .matches(
                  "--(output|best|log|tensorboard|picture|intervals|report|feature-cache)=.*")) {
        left.add(words.get(i));
      }
    }
    return left.stream()
        .flatMap(w -> Stream.of(w, w.replaceFirst("^--[a-z-]+=", ""), w.replaceFirst(".*=", "")))
        .toList();
  }
}
