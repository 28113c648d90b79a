package convlstm4j.backend.onednn;

import convlstm4j.backend.onednn.Convolution.WithWeights;
import convlstm4j.op.GateOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All oneDNN primitives of one ConvLSTM: convolutions for one step and for chunks of steps (whole
 * ones and the remainder), and copies.
 */
final class ConvLstmPrims implements AutoCloseable {
  /** Per number of steps, null where no chunk has it; index is the number of steps. */
  final @Nullable WithWeights[] inputForward;

  final @Nullable WithWeights[] inputData;
  final @Nullable WithWeights[] inputWeights;
  final @Nullable WithWeights[] recurrentWeights;

  final WithWeights recurrentForward;

  /** Null at inference. */
  final @Nullable WithWeights recurrentData;

  final ConvLstmCopies copies;

  ConvLstmPrims(Dnnl engine, ConvLstmShape d) {
    long gates = GateOrder.COUNT * (long) d.filters;
    Convolution input =
        new Convolution(engine, d.op.window(), d.image, d.channels, gates / d.xCopies, d.xCopies);
    Convolution recurrent =
        new Convolution(
            engine, d.op.window().recurrent(), d.state, d.filters, gates / d.hCopies, d.hCopies);
    inputForward = new WithWeights[d.chunk + 1];
    inputData = new WithWeights[d.chunk + 1];
    inputWeights = new WithWeights[d.chunk + 1];
    recurrentWeights = new WithWeights[d.chunk + 1];
    for (int steps : new TreeSet<>(List.of(d.chunk, d.t % d.chunk))) {
      if (steps > 0) {
        long frames = (long) steps * d.n;
        inputForward[steps] = input.forward(frames, d.op.useBias(), false);
        if (d.training) {
          inputData[steps] = input.backwardData(frames);
          inputWeights[steps] = input.backwardWeights(frames, d.op.useBias());
          recurrentWeights[steps] = recurrent.backwardWeights(frames, false);
        }
      }
    }
    recurrentForward = recurrent.forward(d.n, false, true);
    recurrentData = d.training ? recurrent.backwardData(d.n) : null;
    copies = new ConvLstmCopies(engine, d);
  }

  private List<WithWeights> convolutions() {
    List<WithWeights> all = new ArrayList<>(List.of(recurrentForward));
    if (recurrentData != null) {
      all.add(recurrentData);
    }
    for (WithWeights[] some : List.of(inputForward, inputData, inputWeights, recurrentWeights)) {
      Stream.of(some).filter(Objects::nonNull).forEach(all::add);
    }
    return all;
  }

  /** Bytes of packed weights of the input convolution, of any of its primitives. */
  long packedXBytes() {
    return Stream.of(inputForward, inputData, inputWeights)
        .flatMap(Stream::of)
        .filter(Objects::nonNull)
        .mapToLong(WithWeights::packedBytes)
        .max()
        .orElse(0);
  }

  /** Bytes of packed weights of the recurrent convolution, of any of its primitives. */
  long packedHBytes() {
    return Stream.concat(Stream.of(recurrentForward, recurrentData), Stream.of(recurrentWeights))
        .filter(Objects::nonNull)
        .mapToLong(WithWeights::packedBytes)
        .max()
        .orElse(0);
  }

  /** Bytes of scratch memory that any primitive needs. */
  long scratchBytes() {
    long most = copies.scratchBytes();
    for (WithWeights w : convolutions()) {
      most = Math.max(most, Math.max(w.main().scratchBytes(), w.weights().scratchBytes()));
    }
    return most;
  }

  /** Says where the scratch memory of all primitives is. */
  void scratch(long address) {
    copies.scratch(address);
    for (WithWeights w : convolutions()) {
      w.main().scratch(address);
      w.weights().scratch(address);
    }
  }

  /** oneDNN's names of the code that runs. */
  String implementations(int chunk) {
    String forward =
        inputForward[chunk].main().implementation()
            + ", "
            + recurrentForward.main().implementation();
    return recurrentData == null
        ? forward
        : forward
            + " | "
            + recurrentData.main().implementation()
            + " | "
            + inputData[chunk].main().implementation()
            + ", "
            + inputWeights[chunk].main().implementation()
            + ", "
            + recurrentWeights[chunk].main().implementation();
  }

  @Override
  public void close() {
    copies.close();
    convolutions().forEach(WithWeights::close);
  }
}
