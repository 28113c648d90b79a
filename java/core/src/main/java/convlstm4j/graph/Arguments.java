package convlstm4j.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a layer is called with.
 *
 * @param data the inputs proper, at least one except for an input layer
 * @param initialState the states of a recurrent layer, such as {@code [h, c]} (twice for a
 *     bidirectional one), or empty
 * @param mask {@code [N, T]}, not 0 where a step counts, if given in the call
 * @param carried the masks that come with the inputs proper, by the layers before: none, or one for
 *     each, not 0 where a position counts
 * @param inference whether the layer runs as at inference in training too: no dropout, moving
 *     statistics; Keras 2's {@code training=False}
 * @param <T> symbols while a graph is being built, values while it is lowered
 */
public record Arguments<T>(
    List<T> data,
    List<T> initialState,
    Optional<T> mask,
    List<Optional<T>> carried,
    boolean inference) {
  public Arguments {
    data = List.copyOf(data);
    initialState = List.copyOf(initialState);
    carried = List.copyOf(carried);
  }

  /**
   * Arguments whose inputs come without masks.
   *
   * @param data the inputs proper
   * @param initialState the states of a recurrent layer, such as {@code [h, c]}, or empty
   * @param mask which steps count, if given
   * @param inference whether the layer runs as at inference in training too
   */
  public Arguments(List<T> data, List<T> initialState, Optional<T> mask, boolean inference) {
    this(data, initialState, mask, List.of(), inference);
  }

  /**
   * Arguments of a layer that trains when the model does.
   *
   * @param data the inputs proper
   * @param initialState the states of a recurrent layer, such as {@code [h, c]}, or empty
   * @param mask which steps count, if given
   */
  public Arguments(List<T> data, List<T> initialState, Optional<T> mask) {
    this(data, initialState, mask, false);
  }

  /**
   * Plain inputs without state and mask.
   *
   * @param data the inputs
   * @param <T> symbols or values
   * @return the arguments
   */
  public static <T> Arguments<T> of(List<T> data) {
    return new Arguments<>(data, List.of(), Optional.empty());
  }

  /**
   * The same with the masks that come with the inputs proper.
   *
   * @param masks one for each input
   * @return new arguments
   */
  public Arguments<T> carrying(List<Optional<T>> masks) {
    boolean none = masks.stream().allMatch(Optional::isEmpty);
    return new Arguments<>(data, initialState, mask, none ? List.of() : masks, inference);
  }

  /**
   * The mask that comes with an input proper.
   *
   * @param input which one
   * @return empty if it comes without
   */
  public Optional<T> carried(int input) {
    return carried.isEmpty() ? Optional.empty() : carried.get(input);
  }

  /**
   * The mask of the first input: given in the call, else the one it comes with.
   *
   * @return empty for none
   */
  public Optional<T> seen() {
    return mask.or(() -> carried(0));
  }

  /**
   * Everything that is given in the call, in one list: data, states, mask.
   *
   * @return the list
   */
  public List<T> all() {
    List<T> all = new ArrayList<>(data);
    all.addAll(initialState);
    mask.ifPresent(all::add);
    return all;
  }

  /**
   * The first input.
   *
   * @return the first of {@link #data()}
   */
  public T first() {
    return data.get(0);
  }

  /**
   * Replaces every entry that is given in the call; what comes with the inputs is left out.
   *
   * @param f what by
   * @param <R> the new kind
   * @return arguments of the same form
   */
  public <R> Arguments<R> map(Function<T, R> f) {
    return new Arguments<>(
        data.stream().map(f).toList(),
        initialState.stream().map(f).toList(),
        mask.map(f),
        inference);
  }
}
