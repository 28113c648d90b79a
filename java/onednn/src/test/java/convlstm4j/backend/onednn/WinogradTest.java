package convlstm4j.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The choice between Winograd's algorithm and direct convolution, against measurements. */
class WinogradTest {
  /** What {@code bench/winograd} printed: with AVX-512, which the choice was made by, and AVX2. */
  private static final Path RESULTS = Path.of("../../bench/results");

  /** The most that a choice may cost: neighbours in the table differ as much from run to run. */
  private static final double MOST = 1.4;

  private static final int ROWS = 40;

  @ParameterizedTest
  @CsvSource({"2026-11-24-epyc-winograd.csv, 0.9", "2026-11-29-epyc-avx2-winograd.csv, 0.75"})
  void theChoiceIsNeverMuchSlower(String table, double faster) throws Exception {
    List<String> lines = Files.readAllLines(RESULTS.resolve(table));
    List<String> names = List.of(lines.get(0).split(",", -1));
    int better = 0;
    for (String line : lines.subList(1, lines.size())) {
      String[] row = line.split(",", -1);
      long[] n = new long[6];
      for (int k = 0; k < n.length; k++) {
        n[k] = Long.parseLong(row[k]);
      }
      Mode mode = Mode.valueOf(row[names.indexOf("mode")].toUpperCase(Locale.ROOT));
      double direct = Double.parseDouble(row[names.indexOf("direct_ms")]);
      double winograd = Double.parseDouble(row[names.indexOf("winograd_ms")]);
      boolean chosen = isFaster(n[0], n[1], n[2], n[3], n[4], (int) n[5], mode);
      double taken = chosen ? winograd : direct;
      double least = Math.min(direct, winograd);
      assertTrue(taken <= MOST * least, line + ": Winograd chosen: " + chosen);
      better += taken == least ? 1 : 0;
    }
    int rows = lines.size() - 1;
    assertTrue(rows >= ROWS, rows + " rows");
    assertTrue(better >= faster * rows, better + " of " + rows + " choices are the faster one");
  }

  private static boolean isFaster(long n, long t, long h, long w, long c, int f, Mode mode) {
    Window three =
        new Window(
            List.of(3, 3), List.of(1, 1), List.of(1, 1), Padding.SAME, DataFormat.CHANNELS_LAST);
    ConvLstm2d op =
        new ConvLstm2d(
            f,
            three,
            Activation.TANH,
            Activation.SIGMOID,
            true,
            false,
            true,
            false,
            false,
            false,
            0,
            0);
    Shape state = Shape.of(n, h, w, f);
    return Winograd.isFaster(op, List.of(Shape.of(n, t, h, w, c), state, state), mode);
  }
}
