package convlstm4j.model;

import convlstm4j.data.Batch;
import convlstm4j.data.ByteScale;
import convlstm4j.data.Signature;
import convlstm4j.data.Signature.Slot;
import convlstm4j.graph.Network;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** How a model takes bytes, input by input: known from training, a file or the caller. */
final class ByteScales {
  private final Network network;
  private List<Optional<ByteScale>> known;

  ByteScales(Network network) {
    this.network = network;
    this.known = Collections.nCopies(network.inputs().size(), Optional.empty());
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
          new Slot(network.outputNames().get(i), shape, Optional.empty(), Optional.empty()));
    }
    return new Signature(inputs, outputs);
  }

  List<Optional<ByteScale>> known() {
    return known;
  }

  void set(List<Optional<ByteScale>> scales) {
    if (scales.size() != known.size()) {
      throw new IllegalArgumentException(
          "byteScales: got "
              + scales.size()
              + ", expected one for each of the inputs "
              + network.inputNames());
    }
    known = List.copyOf(scales);
  }

  /**
   * Fails if data is to another scale than the model's.
   *
   * @param what the method, for messages
   * @param data one per input, or empty
   */
  void check(String what, List<Optional<ByteScale>> data) {
    for (int i = 0; i < Math.min(data.size(), known.size()); i++) {
      if (data.get(i).isPresent()
          && known.get(i).isPresent()
          && !data.get(i).equals(known.get(i))) {
        throw new IllegalArgumentException(
            what
                + ": the bytes of input \""
                + network.inputNames().get(i)
                + "\" are read "
                + data.get(i).get()
                + ", the model takes them "
                + known.get(i).get()
                + ": read them to the model's scale (Model.byteScales)");
      }
    }
  }

  /** {@link #check}, and remembers what was not known: the scale that is trained on. */
  void learn(String what, List<Optional<ByteScale>> data) {
    check(what, data);
    if (data.size() == known.size()) {
      List<Optional<ByteScale>> all = new ArrayList<>();
      for (int i = 0; i < known.size(); i++) {
        all.add(known.get(i).isPresent() ? known.get(i) : data.get(i));
      }
      known = List.copyOf(all);
    }
  }

  /** Those of a batch that still has its pixels. */
  static List<Optional<ByteScale>> of(Batch batch) {
    return batch.inputs().stream()
        .map(t -> t.isPixels() ? Optional.of(ByteScale.UNIT) : Optional.<ByteScale>empty())
        .toList();
  }
}
