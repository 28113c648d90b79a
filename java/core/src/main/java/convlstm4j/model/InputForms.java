package convlstm4j.model;

import convlstm4j.data.Batch;
import convlstm4j.data.ByteScale;
import convlstm4j.data.InputForm;
import convlstm4j.data.Signature;
import convlstm4j.data.Signature.Slot;
import convlstm4j.graph.Network;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** How files become a model's inputs: known from training, a file or the caller. */
final class InputForms {
  private final Network network;
  private List<InputForm> known;

  InputForms(Network network) {
    this.network = network;
    this.known = Collections.nCopies(network.inputs().size(), InputForm.UNKNOWN);
  }

  /** What the model takes and gives. */
  Signature signature() {
    List<Slot> inputs = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      Shape shape = network.inputs().get(i).shape();
      inputs.add(new Slot(network.inputNames().get(i), shape, network.axes(i), known.get(i)));
    }
    List<Slot> outputs = new ArrayList<>();
    for (int i = 0; i < network.outputs().size(); i++) {
      Shape shape = network.outputs().get(i).shape();
      outputs.add(
          new Slot(network.outputNames().get(i), shape, Optional.empty(), InputForm.UNKNOWN));
    }
    return new Signature(inputs, outputs);
  }

  List<InputForm> known() {
    return known;
  }

  void set(List<InputForm> forms) {
    if (forms.size() != known.size()) {
      throw new IllegalArgumentException(
          "inputForms: got "
              + forms.size()
              + ", expected one for each of the inputs "
              + network.inputNames());
    }
    known = List.copyOf(forms);
  }

  /**
   * Fails if data is of another form than the model's.
   *
   * @param what the method, for messages
   * @param data one per input, or empty
   */
  void check(String what, List<InputForm> data) {
    for (int i = 0; i < Math.min(data.size(), known.size()); i++) {
      String input = network.inputNames().get(i);
      known
          .get(i)
          .difference(data.get(i))
          .ifPresent(
              difference -> {
                throw new IllegalArgumentException(
                    what + ": input \"" + input + "\": " + difference);
              });
    }
  }

  /** {@link #check}, and remembers what was not known: the form that is trained on. */
  void learn(String what, List<InputForm> data) {
    check(what, data);
    if (data.size() == known.size()) {
      List<InputForm> all = new ArrayList<>();
      for (int i = 0; i < known.size(); i++) {
        all.add(known.get(i).or(data.get(i)));
      }
      known = List.copyOf(all);
    }
  }

  /** That of a batch that still has its pixels. */
  static List<InputForm> of(Batch batch) {
    return batch.inputs().stream()
        .map(t -> t.isPixels() ? InputForm.ofBytes(Optional.of(ByteScale.UNIT)) : InputForm.UNKNOWN)
        .toList();
  }
}
