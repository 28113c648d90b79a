package convlstm4j.io.architecture;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Input;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What there is in a model that perhaps cannot be taken whole: every layer that can be made is
 * made, whatever is missing before it, so that all that is missing is known at once. Behind a layer
 * that is missing shapes are not known, and calls there are not faults.
 */
public final class Survey {
  /** What a reader adds to say how one layer can be done without; here it is said once for all. */
  private static final String ADVICE = "; register a layer of your own for it";

  /**
   * Why a layer cannot be taken.
   *
   * @param layer its name, that of a layer inside a model with the model's before it; empty if the
   *     reason is none of a single layer
   * @param reason one sentence
   */
  public record Fault(String layer, String reason) {}

  private final Map<String, Layer> made = new LinkedHashMap<>();
  private final Map<String, List<Shape>> outputs = new LinkedHashMap<>();
  private final List<Fault> faults = new ArrayList<>();
  private final Set<String> missing = new LinkedHashSet<>();
  private final Set<Symbol> unknown = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean faultInside;
  private @Nullable Network network;

  Survey() {}

  /**
   * Looks at a model.
   *
   * @param json a model as {@link Json#read} gives it
   * @param options as for {@link Architecture#read}
   * @return what there is
   */
  public static Survey of(Object json, ReadOptions options) {
    Survey survey = new Survey();
    survey.read(() -> Architecture.read(json, options, survey));
    return survey;
  }

  private void read(Supplier<Network> reader) {
    try {
      Network read = reader.get();
      network = faults.isEmpty() ? read : null;
    } catch (ArchitectureException | IllegalArgumentException e) {
      if (faults.isEmpty()) { // else it follows from them
        faults.add(new Fault("", String.valueOf(e.getMessage())));
      }
    }
  }

  /** A model inside, of a layer of this name. */
  Network inside(String name, Reader reader, Item item) {
    Survey inner = Objects.requireNonNull(reader.survey(), "a reader of a survey");
    inner.read(() -> reader.network(item));
    if (inner.network == null) {
      inner.faults.forEach(
          f ->
              faults.add(
                  new Fault(name + (f.layer().isEmpty() ? "" : "/") + f.layer(), f.reason())));
      faultInside = true;
      throw item.error("not all layers inside can be taken");
    }
    return inner.network;
  }

  void made(String name, Layer layer) {
    made.put(name, layer);
  }

  void input(String name, Symbol symbol) {
    outputs.put(name, List.of(symbol.shape()));
  }

  /** A layer that cannot be made or called. */
  void fault(String name, ArchitectureException e) {
    missing.add(name);
    if (faultInside) {
      faultInside = false; // its layers have been named
      return;
    }
    String reason = String.valueOf(e.getMessage());
    int advice = reason.indexOf(ADVICE);
    faults.add(new Fault(name, advice < 0 ? reason : reason.substring(0, advice)));
  }

  /** Forgets the faults inside a layer that may be left out. */
  void forget(int before) {
    faults.subList(before, faults.size()).clear();
    faultInside = false;
  }

  /** The outputs of a call; not known if it cannot be made, or what it is given is not known. */
  List<Symbol> call(String name, List<Symbol> given, Supplier<List<Symbol>> action) {
    if (missing.contains(name) || given.stream().anyMatch(unknown::contains)) {
      return unknown();
    }
    try {
      List<Symbol> results = action.get();
      outputs.putIfAbsent(name, results.stream().map(Symbol::shape).toList());
      return results;
    } catch (ArchitectureException e) {
      fault(name, e);
      return unknown();
    }
  }

  List<Symbol> unknown() {
    Symbol s = Input.layer(Shape.of(Input.ANY)).symbol();
    unknown.add(s);
    return List.of(s);
  }

  boolean isUnknown(List<Symbol> symbols) {
    return symbols.stream().anyMatch(unknown::contains);
  }

  /**
   * The model, if all of it can be taken.
   *
   * @return empty if there are faults
   */
  public Optional<Network> network() {
    return Optional.ofNullable(network);
  }

  /**
   * What cannot be taken.
   *
   * @return in the order of the layers
   */
  public List<Fault> faults() {
    return List.copyOf(faults);
  }

  /**
   * The model's layers that cannot be taken, those with such layers inside included.
   *
   * @return their names
   */
  public Set<String> missing() {
    return Collections.unmodifiableSet(missing);
  }

  /**
   * A layer that could be made.
   *
   * @param name its name
   * @return with weights if it could be called, too; empty for inputs and for what is missing
   */
  public Optional<Layer> layer(String name) {
    return Optional.ofNullable(missing.contains(name) ? null : made.get(name));
  }

  /**
   * Shapes of the outputs of a layer's first call.
   *
   * @param name the layer's
   * @return empty if they are not known
   */
  public List<Shape> outputs(String name) {
    return outputs.getOrDefault(name, List.of());
  }
}
