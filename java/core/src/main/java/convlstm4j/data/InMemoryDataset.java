package convlstm4j.data;

import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;

/**
 * Samples that are in memory already. An immutable value, each method returns a new one; the
 * tensors are shared, not copied.
 */
public final class InMemoryDataset implements Dataset {
  private final IndexedDataset samples;

  private InMemoryDataset(IndexedDataset samples) {
    this.samples = samples;
  }

  /**
   * Samples with one input and one target; batches of 32, in order.
   *
   * @param input samples along axis 0
   * @param target likewise
   * @return the dataset
   * @throws IllegalArgumentException if the numbers of samples differ or there are none
   */
  public static InMemoryDataset of(Tensor input, Tensor target) {
    return of(List.of(input), List.of(target));
  }

  /**
   * Samples with several inputs and targets; batches of 32, in order.
   *
   * @param inputs one per model input, samples along axis 0
   * @param targets one per model output, likewise; empty if there are none
   * @return the dataset
   * @throws IllegalArgumentException if the numbers of samples differ or there are none
   */
  public static InMemoryDataset of(List<Tensor> inputs, List<Tensor> targets) {
    return of(new Batch(inputs, targets, List.of(), "memory"));
  }

  /**
   * The samples of one large batch; batches of 32, in order.
   *
   * @param all inputs, targets and sample weights of all samples
   * @return the dataset
   * @throws IllegalArgumentException if the numbers of samples differ or there are none
   */
  public static InMemoryDataset of(Batch all) {
    if (all.inputs().isEmpty()) {
      throw new IllegalArgumentException("InMemoryDataset needs at least one input");
    }
    checkSamples("input", all.inputs(), all);
    checkSamples("target", all.targets(), all);
    checkSamples("sample weights", all.sampleWeights(), all);
    if (all.size() == 0) {
      throw new IllegalArgumentException("InMemoryDataset has no samples");
    }
    return new InMemoryDataset(
        IndexedDataset.of(
            Math.toIntExact(all.size()),
            (rows, where) ->
                new Batch(
                    rows(all.inputs(), rows),
                    rows(all.targets(), rows),
                    rows(all.sampleWeights(), rows),
                    all.description() + ", " + where)));
  }

  private static void checkSamples(String what, List<Tensor> tensors, Batch all) {
    for (int i = 0; i < tensors.size(); i++) {
      Shape s = tensors.get(i).shape();
      if (s.rank() == 0 || s.dim(0) != all.size()) {
        throw new IllegalArgumentException(
            "InMemoryDataset: "
                + what
                + " "
                + i
                + " has shape "
                + s
                + ", expected "
                + all.size()
                + " samples along axis 0 as in the first input");
      }
    }
  }

  /**
   * Sets the size of a batch; the last of an epoch may be smaller.
   *
   * @param size at least 1
   * @return a new dataset
   * @throws IllegalArgumentException if it is not
   */
  public InMemoryDataset batch(int size) {
    return new InMemoryDataset(samples.batch(size));
  }

  /**
   * Takes the samples in another random order in every epoch.
   *
   * @param newSeed decides the orders, together with the epoch's number
   * @return a new dataset
   */
  public InMemoryDataset shuffle(long newSeed) {
    return new InMemoryDataset(samples.shuffle(newSeed));
  }

  /**
   * Takes a stretch of the samples only.
   *
   * @param from number of the first, counted as in this dataset
   * @param to number of the last + 1
   * @return a new dataset
   * @throws IllegalArgumentException if the stretch is empty or not within the dataset
   */
  public InMemoryDataset range(int from, int to) {
    return new InMemoryDataset(samples.range(from, to));
  }

  /**
   * Number of samples.
   *
   * @return at least 1
   */
  public int samples() {
    return samples.samples();
  }

  /** What is trained on, and what is kept to look how well that goes. */
  public record Split(InMemoryDataset train, InMemoryDataset validation) {}

  /**
   * Keeps the last samples for validation, as Keras's {@code validation_split} does: so shuffle
   * what is sorted before. Both parts have this one's size of batches; training shuffles if this
   * does.
   *
   * <pre>{@code
   * var split = Data.of(x, y).batch(8).shuffle(1).split(0.2);
   * model.fit(split.train(), Fit.epochs(20).validation(split.validation()));
   * }</pre>
   *
   * @param validation part of the samples, between 0 and 1
   * @return both parts
   * @throws IllegalArgumentException if it is not, or a part would have no samples
   */
  public Split split(double validation) {
    int n = samples();
    int train = (int) Math.floor(n * (1 - validation));
    if (!(validation > 0 && validation < 1) || train == 0 || train == n) {
      throw new IllegalArgumentException(
          "split("
              + validation
              + ") of "
              + n
              + " samples leaves a part without any; expected a part between 0 and 1, of at least"
              + " one sample each");
    }
    return new Split(range(0, train), range(train, n));
  }

  @Override
  public String toString() {
    return samples.toString();
  }

  @Override
  public int batches() {
    return samples.batches();
  }

  @Override
  public List<Integer> batchSizes() {
    return samples.batchSizes();
  }

  @Override
  public BatchStream open(long epoch, int firstBatch) {
    return samples.open(epoch, firstBatch);
  }

  private static List<Tensor> rows(List<Tensor> tensors, int[] rows) {
    return tensors.stream().map(t -> t.rows(rows)).toList();
  }
}
