package convlstm4j.op;

import convlstm4j.formula.Code;
import convlstm4j.formula.Formula;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent {@link Cell} over a stretch of time, on images with channels last. {@link ConvLstm2d}
 * is the same for the cell that most networks have, with kernels of its own.
 *
 * <p>Inputs, with {@code H'..} the output sizes of the input's convolution, G and R the cell's
 * gates and products: {@code x [N,T,H..,C]}, for each state {@code s0 s1 .. [N,H'..,F]}, {@code wx
 * [K..,C,GF]}, {@code wh [K..,F,RF]}, {@code b [GF]}, with recurrentBias {@code [GF+RF]}, for each
 * constant {@code k0 .. [N,H'..,F]}, {@code mask [N,T]} (0: the step is skipped). Outputs: {@code
 * y} ({@code [N,T,H'..,F]} with returnSequences, else {@code [N,H'..,F]}), then the states after
 * the last step, {@code s0T s1T ..}.
 *
 * <p>A masked step keeps the states and repeats the previous output, which is zero before the first
 * step that counts (always zero with {@code zeroOutputForMask}).
 *
 * @param cell the arithmetic of a step
 * @param filters F, hidden channels; at least 1
 * @param window the input's convolution, channels last, 2 or 3 spatial axes; the recurrent one is
 *     {@link Window#recurrent()}
 * @param useBias whether there is {@code b}, added to the input's convolution
 * @param recurrentBias whether it goes on with what is added to the recurrent one; needs useBias
 * @param returnSequences whether y holds every step's output or the last one's
 * @param goBackwards whether steps are taken from the last to the first; y is in the order of
 *     processing
 * @param masked whether there is {@code mask}
 * @param zeroOutputForMask whether masked steps yield zeros
 */
public record Recurrence(
    Cell cell,
    int filters,
    Window window,
    boolean useBias,
    boolean recurrentBias,
    boolean returnSequences,
    boolean goBackwards,
    boolean masked,
    boolean zeroOutputForMask)
    implements Op {

  /**
   * What a plan runs for each element in one stage. Inputs of the codes are the cell's terms; then,
   * where the op is masked, the mask; then, where {@linkplain #repeatsOutput() outputs are
   * repeated}, the output before; for backward then the gradient of each result.
   *
   * @param forward yields the stage's results; of the last stage the new states, then y
   * @param backward the gradients of the targets without that of y
   * @param backwardWithOutput the same with that of y, which is the last input; null but in the
   *     last stage
   * @param targets numbers of the inputs whose gradients these are; those of the last stage are
   *     written, it is the first one to run backwards, the others' are added
   */
  public record StageCode(
      Code forward, Code backward, @Nullable Code backwardWithOutput, List<Integer> targets) {
    /**
     * The gradients of the targets.
     *
     * @param ofOutput whether with that of y, which only the last stage makes
     * @return the code
     */
    public Code gradients(boolean ofOutput) {
      return ofOutput
          ? Objects.requireNonNull(backwardWithOutput, "only the last stage makes the output")
          : backward;
    }
  }

  public Recurrence {
    Checks.that(filters >= 1, "filters=" + filters + ", must be >= 1");
    Checks.that(window.rank() >= 2, "kernel_size=" + window.size() + ", expected 2 or 3 values");
    Checks.that(useBias || !recurrentBias, "Recurrence: a recurrent bias without the bias");
    Checks.that(
        window.format() == DataFormat.CHANNELS_LAST, "Recurrence: images have channels last");
  }

  /**
   * Whether masked steps repeat the output before, which is then carried along like a state.
   *
   * @return true if so
   */
  public boolean repeatsOutput() {
    return masked && !zeroOutputForMask;
  }

  /**
   * Number of the mask among the codes' inputs.
   *
   * @return the one after the cell's terms
   */
  public int maskTerm() {
    return cell.terms().value(cell.values());
  }

  /**
   * Number of the output before among the codes' inputs.
   *
   * @return the one after the mask
   */
  public int outputTerm() {
    return maskTerm() + 1;
  }

  /**
   * Number of the gradient of a stage's result among the codes' inputs.
   *
   * @param result which one; y is the last
   * @return the number
   */
  public int gradientTerm(int result) {
    return maskTerm() + (masked ? 1 : 0) + (repeatsOutput() ? 1 : 0) + result;
  }

  /**
   * The codes of the cell's stages.
   *
   * @return in order
   * @throws IllegalArgumentException if the cell is too large for a backend to run
   */
  public List<StageCode> stages() {
    List<StageCode> codes = new ArrayList<>();
    for (int k = 0; k < cell.stages().size(); k++) {
      codes.add(k == cell.stages().size() - 1 ? last() : inner(cell.stages().get(k)));
    }
    return codes;
  }

  private StageCode inner(Cell.Stage stage) {
    List<Formula> results = stage.results();
    List<Integer> targets = new ArrayList<>();
    List<Formula> gradients = new ArrayList<>();
    for (int target : differentiable()) {
      Formula g = gradient(results, target);
      if (!g.equals(Formula.constant(0))) {
        targets.add(target);
        gradients.add(g);
      }
    }
    return new StageCode(code(results), code(gradients), null, targets);
  }

  private StageCode last() {
    List<Formula> results = cell.stages().get(cell.stages().size() - 1).results();
    Formula y = results.get(0);
    if (masked) {
      Formula mask = Formula.input(maskTerm());
      List<Formula> kept = new ArrayList<>();
      for (int s = 0; s < results.size(); s++) {
        kept.add(mask.where(results.get(s), Formula.input(cell.terms().state(s))));
      }
      Formula skipped = repeatsOutput() ? Formula.input(outputTerm()) : Formula.constant(0);
      y = mask.where(y, skipped);
      results = kept;
    }
    List<Formula> all = new ArrayList<>(results);
    if (repeatsOutput()) {
      all.add(y); // carried along
    }
    List<Integer> targets = new ArrayList<>(differentiable());
    List<Formula> without = new ArrayList<>();
    List<Formula> with = new ArrayList<>();
    List<Formula> carried = List.copyOf(all);
    all.add(y);
    for (int target : targets) {
      without.add(gradient(carried, target));
      with.add(gradient(all, target));
    }
    return new StageCode(code(all), code(without), code(with), targets);
  }

  /** Numbers of the inputs that have gradients. */
  private List<Integer> differentiable() {
    Cell.Terms terms = cell.terms();
    List<Integer> numbers = new ArrayList<>(IntStream.range(0, terms.constant(0)).boxed().toList());
    IntStream.range(terms.value(0), maskTerm()).forEach(numbers::add);
    if (repeatsOutput()) {
      numbers.add(outputTerm());
    }
    return numbers;
  }

  private Formula gradient(List<Formula> results, int target) {
    Formula sum = Formula.constant(0);
    for (int k = 0; k < results.size(); k++) {
      sum = sum.plus(Formula.input(gradientTerm(k)).times(results.get(k).derivative(target)));
    }
    return sum;
  }

  private Code code(List<Formula> formulas) {
    return Code.of(formulas).checked("the cell " + cell.name());
  }

  @Override
  public List<String> inputNames() {
    List<String> names = new ArrayList<>(List.of("x"));
    names.addAll(Names.numbered("s", cell.states()));
    names.addAll(List.of("wx", "wh"));
    if (useBias) {
      names.add("b");
    }
    names.addAll(Names.numbered("k", cell.constants()));
    if (masked) {
      names.add("mask");
    }
    return names;
  }

  @Override
  public List<String> outputNames() {
    List<String> names = new ArrayList<>(List.of("y"));
    Names.numbered("s", cell.states()).forEach(s -> names.add(s + "T"));
    return names;
  }

  @Override
  public boolean differentiable(int input) {
    String name = inputNames().get(input);
    return !name.equals("mask") && !name.startsWith("k");
  }

  /**
   * Shape of a state for a shape of x.
   *
   * @param x {@code [N,T,H..,C]}
   * @return {@code [N,H'..,F]}
   * @throws ShapeException if x cannot be an input
   */
  public Shape stateShape(Shape x) {
    return window.states(opName(), x, filters);
  }

  @Override
  public TimeUse along(int input, int axis, List<Shape> inputs) {
    return Along.recurrence(
        this, cell.states(), returnSequences, goBackwards, repeatsOutput(), input, axis);
  }

  @Override
  public double flops(List<Shape> inputs) {
    double pixels = (double) stateShape(inputs.get(0)).elements() / filters;
    double taps = inputs.get(input("wx")).elements() + inputs.get(input("wh")).elements();
    return 2 * inputs.get(0).dim(1) * pixels * taps;
  }

  @Override
  public List<Shape> outputShapes(List<Shape> inputs) {
    Checks.count(this, inputs);
    Shape x = inputs.get(0);
    Shape state = stateShape(x);
    long channels = window.format().channels(x.from(2));
    long g = (long) cell.gates() * filters;
    long r = (long) cell.products() * filters;
    for (int i = 1; i < inputs.size(); i++) {
      String name = inputNames().get(i);
      switch (name) {
        case "wx" -> Checks.fits(this, name, inputs.get(i), kernel(channels, g), "[K.., C, GF]");
        case "wh" -> Checks.fits(this, name, inputs.get(i), kernel(filters, r), "[K.., F, RF]");
        case "b" ->
            Checks.fits(
                this,
                name,
                inputs.get(i),
                Shape.of(recurrentBias ? g + r : g),
                recurrentBias ? "[GF + RF]" : "[GF]");
        case "mask" ->
            Checks.fits(this, name, inputs.get(i), Shape.of(x.dim(0), x.dim(1)), "[N, T]");
        default -> Checks.fits(this, name, inputs.get(i), state, "[N, H'.., F]");
      }
    }
    List<Shape> outputs = new ArrayList<>();
    outputs.add(returnSequences ? state.from(1).prepend(x.dim(0), x.dim(1)) : state);
    IntStream.range(0, cell.states()).forEach(s -> outputs.add(state));
    return outputs;
  }

  private Shape kernel(long channels, long columns) {
    return Shape.of(window.size().stream().mapToLong(k -> k).toArray()).append(channels, columns);
  }
}
