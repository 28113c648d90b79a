package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Bidirectional.MergeMode;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.Recurrent;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Bidirectional is two layers, the second one's sequence turned around, joined. */
class BidirectionalPropertiesTest {
  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void twoLayersByHand(
      @ForAll boolean image,
      @ForAll boolean sequences,
      @ForAll boolean states,
      @ForAll boolean masked,
      @ForAll boolean backwardsFirst,
      @ForAll MergeMode mode,
      @ForAll @IntRange(min = 1, max = 4) int steps,
      @ForAll @IntRange(max = 1000) int seed) {
    Tensor x =
        Apply.tensor(image ? Shape.of(2, steps, 1, 4, 3) : Shape.of(2, steps, 3), seed + 500);
    Tensor mask = masked ? mask(steps, seed) : null;
    Bidirectional both =
        new Bidirectional(layer(image, sequences, states, backwardsFirst)).mergeMode(mode);
    Apply.Result together = Apply.random(both, false, seed, x);
    List<Tensor> weights = Apply.weights(both.parameters(), seed);
    if (masked) {
      Bidirectional fresh =
          new Bidirectional(layer(image, sequences, states, backwardsFirst)).mergeMode(mode);
      together = Apply.with(weights, fresh, false, mask, x);
    }
    // with sequences, Keras makes both layers yield zeros where masked
    Recurrent<?> f = layer(image, sequences, states, backwardsFirst).zeroOutputForMask(sequences);
    Recurrent<?> b = layer(image, sequences, states, !backwardsFirst).zeroOutputForMask(sequences);
    int half = weights.size() / 2;
    List<Tensor> there = Apply.with(weights.subList(0, half), f, false, mask, x).outputs();
    List<Tensor> back = Apply.with(weights.subList(half, 2 * half), b, false, mask, x).outputs();
    Tensor z = sequences ? turned(back.get(0)) : back.get(0);
    List<Tensor> expected = new ArrayList<>(join(mode, there.get(0), z));
    expected.addAll(there.subList(1, there.size()));
    expected.addAll(back.subList(1, back.size()));
    assertEquals(expected.size(), together.outputs().size());
    for (int k = 0; k < expected.size(); k++) {
      Apply.same("output " + k, expected.get(k), together.outputs().get(k));
    }
  }

  private static Recurrent<?> layer(
      boolean image, boolean sequences, boolean states, boolean backwards) {
    Recurrent<?> l =
        image ? new ConvLSTM2D(2, 2).dataFormat(DataFormat.CHANNELS_FIRST) : new LSTM(2);
    return l.returnSequences(sequences).returnState(states).goBackwards(backwards);
  }

  private static Tensor mask(int steps, int seed) {
    Tensor m = Apply.tensor(Shape.of(2, steps), seed + 900);
    for (int i = 0; i < m.size(); i++) {
      m.set(i, m.get(i) < 0 ? 0 : 1);
    }
    return m;
  }

  /** Time turned around. */
  private static Tensor turned(Tensor x) {
    int steps = (int) x.shape().dim(1);
    int size = (int) x.shape().from(2).elements();
    Tensor y = Tensor.zeros(DType.FLOAT64, x.shape());
    for (int i = 0; i < x.size(); i++) {
      int n = i / (steps * size);
      int t = i / size % steps;
      y.set(i, x.get((n * steps + steps - 1 - t) * size + i % size));
    }
    return y;
  }

  private static List<Tensor> join(MergeMode mode, Tensor a, Tensor b) {
    if (mode == MergeMode.NONE) {
      return List.of(a, b);
    }
    int last = (int) a.shape().dim(-1);
    boolean concat = mode == MergeMode.CONCAT;
    Tensor y = Tensor.zeros(DType.FLOAT64, concat ? a.shape().with(-1, 2L * last) : a.shape());
    for (int i = 0; i < a.size(); i++) {
      if (concat) {
        int row = i / last * 2 * last;
        y.set(row + i % last, a.get(i));
        y.set(row + last + i % last, b.get(i));
      } else {
        double sum = a.get(i) + b.get(i);
        y.set(
            i, mode == MergeMode.MUL ? a.get(i) * b.get(i) : mode == MergeMode.SUM ? sum : sum / 2);
      }
    }
    return List.of(y);
  }
}
