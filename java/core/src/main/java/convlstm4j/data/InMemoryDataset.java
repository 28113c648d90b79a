package convlstm4j.data;

import convlstm4j.tensor.DType;
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
    return tensors.stream().map(t -> rows(t, rows)).toList();
  }

  private static Tensor rows(Tensor t, int[] rows) {
    Tensor some = Tensor.zeros(t.dtype(), t.shape().with(0, rows.length));
    int length = some.size() / rows.length;
    Object from = t.dtype() == DType.FLOAT32 ? t.floats() : t.doubles();
    Object to = t.dtype() == DType.FLOAT32 ? some.floats() : some.doubles();
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(from, rows[i] * length, to, i * length, length);
    }
    return some;
  }
}
