package convlstm4j.cli;

import convlstm4j.option.ProductPrecision;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How exactly convolutions multiply. */
final class PrecisionOption {
  @Option(
      names = "--precision",
      paramLabel = "KIND",
      description =
          "How convolutions multiply: float32 (the default), or tf32, which only cuda has: operands"
              + " rounded to 10 bits of mantissa, faster.")
  @Nullable ProductPrecision value;

  ProductPrecision orDefault() {
    return value == null ? ProductPrecision.FLOAT32 : value;
  }
}
