package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.RegularizerForms;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Affine;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Transpose;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Keras's {@code MultiHeadAttention} (Vaswani et al. 2017, arXiv:1706.03762). Inputs: query {@code
 * [N, T.., D]}, value {@code [N, S.., E]}, and key {@code [N, S.., G]} if it is not the value; a
 * mask {@code [N, T, S]} says which values a query sees, of inputs of three axes. Output {@code [N,
 * T.., O]}, of D places unless another number is asked for; then, if asked for, the shares, {@code
 * [N, .., heads, T.., S..]}.
 *
 * <p>Weights: kernel and bias of {@code query [D, heads, keyDim]}, {@code key [G, heads, keyDim]},
 * {@code value [E, heads, valueDim]}, {@code attention_output [heads, valueDim, O]}.
 */
public final class MultiHeadAttention extends KerasLayer<MultiHeadAttention> {
  private final int numHeads;
  private final int keyDim;
  private int valueDim;
  private int outputDim;
  private List<Integer> attentionAxes = List.of();
  private double dropout;
  private boolean useBias = true;
  private boolean useCausalMask;
  private boolean returnAttentionScores;
  private Initializer kernelInitializer = Initializers.glorotUniform();
  private Initializer biasInitializer = Initializers.zeros();
  private Regularizer kernelRegularizer = Regularizer.NONE;
  private Regularizer biasRegularizer = Regularizer.NONE;

  /**
   * A layer.
   *
   * @param numHeads how many heads, at least 1
   * @param keyDim places of query and key of a head, at least 1; also of the value, see {@link
   *     #valueDim}
   * @throws IllegalArgumentException if a number is out of range
   */
  public MultiHeadAttention(int numHeads, int keyDim) {
    this.numHeads = positive("num_heads", numHeads);
    this.keyDim = positive("key_dim", keyDim);
    this.valueDim = keyDim;
  }

  /**
   * Sets the places of the value of a head.
   *
   * @param value at least 1, default those of the key
   * @return this layer
   * @throws IllegalArgumentException if it is below 1
   */
  public MultiHeadAttention valueDim(int value) {
    positive("value_dim", value);
    return set(() -> valueDim = value);
  }

  /**
   * Sets the places of the output.
   *
   * @param value at least 1, default those of the query
   * @return this layer
   * @throws IllegalArgumentException if it is below 1
   */
  public MultiHeadAttention outputDim(int value) {
    positive("output_shape", value);
    return set(() -> outputDim = value);
  }

  /**
   * Sets over which axes attention goes; along the others, each place has its own.
   *
   * @param axes counted with the batch, which is none of them, nor is the last; default all between
   * @return this layer
   * @throws IllegalArgumentException if one is below 1
   */
  public MultiHeadAttention attentionAxes(int... axes) {
    List<Integer> all = IntStream.of(axes).sorted().boxed().toList();
    if (all.stream().anyMatch(a -> a < 1)) {
      throw new IllegalArgumentException(
          label() + ": attention_axes=" + all + ", expected axes from 1, without the last");
    }
    return set(() -> attentionAxes = all);
  }

  /**
   * Sets the rate of dropout of the shares in training.
   *
   * @param value at least 0 and below 1, default 0
   * @return this layer
   * @throws IllegalArgumentException if it is out of range
   */
  public MultiHeadAttention dropout(double value) {
    rate("dropout", value);
    return set(() -> dropout = value);
  }

  /**
   * Says whether the four products have a bias.
   *
   * @param value default true
   * @return this layer
   */
  public MultiHeadAttention useBias(boolean value) {
    return set(() -> useBias = value);
  }

  /**
   * Says whether a query sees no later value, of inputs of three axes; in Keras an argument of the
   * call.
   *
   * @param value default false
   * @return this layer
   */
  public MultiHeadAttention useCausalMask(boolean value) {
    return set(() -> useCausalMask = value);
  }

  /**
   * Says whether the shares are a second output; in Keras an argument of the call.
   *
   * @param value default false
   * @return this layer
   */
  public MultiHeadAttention returnAttentionScores(boolean value) {
    return set(() -> returnAttentionScores = value);
  }

  /**
   * Sets where the kernels' first values come from.
   *
   * @param value default {@link Initializers#glorotUniform()}
   * @return this layer
   */
  public MultiHeadAttention kernelInitializer(Initializer value) {
    return set(() -> kernelInitializer = value);
  }

  /**
   * Sets where the biases' first values come from.
   *
   * @param value default {@link Initializers#zeros()}
   * @return this layer
   */
  public MultiHeadAttention biasInitializer(Initializer value) {
    return set(() -> biasInitializer = value);
  }

  /**
   * Sets the kernels' penalty.
   *
   * @param value default none
   * @return this layer
   */
  public MultiHeadAttention kernelRegularizer(Regularizer value) {
    return set(() -> kernelRegularizer = value);
  }

