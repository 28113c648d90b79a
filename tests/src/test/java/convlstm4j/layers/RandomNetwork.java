package convlstm4j.layers;

import convlstm4j.graph.Symbol;
import convlstm4j.layer.Add;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.layer.LayerNormalization;
import convlstm4j.layer.Operations;
import convlstm4j.layer.Reshape;
import convlstm4j.model.Model;
import convlstm4j.op.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Random networks of every kind of layer, with branches, joins, models inside and several inputs
 * and outputs; the same seed makes the same network.
 */
final class RandomNetwork {
  /** Batches of this size where layers keep states. */
  static final int BATCH = 2;

  /** Elements of a sample after which a network shrinks it. */
  private static final long MANY = 250;

  /**
   * Which mask a layer sees is known once it is called: such a network cannot be foreseen. A mask
   * of each pixel is of no use to a recurrent layer, in Keras as well.
   */
  private static final Pattern REFUSED =
      Pattern.compile(
          "statistics of each step, masked, are not supported"
              + "|masks are supported of inputs of three axes only"
              + "|mask has shape .*, expected \\[N, T\\]");

  private static final long ANOTHER = 1_000_003;

  private final Choice choice;

  private RandomNetwork(long seed) {
    choice = new Choice(seed);
  }

  /**
   * Makes one.
   *
   * @param seed of all choices, and of the weights
   * @param wanted kinds of layers that it has in any case
   */
  static Model of(long seed, List<String> wanted) {
    try {
      return new RandomNetwork(seed).model(wanted).seed(seed);
    } catch (ShapeException | AssertionError e) {
      if (!REFUSED.matcher(String.valueOf(e.getMessage())).find()) {
        throw e;
      }
      return of(seed + ANOTHER, wanted); // refused with reason: another one
    }
  }

  private Model model(List<String> wanted) {
    List<Symbol> inputs = new ArrayList<>();
    boolean fixed = choice.oneIn(4);
    for (int i = choice.oneTo(2); i > 0; i--) {
      inputs.add(input(fixed));
    }
    List<Symbol> made = new ArrayList<>(inputs);
    List<Symbol> ends = new ArrayList<>(inputs);
    int layers = 5 + choice.below(11);
    for (int i = 0; i < layers; i++) {
      // mostly a chain, sometimes a branch
      Symbol x = choice.of(choice.oneIn(4) ? made : ends);
      String kind = i < wanted.size() ? wanted.get(i) : choice.of(kinds());
      Symbol y =
          choice.oneIn(12) ? nested(kind, x) : choice.oneIn(12) ? twice(kind, x) : next(kind, x);
      made.add(y);
      ends.remove(x);
      ends.add(y);
    }
    ends.removeAll(inputs);
    for (Symbol x : inputs) { // each is used
      ends.add(next("Dense", x));
    }
    return Model.of(inputs, ends.stream().map(this::end).toList());
  }

  private static List<String> kinds() {
    return List.copyOf(RandomLayers.kinds());
  }

  private Symbol input(boolean fixed) {
    int rank = 2 + choice.below(5);
    int[] sizes = choice.each(rank, 1, rank > 4 ? 4 : 6);
    long[] dims = new long[fixed ? rank : rank - 1];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = sizes[i];
    }
    if (!fixed) {
      return Input.shape(dims);
    }
    dims[0] = BATCH;
    return Input.batchShape(dims);
  }

  private Symbol next(String kind, Symbol x) {
    Symbol small = shrunk(x);
    List<Integer> ranks = RandomLayers.ranks(kind);
    int rank = ranks.contains(small.shape().rank()) ? small.shape().rank() : choice.of(ranks);
    return RandomLayers.call(kind, choice, ofRank(small, rank));
  }

  private Symbol ofRank(Symbol x, int rank) {
    return x.shape().rank() == rank
        ? x
        : new Reshape(RandomShape.of(choice, x.shape(), rank)).apply(x);
  }

  /** A model as a layer, of one kind and an addition. */
  private Symbol nested(String kind, Symbol x) {
    Symbol small = shrunk(x);
    Symbol inside = Input.shape(small.shape().from(1).dims());
    Symbol y = next(kind, inside);
    return Model.of(inside, Operations.with("Add", 0.5).apply(y)).asLayer().apply(small);
  }

  /** What comes of a layer, and one layer at two places. */
  private Symbol twice(String kind, Symbol x) {
    Symbol y = next(kind, x);
    Dense shared = new Dense(choice.oneTo(3)).activation("tanh");
    Symbol other = Operations.with("Add", 0.5).apply(y); // not -y: the sum would be rounding errors
    return new Add().apply(shared.apply(y), shared.apply(other));
  }

  /** Fewer elements: means along the longest axes. */
  private static Symbol shrunk(Symbol x) {
    Symbol y = x;
    while (y.shape().from(1).elements() > MANY) {
      int longest = 1;
      for (int axis = 2; axis < y.shape().rank(); axis++) {
        longest = y.shape().dim(axis) > y.shape().dim(longest) ? axis : longest;
      }
      y =
          y.shape().rank() > 2
              ? Operations.mean(false, longest).apply(y)
              : new Dense(8).activation("tanh").apply(y);
    }
    return y;
  }

  /** Outputs of about one size, so that all of them count in the loss. */
  private Symbol end(Symbol x) {
    Symbol y = shrunk(x);
    return choice.oneIn(2) ? new LayerNormalization().epsilon(0.1).apply(y) : new Dense(2).apply(y);
  }
}
