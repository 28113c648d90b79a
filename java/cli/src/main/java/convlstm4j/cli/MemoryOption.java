package convlstm4j.cli;

import convlstm4j.model.Model;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much memory a prediction or a step of training may take. */
final class MemoryOption {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,6})?)([kmgt])b?");
  private static final String UNITS = "kmgt";
  private static final int STEP = 1024;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description =
          "The most memory to take, Java itself included, as 12g or 800m. What does not fit at once runs"
              + " some frames at a time. Default: what is free.")
  @Nullable String size;

  @Option(
      names = "--stretch",
      paramLabel = "K",
      description =
          "Frames at a time, where the model can do with less than all. Default: all if they fit, else"
              + " as many as do.")
  @Nullable Integer frames;

  /** Whether anything is asked for. */
  boolean isGiven() {
    return size != null || frames != null;
  }

  /** How many frames of a stream are waited for. */
  int frames() {
    return frames == null ? 1 : frames;
  }

  /** Says it to a model. */
  void apply(Model model) {
    if (size != null) {
      model.memory(bytes(size));
    }
    if (frames != null) {
      if (frames < 1) {
        throw new IllegalArgumentException("--stretch " + frames + ": must be at least 1");
      }
      model.stretch(frames);
    }
  }

  private static long bytes(String size) {
    Matcher m = SIZE.matcher(size.toLowerCase(Locale.ROOT));
    BigDecimal bytes = BigDecimal.ZERO;
    if (m.matches()) {
      int power = 1 + UNITS.indexOf(m.group(2));
      bytes = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(STEP).pow(power));
    }
    if (bytes.compareTo(BigDecimal.ONE) < 0
        || bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException(
          "--memory " + size + ": expected a size above 0 such as 12g, 1.5g or 800m");
    }
    return bytes.longValue();
  }
}
