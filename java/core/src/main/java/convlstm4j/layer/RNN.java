package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.KerasObject;
import convlstm4j.config.NetworkForm;
import convlstm4j.config.Reading;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Names;
import convlstm4j.graph.Symbol;
import convlstm4j.op.Reverse;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Keras's {@code RNN}: a cell, or several of which each takes at every step what the one before
 * yields ({@code StackedRNNCells}), run over a sequence {@code [N, T, ..]}. Outputs: the sequence,
 * or the last step's output without {@code returnSequences}; with {@code returnState} then the
 * states of all cells, the first cell's first.
 *
 * <p>A cell is
 *
 * <ul>
 *   <li>a recurrent layer, which stands for its cell, as {@code LSTM} for Keras's {@code LSTMCell}
 *       (options of the loop are those of this layer): it runs as that layer does,
 *   <li>a small graph, {@code new NestedModel(Network.of(List.of(x, h), List.of(y, hAfter)))}, or
 *   <li>a layer of one's own that implements {@link RecurrentCell}.
 * </ul>
 *
 * <p>The ops of the latter two stand in the program once for each step, for at most 1000 steps.
 */
public final class RNN extends KerasLayer<RNN> {
  private static final String STACKED = "StackedRNNCells";
  private static final String CELL = "Cell";

  /** Keras's cells, by the layers that run them. */
  private static final Set<String> KERAS = Set.of("LSTM", "GRU", "SimpleRNN");

  /** Cells for which layers of this library stand. */
  private static final Pattern KNOWN =
      Pattern.compile("(Conv)?(LSTM|GRU)([123]D)?Cell|SimpleRNNCell");

  /** Options of a layer that its cell has not. */
  private static final List<String> LOOP =
      List.of(
          "return_sequences",
          "return_state",
          "go_backwards",
          "stateful",
          "zero_output_for_mask",
          "activity_regularizer");

  private final List<Layer> cells;
  private final boolean stacked;
  private boolean returnSequences;
  private boolean returnState;
  private boolean goBackwards;
  private boolean stateful;
  private boolean zeroOutputForMask;
  private List<Integer> stateCounts = List.of();

  /**
   * Takes cells in, whose options are fixed from now on.
   *
   * @param cells one, or several of which each takes what the one before yields
   * @throws IllegalArgumentException if there is none, one is no cell, is inside another layer, or
   *     has options of the loop, or two have one name
   */
  public RNN(Layer... cells) {
    this(List.of(cells), cells.length > 1);
  }

  private RNN(List<Layer> cells, boolean stacked) {
    if (cells.isEmpty()) {
      throw new IllegalArgumentException("RNN: no cells, expected one or more");
    }
    Set<String> names = new HashSet<>();
    for (Layer cell : cells) {
      if (cell instanceof Recurrent<?> r) {
        checkLoop(r);
      } else {
        Unrolled.checkCell(cell);
      }
      String kind =
          Names.snakeCase(cell.kerasClass()) + (cell instanceof Recurrent<?> ? "_cell" : "");
      String name = kind;
      for (int k = 1; cell.name() == null && names.contains(name); k++) {
        name = kind + "_" + k;
      }
      if (!names.add(cell.name() == null ? name : cell.name())) {
        throw new IllegalArgumentException("RNN: two cells have the name \"" + cell.name() + "\"");
      }
      adopt(cell, name);
    }
    this.cells = List.copyOf(cells);
    this.stacked = stacked;
  }

  private static void checkLoop(Recurrent<?> r) {
    Map<String, Object> config = r.config();
    for (String option : LOOP) {
      Object value = config.get(option);
      if (value != null && !Boolean.FALSE.equals(value)) {
        throw new IllegalArgumentException(
            r.label()
                + ": "
                + option
                + "="
                + value
                + " as a cell of an RNN, which has such options");
      }
    }
  }

  /**
   * Says whether every step's output is returned or the last one's.
   *
   * @param value default false
   * @return this layer
   */
  public RNN returnSequences(boolean value) {
    return set(() -> returnSequences = value);
  }

  /**
   * Says whether the states after the last step are further outputs.
   *
   * @param value default false
   * @return this layer
   */
  public RNN returnState(boolean value) {
    return set(() -> returnState = value);
  }

