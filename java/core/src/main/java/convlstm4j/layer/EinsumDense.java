package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Pointwise;
import convlstm4j.op.ShapeException;
import convlstm4j.option.Activation;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Keras's {@code EinsumDense}: {@code activation(einsum(equation, x, kernel) + bias)}, such as
 * {@code "abc,cd->abd"}. Input of the equation's first array, the batch first; weights {@code
 * kernel} of its second, {@code bias} of the axes that {@link #biasAxes} names.
 */
public final class EinsumDense extends Weighted<EinsumDense> {
  private final String equation;
  private final Einsum einsum;
  private final List<Integer> outputShape;
  private String biasAxes = "";

  /**
   * A layer, linear and without bias by default.
   *
   * @param equation of input and kernel
   * @param outputShape sizes of the output's axes that have letters, without the batch; 0 for one
   *     that is the input's
   * @throws IllegalArgumentException if the equation is of another form
   */
  public EinsumDense(String equation, int... outputShape) {
    super(Activation.LINEAR);
    this.equation = equation;
    this.einsum = word("equation", equation, () -> Einsum.parse(equation));
    this.outputShape = Arrays.stream(outputShape).boxed().toList();
    this.useBias = false;
  }

  /**
   * Gives the layer a bias.
   *
   * @param letters of the output's axes that the bias has; none for no bias
   * @return this layer
   * @throws IllegalArgumentException if the output has no such axis
   */
  public EinsumDense biasAxes(String letters) {
    if (letters.chars().anyMatch(c -> einsum.result().indexOf(c) < 0)) {
      throw new IllegalArgumentException(
          label() + ": bias_axes=" + letters + ", expected letters of " + einsum.result());
    }
    return set(
        () -> {
          biasAxes = letters;
          useBias = !letters.isEmpty();
        });
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    Einsum all = einsum.of(x.shape().rank(), einsum.second().length());
    Map<Character, Long> sizes = sizes(all, x.shape());
    all.checkBatch();
    long[] kernel = all.second().chars().mapToLong(c -> sizes.getOrDefault((char) c, 0L)).toArray();
    for (long size : kernel) {
      if (size < 1) {
        throw new ShapeException(
            "input of shape " + x.shape() + ": the kernel's sizes are not known, for " + equation);
      }
    }
    Value y = all.lower(g, x, kernel(g, Shape.of(kernel)));
    if (useBias) {
      String result = all.result();
      int from = biasAxes.chars().map(result::indexOf).min().orElseThrow();
      long[] dims =
          result
              .substring(from)
              .chars()
              .mapToLong(
                  c ->
                      biasAxes.indexOf(c) < 0
                          ? 1
                          : Objects.requireNonNull(sizes.get((char) c), "an axis without a size"))
              .toArray();
      Value b = parameter(g, "bias", Shape.of(dims), biasInitializer, biasRegularizer, true);
      Shape seen = b.shape();
      while (seen.rank() < y.shape().rank()) {
        seen = seen.prepend(1);
      }
      Formula sum = Formula.input(0).plus(Formula.input(1));
      y = g.op(new Pointwise(sum, 2), y, g.reshape(b, seen));
    }
    return List.of(finish(g, y));
  }

  /** Of every label. */
  private Map<Character, Long> sizes(Einsum all, Shape x) {
    Map<Character, Long> sizes = new LinkedHashMap<>();
    String letters = einsum.result().replace("...", "");
    List<Integer> given = new ArrayList<>(outputShape);
    int first = letters.length() - given.size(); // the batch has no size
    if (first < 0 || first > 1) {
      throw new ShapeException(
          "output_shape="
              + outputShape
              + ", expected one size for each of "
              + letters
              + " without the batch");
    }
    for (int i = 0; i < given.size(); i++) {
      sizes.put(letters.charAt(first + i), (long) given.get(i));
    }
    for (int i = 0; i < x.rank(); i++) {
      char label = all.first().charAt(i);
      long size = sizes.getOrDefault(label, 0L);
      if (size > 0 && x.dim(i) != Shape.UNKNOWN && x.dim(i) != size) {
        throw new ShapeException(
            "input has shape " + x + ", expected " + size + " along " + label + " of " + equation);
      }
      if (x.dim(i) != Shape.UNKNOWN || size == 0) {
        sizes.put(label, x.dim(i));
      }
    }
    return sizes;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    List<Object> shape = new ArrayList<>();
    outputShape.forEach(n -> shape.add(n == 0 ? null : n));
    c.put("equation", equation);
    c.put("output_shape", shape);
    c.put("bias_axes", biasAxes.isEmpty() ? null : biasAxes);
    putActivation(c);
    putWeights(c);
    c.remove("use_bias");
    return c;
  }

  static EinsumDense fromConfig(Config c) {
    List<Integer> shape = new ArrayList<>();
    Object given = c.get("output_shape");
    for (Object n : given instanceof List<?> all ? all : Arrays.asList(given)) {
      if (n != null && !(n instanceof Integer)) {
        throw c.wrong("output_shape", "expected sizes");
      }
      shape.add(n == null ? 0 : (Integer) n);
    }
    if (!(c.get("equation") instanceof String equation)) {
      throw c.wrong("equation", "expected text");
    }
    EinsumDense l = new EinsumDense(equation, Config.array(shape));
    l.biasAxes(c.get("bias_axes") instanceof String letters ? letters : "");
    boolean bias = l.useBias;
    return l.readWeights(c).useBias(bias);
  }
}
