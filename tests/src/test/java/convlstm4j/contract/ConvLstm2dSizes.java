package convlstm4j.contract;

import convlstm4j.contract.ConvLstm2dCases.Options;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Philox;
import java.util.ArrayList;
import java.util.List;

/**
 * ConvLSTMs of every kind that has a kernel of its own, with states just below, exactly at and just
 * above what a block and the whole grid of the simulated GPU take at once.
 */
final class ConvLstm2dSizes {
  private static final List<Activation> COMMON =
      List.of(Activation.SIGMOID, Activation.HARD_SIGMOID_KERAS2, Activation.HARD_SIGMOID_KERAS3);

  private ConvLstm2dSizes() {}

  /** Bits: what a layer has. */
  private static final int PEEPHOLE = 1;

  private static final int MASK = 2;
  private static final int DROPOUT = 4;
  private static final int KINDS = 8;

  static List<OpCase> all(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (Activation recurrent : COMMON) {
      for (int kind = 0; kind < KINDS; kind++) {
        add(cases, random, kind, o -> o.recurrent = recurrent, 3, 2, 2);
      }
      add(cases, random, 0, o -> o.recurrent = recurrent, 3, 2, 8); // four at once
      add(
          cases,
          random,
          0,
          o -> {
            bordered(o);
            o.recurrent = recurrent;
          },
          3,
          2,
          5);
    }
    for (int kind = 0; kind < KINDS; kind++) {
      sizes(cases, random, kind, kind / 2, o -> {}); // of two, one has peepholes
    }
    sizes(cases, random, 0, 1, ConvLstm2dSizes::bordered);
    for (int kind : new int[] {0, PEEPHOLE}) {
      sizes(cases, random, kind, 2, o -> o.activation = Activation.SWISH);
    }
    for (long pixels : new long[] {1020, 1024, 1028, 32_764, 32_768, 32_772}) {
      add(cases, random, 0, o -> {}, 1, 1, pixels);
    }
    return cases;
  }

  /** An even window pads after an image alone: h has a border in memory. */
  private static void bordered(Options o) {
    o.kernel = List.of(1, 2);
  }

  private static void sizes(
      List<OpCase> cases, Philox random, int kind, int turn, ConvLstm2dCases.Setting setting) {
    if ((kind & PEEPHOLE) > 0) {
      for (long pixels : Sweep.some(3, turn, 255, 256, 257, 8191, 8192, 8193)) {
        add(cases, random, kind, setting, 2, 1, pixels);
      }
      return;
    }
    for (long samples : Sweep.some(3, turn, 127, 128, 129)) {
      add(cases, random, kind, setting, samples, 1, 2);
    }
    for (long samples : Sweep.some(3, turn + 1, 1023, 1024, 1025)) {
      add(cases, random, kind, setting, samples, 4, 2);
    }
  }

  private static void add(
      List<OpCase> cases,
      Philox random,
      int kind,
      ConvLstm2dCases.Setting setting,
      long samples,
      int filters,
      long pixels) {
    Options changed = new Options();
    ConvLstm2dCases.Setting all =
        o -> {
          o.n = samples;
          o.t = 2;
          o.h = 1;
          o.w = pixels;
          o.c = 1;
          o.filters = filters;
          o.kernel = List.of(1, 1);
          o.format = DataFormat.CHANNELS_FIRST;
          o.peephole = (kind & PEEPHOLE) > 0;
          o.masked = (kind & MASK) > 0;
          o.dropout = (kind & DROPOUT) > 0 ? 0.3 : 0;
          o.recurrentDropout = o.dropout;
          setting.apply(o);
        };
    all.apply(changed);
    String name = "sizes " + samples + "x" + filters + "x" + pixels + " " + changed.op();
    ConvLstm2dCases.add(cases, random.stream(91, cases.size()), name, all);
    cases.set(cases.size() - 1, cases.get(cases.size() - 1).withZeros());
  }
}