  /**
   * Says whether steps are taken from the last to the first; outputs are in that order.
   *
   * @param value default false
   * @return this layer
   */
  public RNN goBackwards(boolean value) {
    return set(() -> goBackwards = value);
  }

  /**
   * Says whether a batch begins with the states that the one before ended with.
   *
   * @param value default false
   * @return this layer
   */
  public RNN stateful(boolean value) {
    return set(() -> stateful = value);
  }

  /**
   * Says whether masked steps yield zeros instead of the output before.
   *
   * @param value default false
   * @return this layer
   */
  public RNN zeroOutputForMask(boolean value) {
    return set(() -> zeroOutputForMask = value);
  }

  /**
   * Begins a call with an initial state or a mask.
   *
   * @param x the sequence
   * @return the call, ended by {@link Call#outputs()}
   */
  public Call on(Symbol x) {
    return new Call(this, x);
  }

  boolean isStateful() {
    return stateful;
  }

  boolean goesBackwards() {
    return goBackwards;
  }

  boolean returnsSequences() {
    return returnSequences;
  }

  boolean returnsState() {
    return returnState;
  }

  /**
   * A copy that takes the steps in the other order.
   *
   * @throws IllegalArgumentException if there is a cell of one's own
   */
  RNN reversed() {
    List<Layer> copies = new ArrayList<>();
    for (Layer cell : cells) {
      if (!(cell instanceof Recurrent<?> r)) {
        throw new IllegalArgumentException(
            label()
                + ": no copy of the cell "
                + cell.label()
                + " can be made for the other direction; give Bidirectional both layers");
      }
      copies.add(r.copy());
    }
    return new RNN(copies, stacked)
        .returnSequences(returnSequences)
        .returnState(returnState)
        .goBackwards(!goBackwards)
        .stateful(stateful)
        .zeroOutputForMask(zeroOutputForMask);
  }

  /**
   * Whether the cells are in a list, Keras's {@code StackedRNNCells}, of which each has a list of
   * states.
   *
   * @return false for a cell by itself
   */
  public boolean isStacked() {
    return stacked;
  }

  @Override
  public List<Layer> children() {
    return cells;
  }

  /**
   * How many states each cell has.
   *
   * @return one number for each of {@link #children}; empty before the first call
   */
  public List<Integer> stateCounts() {
    return List.copyOf(stateCounts);
  }