  /**
   * Sets the biases' penalty.
   *
   * @param value default none
   * @return this layer
   */
  public MultiHeadAttention biasRegularizer(Regularizer value) {
    return set(() -> biasRegularizer = value);
  }

  /** The axes of an input of some rank: those that attention goes over, and the others. */
  private record Split(List<Integer> over, List<Integer> others) {
    /** Order with the heads, the axis before the last, between others and over. */
    List<Integer> order(int rank) {
      List<Integer> order = new ArrayList<>(others);
      order.add(rank - 2);
      order.addAll(over);
      order.add(rank - 1);
      return order;
    }
  }

  private Split split(int rank) {
    List<Integer> over =
        attentionAxes.isEmpty() ? IntStream.range(1, rank - 1).boxed().toList() : attentionAxes;
    if (rank < 3 || over.get(over.size() - 1) > rank - 2) {
      throw new ShapeException(
          "inputs of "
              + rank
              + " axes, expected 3 or more, attention_axes="
              + attentionAxes
              + " none of the last");
    }
    return new Split(
        over, IntStream.range(0, rank - 1).filter(d -> !over.contains(d)).boxed().toList());
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    List<Value> data = arguments.data();
    if (!arguments.initialState().isEmpty() || data.size() < 2 || data.size() > 3) {
      throw new ShapeException(
          "got " + data.size() + " inputs, expected query and value, and key if it is another");
    }
    Value query = data.get(0);
    Value value = data.get(1);
    Value key = data.size() == 3 ? data.get(2) : value;
    int rank = query.shape().rank();
    Split axes = split(rank);
    for (Value v : data) {
      if (v.shape().rank() != rank || v.shape().dim(-1) == Shape.UNKNOWN) {
        throw new ShapeException(
            "input has shape "
                + v.shape()
                + ", expected as many axes as the query has, "
                + query.shape()
                + ", the last of known size");
      }
    }
    Value q = headed(g, "query", query, keyDim, axes);
    Value k = headed(g, "key", key, keyDim, axes);
    Value v = headed(g, "value", value, valueDim, axes);
    Value products = Heads.products(g, rows(g, q, axes), rows(g, k, axes));
    Value scores = Heads.scaled(g, products, 1 / Math.sqrt(keyDim));
    long[] keys = k.shape().from(axes.others.size() + 1).without(-1).dims();
    Shape shared = q.shape().without(-1).append(keys);
    Value shares = shares(g, scores, shared, arguments, axes);
    Value flat = g.reshape(shares, scores.shape());
    Value sums = Heads.sums(g, Heads.dropped(g, flat, dropout), rows(g, v, axes));
    Value y = projected(g, g.reshape(sums, q.shape().with(-1, valueDim)), query, axes);
    return returnAttentionScores ? List.of(y, shares) : List.of(y);
  }

  /** Softmax over all S.. at once. */
  private Value shares(
      Lowering g, Value scores, Shape shape, Arguments<Value> arguments, Split axes) {
    List<Value> masks = new ArrayList<>();
    if (arguments.mask().isPresent() || !arguments.carried().isEmpty() || useCausalMask) {
      if (axes.over.size() != 1 || axes.others.size() != 1) {
        throw new ShapeException("masks are supported of inputs of three axes only");
      }
      arguments.mask().ifPresent(m -> masks.add(overHeads(g, m)));
      arguments.carried(0).ifPresent(m -> masks.add(overHeads(g, m, 2)));
      for (int i = 1; i < arguments.data().size(); i++) {
        arguments.carried(i).ifPresent(m -> masks.add(overHeads(g, m, 1)));
      }
      if (useCausalMask) {
        Heads.causal(g, shape.dim(2), shape.dim(3)).ifPresent(m -> masks.add(overHeads(g, m)));
      }
      return Heads.shares(g, g.reshape(scores, shape), masks);
    }
    return g.reshape(Heads.shares(g, scores, masks), shape);
  }

  /**
   * The mask of queries or of values.
   *
   * @param added where the axis of the others is
   */
  private static Value overHeads(Lowering g, Value mask, int added) {
    Shape s = mask.shape();
    if (s.rank() != 2) {
      throw new ShapeException("an input comes with a mask of shape " + s + ", expected [N, T]");
    }
    Shape pairs = added == 1 ? Shape.of(s.dim(0), 1, s.dim(1)) : s.append(1);
    return overHeads(g, g.reshape(mask, pairs));
  }

  private static Value overHeads(Lowering g, Value mask) {
    Shape s = mask.shape();
    if (s.rank() != 3) {
      throw new ShapeException("attention_mask has shape " + s + ", expected [N, T, S]");
    }
    return g.reshape(mask, Shape.of(s.dim(0), 1, s.dim(1), s.dim(2)));
  }

