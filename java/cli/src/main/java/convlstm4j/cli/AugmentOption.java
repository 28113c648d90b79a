package convlstm4j.cli;

import convlstm4j.data.Augmentation;
import convlstm4j.data.Augmentations;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** How the clips of a folder are changed at random while a model is trained on them. */
final class AugmentOption {
  private static final Pattern WORD =
      Pattern.compile("([a-z-]+)(?:=([0-9]*\\.?[0-9]+)(?::([0-9]*\\.?[0-9]+))?)?");

  private static final String KNOWN =
      "flip, flip-upside-down, crop, brightness, contrast, noise, reversal, speed, skip";

  @Option(
      names = "--augment",
      split = ",",
      paramLabel = "CHANGE",
      description = {
        "Change the videos of --data at random, otherwise in every epoch, the same for all frames of a"
            + " clip: flip=0.5 (mirror this part of them), flip-upside-down=0.5, crop=0.8 (show at least"
            + " this part of height and width), brightness=0.2, contrast=0.2 (by up to this much),"
            + " noise=0.05, reversal=0.5 (run this part backwards), speed=0.8:1.25 (slowest to"
            + " fastest), skip=2 (show every frame up to every second). These numbers are those"
            + " without one. Labels go with their frames."
      })
  List<String> words = new ArrayList<>();

  /** The changes, in the order given. */
  Augmentation[] changes() {
    return words.stream().map(AugmentOption::change).toArray(Augmentation[]::new);
  }

  private static Augmentation change(String word) {
    Matcher m = WORD.matcher(word.strip());
    if (!m.matches()) {
      throw wrong(word, "expected a name, or NAME=NUMBER, of " + KNOWN);
    }
    boolean speed = m.group(1).equals("speed");
    if (m.group(2) != null && speed == (m.group(3) == null)) {
      throw wrong(word, speed ? "expected speed=SLOWEST:FASTEST" : "expected one number");
    }
    try {
      return switch (m.group(1)) {
        case "flip" -> Augmentations.flip(number(m, 2, 0.5));
        case "flip-upside-down" -> Augmentations.flipUpsideDown(number(m, 2, 0.5));
        case "crop" -> Augmentations.crop(number(m, 2, 0.8));
        case "brightness" -> Augmentations.brightness(number(m, 2, 0.2));
        case "contrast" -> Augmentations.contrast(number(m, 2, 0.2));
        case "noise" -> Augmentations.noise(number(m, 2, 0.05));
        case "reversal" -> Augmentations.reversal(number(m, 2, 0.5));
        case "speed" -> Augmentations.speed(number(m, 2, 0.8), number(m, 3, 1.25));
        case "skip" -> Augmentations.skip(whole(word, number(m, 2, 2)));
        default -> throw wrong(word, "expected one of " + KNOWN);
      };
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith("--augment") ? e : wrong(word, message);
    }
  }

  private static double number(Matcher m, int group, double otherwise) {
    return m.group(group) == null ? otherwise : Double.parseDouble(m.group(group));
  }

  private static int whole(String word, double number) {
    if (number != Math.rint(number)) {
      throw wrong(word, "expected a whole number");
    }
    return (int) number;
  }

  private static IllegalArgumentException wrong(String word, String problem) {
    return new IllegalArgumentException("--augment " + word + ": " + problem);
  }
}