  private static int states(Layer cell, Shape step) {
    return cell instanceof Recurrent<?> r
        ? r.stateNames().size()
        : Unrolled.stateShapes(cell, step).size();
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = one(arguments);
    Optional<Value> mask = arguments.seen();
    List<Value> given = arguments.initialState();
    List<Value> states = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      Layer cell = cells.get(i);
      boolean last = i == cells.size() - 1;
      boolean backwards = goBackwards && i == 0;
      if (goBackwards && i == 1) { // later cells see the order that the first one's output has
        mask = mask.map(m -> g.op(new Reverse(1), m));
      }
      List<Value> own = List.of();
      if (!given.isEmpty()) {
        int from = states.size();
        int to = from + states(cell, x.shape().without(1));
        if (to > given.size() || (last && to < given.size())) {
          throw new ShapeException(
              "initial state of "
                  + given.size()
                  + (given.size() == 1 ? " array" : " arrays")
                  + ", expected those of all cells: "
                  + cells.stream().map(Layer::label).toList());
        }
        own = given.subList(from, to);
      }
      boolean sequences = !last || returnSequences;
      List<Value> y = run(g, cell, i, x, own, mask, sequences, backwards);
      x = y.get(0);
      states.addAll(y.subList(1, y.size()));
      counts.add(y.size() - 1);
    }
    stateCounts = counts;
    List<Value> outputs = new ArrayList<>(List.of(x));
    if (returnState) {
      outputs.addAll(states);
    }
    return outputs;
  }

  private List<Value> run(
      Lowering g,
      Layer cell,
      int number,
      Value x,
      List<Value> given,
      Optional<Value> mask,
      boolean sequences,
      boolean backwards) {
    if (cell instanceof Recurrent<?> r) {
      r.loop(sequences, backwards, stateful, zeroOutputForMask);
      try {
        return r.lower(g, new Arguments<>(List.of(x), given, mask));
      } catch (ShapeException e) {
        throw new ShapeException(cell.label() + ": " + e.getMessage());
      }
    }
    Unrolled loop = Unrolled.of(g, cell, x, mask);
    List<Shape> shapes = Unrolled.stateShapes(cell, loop.step());
    List<Value> before = new ArrayList<>();
    for (int k = 0; k < shapes.size(); k++) {
      Shape s = shapes.get(k).prepend(x.shape().dim(0));
      if (given.isEmpty()) {
        before.add(stateful ? g.state(state(name(number, k)), s) : g.zeros(s));
      } else if (given.get(k).shape().fits(s)) {
        before.add(given.get(k));
      } else {
        throw new ShapeException(
            "initial state "
                + k
                + " of "
                + cell.label()
                + " has shape "
                + given.get(k).shape()
                + ", expected "
                + s);
      }
    }
    List<Value> y = loop.run(before, sequences, backwards, zeroOutputForMask);
    for (int k = 0; stateful && k < shapes.size(); k++) {
      g.assign(state(name(number, k)), y.get(1 + k));
    }
    return y;
  }

  private static String name(int cell, int state) {
    return "cell_" + cell + "_state_" + state;
  }

  @Override
  protected Optional<Value> mask(Lowering g, Arguments<Value> arguments) {
    return returnSequences ? arguments.carried(0) : Optional.empty();
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("return_sequences", returnSequences);
    c.put("return_state", returnState);
    c.put("go_backwards", goBackwards);
    c.put("stateful", stateful);
    c.put("zero_output_for_mask", zeroOutputForMask);
    List<Map<String, Object>> forms = cells.stream().map(RNN::form).toList();
    if (stacked) {
      Map<String, Object> stack = new LinkedHashMap<>();
      stack.put("class_name", STACKED);
      stack.put("config", new LinkedHashMap<>(Map.of("cells", forms)));
      c.put("cell", stack);
    } else {
      c.put("cell", forms.get(0));
    }
    return c;
  }

  private static Map<String, Object> form(Layer cell) {
    Map<String, Object> form = NetworkForm.of(cell);
    if (cell instanceof Recurrent<?>) {
      form.put("class_name", kerasClass(cell));
      Map<String, Object> config = NetworkForm.config(form);
      config.keySet().removeAll(LOOP);
    }
    return form;
  }

  /**
   * What a cell is called.
   *
   * @param cell one of {@link #children}
   * @return Keras's name of the cell, as {@code LSTMCell}
   */
  public static String kerasClass(Layer cell) {
    return cell.kerasClass() + (cell instanceof Recurrent<?> ? CELL : "");
  }

  /**
   * Whether Keras has a cell.
   *
   * @param cell one of {@link #children}
   * @return false for graphs and for images
   */
  public static boolean isKeras(Layer cell) {
    return cell instanceof Recurrent<?>
        ? KERAS.contains(cell.kerasClass())
        : !(cell instanceof NestedModel);
  }

  static RNN fromConfig(Config c) {
    return c.form("cell", RNN::read)
        .returnSequences(c.bool("return_sequences", false))
        .returnState(c.bool("return_state", false))
        .goBackwards(c.bool("go_backwards", false))
        .stateful(c.bool("stateful", false))
        .zeroOutputForMask(c.bool("zero_output_for_mask", false));
  }

  private static RNN read(Object value, Reading reading) {
    KerasObject o = KerasObject.of(value);
    if (o.origin() == KerasObject.Origin.KERAS && o.className().equals(STACKED)) {
      if (o.options().get("cells") instanceof List<?> forms) {
        return new RNN(forms.stream().map(f -> cell(f, reading)).toList(), true);
      }
      throw new IllegalArgumentException(STACKED + " without cells");
    }
    return new RNN(List.of(cell(value, reading)), false);
  }

  private static Layer cell(Object value, Reading reading) {
    KerasObject o = KerasObject.of(value);
    Map<String, Object> form = new LinkedHashMap<>();
    ((Map<?, ?>) value).forEach((k, v) -> form.put(String.valueOf(k), v));
    String kind = o.className();
    if (o.origin() == KerasObject.Origin.KERAS && KNOWN.matcher(kind).matches()) {
      form.put("class_name", kind.substring(0, kind.length() - CELL.length()));
    }
    return reading.layers().apply(form, reading);
  }
}