  /** Projects to heads: {@code [others.., heads, over.., dim]}. */
  private Value headed(Lowering g, String name, Value x, int dim, Split axes) {
    Shape kernel = Shape.of(x.shape().dim(-1), numHeads, dim);
    Value y = product(g, name, x, kernel, 1, Shape.of(numHeads, dim));
    Value split = g.reshape(y, y.shape().without(-1).append(numHeads, dim));
    return g.op(new Transpose(axes.order(split.shape().rank())), split);
  }

  /** Batches of rows {@code [others.. heads, over.., dim]}. */
  private static Value rows(Lowering g, Value x, Split axes) {
    Shape s = x.shape();
    long batch = 1;
    for (int d = 0; d <= axes.others.size(); d++) {
      batch = Shape.times(batch, s.dim(d));
    }
    long rows = 1;
    for (int d = axes.others.size() + 1; d < s.rank() - 1; d++) {
      rows = Shape.times(rows, s.dim(d));
    }
    return g.reshape(x, Shape.of(batch, rows, s.dim(-1)));
  }

  /** Mixes the heads, each axis back in its place. */
  private Value projected(Lowering g, Value x, Value query, Split axes) {
    int rank = x.shape().rank();
    List<Integer> order = axes.order(rank);
    List<Integer> back = IntStream.range(0, rank).mapToObj(order::indexOf).toList();
    Value y = g.op(new Transpose(back), x);
    Shape joined = y.shape().without(-1).without(-1).append((long) numHeads * valueDim);
    long out = outputDim == 0 ? query.shape().dim(-1) : outputDim;
    Shape kernel = Shape.of(numHeads, valueDim, out);
    return product(g, "attention_output", g.reshape(y, joined), kernel, 2, Shape.of(out));
  }

  /**
   * Multiplies by a kernel.
   *
   * @param bound how many of the kernel's axes are summed over
   */
  private Value product(Lowering g, String name, Value x, Shape kernel, int bound, Shape bias) {
    Value w = parameter(g, name + "/kernel", kernel, kernelInitializer, kernelRegularizer, true);
    long units = kernel.from(bound).elements();
    List<Value> inputs =
        new ArrayList<>(List.of(x, g.reshape(w, Shape.of(kernel.elements() / units, units))));
    if (useBias) {
      Value b = parameter(g, name + "/bias", bias, biasInitializer, biasRegularizer, true);
      inputs.add(g.reshape(b, Shape.of(units)));
    }
    return g.ops(new Affine(Math.toIntExact(units), useBias), inputs).get(0);
  }

  /** The query's. */
  @Override
  protected Optional<Value> mask(Lowering g, Arguments<Value> arguments) {
    return arguments.carried(0);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("num_heads", numHeads);
    c.put("key_dim", keyDim);
    c.put("value_dim", valueDim);
    c.put("dropout", dropout);
    c.put("use_bias", useBias);
    c.put("output_shape", outputDim == 0 ? null : List.of(outputDim));
    c.put("attention_axes", attentionAxes.isEmpty() ? null : attentionAxes);
    c.put("kernel_initializer", InitializerForms.encode(kernelInitializer));
    c.put("bias_initializer", InitializerForms.encode(biasInitializer));
    c.put("kernel_regularizer", RegularizerForms.encode(kernelRegularizer));
    c.put("bias_regularizer", RegularizerForms.encode(biasRegularizer));
    AttentionCalls.put(c, useCausalMask, returnAttentionScores);
    return c;
  }

  static MultiHeadAttention fromConfig(Config c) {
    MultiHeadAttention l = new MultiHeadAttention(c.integer("num_heads"), c.integer("key_dim"));
    List<Integer> out = c.ints("output_shape", 0, List.of());
    if (out.size() > 1) {
      throw c.wrong("output_shape", "only one axis is supported");
    }
    if (!out.isEmpty()) {
      l.outputDim(out.get(0));
    }
    return l.valueDim(c.integer("value_dim", l.keyDim))
        .attentionAxes(Config.array(c.ints("attention_axes", 0, List.of())))
        .dropout(c.real("dropout", 0))
        .useBias(c.bool("use_bias", true))
        .kernelInitializer(InitializerForms.read(c, "kernel_initializer", l.kernelInitializer))
        .biasInitializer(InitializerForms.read(c, "bias_initializer", l.biasInitializer))
        .kernelRegularizer(RegularizerForms.read(c, "kernel_regularizer"))
        .biasRegularizer(RegularizerForms.read(c, "bias_regularizer"))
        .useCausalMask(c.bool(AttentionCalls.CAUSAL, false))
        .returnAttentionScores(c.bool(AttentionCalls.SCORES, false));
  }
}
