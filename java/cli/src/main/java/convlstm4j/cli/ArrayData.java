package convlstm4j.cli;

import convlstm4j.data.Frames;
import convlstm4j.data.IndexedDataset;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyFrames;
import convlstm4j.io.npy.NpySamples;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Samples in npy files, one file for each of a model's inputs and outputs. */
final class ArrayData {
  /** Keras's. */
  private static final int BATCH = 32;

  /** Bytes of an input that are not read ahead. */
  private static final long LONG = 64L << 20;

  private final Model model;
  private final List<NpyFile> inputs = new ArrayList<>();
  private final List<NpyFile> targets = new ArrayList<>();
  private final List<NpyFile> weights = new ArrayList<>();
  private final boolean unitRange;
  private final Conversions conversions;

  /**
   * Opens the inputs.
   *
   * @param option what the user gave them with
   * @param words files, or {@code NAME=FILE}
   * @param unitRange whether uint8 becomes 0 to 1
   * @param conversions says which types are taken as another
   */
  ArrayData(
      Model model, String option, List<String> words, boolean unitRange, Conversions conversions) {
    this.model = model;
    this.conversions = conversions;
    this.unitRange = unitRange;
    List<String> names = model.network().inputNames();
    for (String file : Named.all(option, words, "input", names)) {
      inputs.add(open(file, inputs.size()));
      checkFits(inputs.size() - 1);
    }
  }

  private NpyFile open(String file, int input) {
    NpyFile npy = conversions.of(NpyFile.open(Path.of(file)), model.dtype());
    return new Bytes(model, unitRange, conversions.err()).read(npy, input);
  }

  private void checkFits(int input) {
    NpyFile file = inputs.get(input);
    try {
      Shape s = file.shape();
      boolean fixed = model.network().inputs().get(input).shape().dim(0) != Shape.UNKNOWN;
      // The size of a batch is not that of the file.
      model.network().checkFeed(input, fixed && s.rank() > 0 ? s.with(0, Shape.UNKNOWN) : s);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file.name() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Opens the targets.
   *
   * @param trained names of the outputs that need one
   */
  ArrayData targets(String option, List<String> words, List<String> trained) {
    List<String> names = model.network().outputNames();
    Map<String, String> files = Named.sort(option, words, "output", names);
    for (String name : names) {
      if (files.get(name) == null && trained.contains(name)) {
        throw new IllegalArgumentException(
            option + " is missing for the output \"" + name + "\"; the outputs are " + names);
      }
      String file = files.get(name);
      targets.add(file == null ? null : conversions.of(NpyFile.open(Path.of(file)), model.dtype()));
      if (file != null && trained.contains(name)) {
        checkFits(targets.get(targets.size() - 1), name);
      }
    }
    return this;
  }

  /** Before the first step: those for validation would be looked at after the first epoch. */
  private void checkFits(NpyFile file, String output) {
    Shape prediction =
        model.network().outputs().get(model.network().outputNames().indexOf(output)).shape();
    Loss loss =
        Objects.requireNonNull(
            model.compilation().orElseThrow().lossOf(output), "a trained output has a loss");
    if (prediction.rank() < 2 || file.shape().elements() == 0) {
      return; // which is said of losses and of all files
    }
    // The size of a batch is not that of the file.
    Shape expected = loss.targetShape(prediction).with(0, Shape.UNKNOWN);
    boolean withoutLast = expected.dim(-1) == 1 && expected.without(-1).fits(file.shape());
    if (!expected.fits(file.shape()) && !withoutLast) {
      throw new IllegalArgumentException(
          file.name()
              + ": has shape "
              + file.shape()
              + ", expected "
              + expected
              + " as targets of the output \""
              + output
              + "\" of shape "
              + prediction
              + " for "
              + loss.name());
    }
  }

  /**
   * Opens the weights of the samples, if there are any.
   *
   * @param trained names of the outputs that may have some
   */
  ArrayData weights(String option, List<String> words, List<String> trained) {
    if (words.isEmpty()) {
      return this;
    }
    List<String> names = model.network().outputNames();
    Map<String, String> files = Named.sortOrAll(option, words, "output", names, word -> false);
    for (int k = 0; k < names.size(); k++) {
      String name = names.get(k);
      boolean some = files.containsKey(name) && trained.contains(name);
      if (files.containsKey(name) && !some && words.contains(name + "=" + files.get(name))) {
        throw new IllegalArgumentException(
            option + " " + name + "=..: the output \"" + name + "\" has no loss to weight");
      }
      weights.add(
          some
              ? SampleWeights.open(
                  option,
                  Path.of(files.get(name)),
                  name,
                  model.network().outputs().get(k).shape(),
                  samples())
              : null);
    }
    return this;
  }

  /** Number of samples. */
  long samples() {
    return inputs.get(0).shape().dim(0);
  }

  /** Whether a batch is so large that it is read as it is needed, some frames at a time. */
  boolean isLong(int batchSize) {
    return inputs.stream()
        .map(NpyFile::shape)
        .anyMatch(
            s -> s.rank() > 2 && s.from(1).elements() * batchSize * model.dtype().bytes() > LONG);
  }

  /** Some of the samples, to be read as they are needed: one for each input. */
  List<Frames> frames(long from, long to) {
    List<Frames> all = new ArrayList<>();
    inputs.forEach(f -> all.add(NpyFrames.samples(f, from, to, model.dtype())));
    return all;
  }

  /**
   * The samples in order.
   *
   * @param batchSize null for the model's own or 32
   */
  IndexedDataset dataset(@Nullable Integer batchSize) {
    return dataset(batchSize, 0, samples());
  }

  /**
   * Some of the samples in order.
   *
   * @param batchSize null for the model's own or 32
   */
  IndexedDataset dataset(@Nullable Integer batchSize, long from, long to) {
    long fixed = model.network().inputs().get(0).shape().dim(0);
    int size = batchSize != null ? batchSize : fixed == Shape.UNKNOWN ? BATCH : (int) fixed;
    IndexedDataset data =
        NpySamples.dataset(inputs, targets, weights, model.dtype())
            .range((int) from, (int) to)
            .batch(size);
    if (fixed != Shape.UNKNOWN && (size != fixed || (to - from) % fixed != 0)) {
      throw new IllegalArgumentException(
          inputs.get(0).name()
              + ": the model takes batches of "
              + fixed
              + " only; got "
              + (to - from)
              + " samples in batches of "
              + size);
    }
    return data;
  }
}
