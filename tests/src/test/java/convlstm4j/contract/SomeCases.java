package convlstm4j.contract;

import convlstm4j.backend.Backend;
import convlstm4j.op.Conv;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.ConvTranspose;
import convlstm4j.op.Op;
import convlstm4j.op.Pool;
import convlstm4j.op.WeightedLoss;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.Philox;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The cases of {@link OpCases} that run by default: of those drawn at random every fourth; of
 * windows each in both data formats and with both paddings, but not each with each. All cases agree
 * with the reference; every third, and those of ops of many kernels, are held to the whole
 * contract. The reference in float32, the same sources as it in float64, has every third only. With
 * {@code -Dfull=true} all to all of it.
 */
final class SomeCases {
  private static final int OF_RANDOM = 4;
  private static final int WHOLE = 3;

  private SomeCases() {}

  static List<OpCase> of(Class<? extends Op> kind, Philox random) {
    List<OpCase> all = OpCases.of(kind, random);
    return Sweep.FULL
        ? all
        : IntStream.range(0, all.size())
            .filter(i -> i % OF_RANDOM == OF_RANDOM - 1 || !all.get(i).name().startsWith("random "))
            .mapToObj(all::get)
            .filter(
                c -> !c.name().contains(" window=") || !window(c.op()).anyMatch(SomeCases::isOther))
            .toList();
  }

  private static Stream<Window> window(Op op) {
    if (op instanceof Conv conv) {
      return Stream.of(conv.window());
    } else if (op instanceof ConvTranspose conv) {
      return Stream.of(conv.window());
    } else if (op instanceof Pool pool) {
      return Stream.of(pool.window());
    }
    return Stream.of();
  }

  /** Whether it is of the other two of the four pairs of format and padding. */
  private static boolean isOther(Window w) {
    int pair =
        (w.format() == DataFormat.CHANNELS_FIRST ? 1 : 0) + (w.padding() == Padding.SAME ? 1 : 0);
    int turn = w.size().hashCode() + w.strides().hashCode() + w.dilation().hashCode();
    return (pair + turn) % 2 != 0;
  }

  /** Whether a case runs on a backend. */
  static boolean areOf(String backend, int turn) {
    return Sweep.FULL || turn % WHOLE == 0 || !backend.equals("reference");
  }

  private static boolean hasManyKernels(Op op) {
    return op instanceof ConvLstm2d || op instanceof WeightedLoss;
  }

  /** Holds a case to the contract, or to the part whose turn it is. */
  static void check(Backend backend, int turn, OpCase c) {
    Philox random = new Philox(Seeds.SEED, 1);
    if (Sweep.FULL || turn % WHOLE == 0 || hasManyKernels(c.op())) {
      ContractChecks.all(backend, c, random, ProductPrecision.FLOAT32);
    } else {
      ContractChecks.agrees(backend, c, random);
    }
  }

  /** The same of {@link SizeCases}; of ConvLSTMs, each size may have a kernel of its own. */
  static void checkSize(Backend backend, int turn, OpCase c) {
    Philox random = new Philox(Seeds.SEED, 1);
    if (Sweep.FULL) {
      ContractChecks.all(backend, c, random, ProductPrecision.FLOAT32);
    } else if (turn % WHOLE == 0 || c.op() instanceof ConvLstm2d) {
      ContractChecks.agreesAndRepeats(backend, c, random);
    } else {
      ContractChecks.agrees(backend, c, random);
    }
  }
}
