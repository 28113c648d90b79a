package convlstm4j.data;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Samples that are in memory already. An immutable value, each method returns a new one; the
 * tensors are shared, not copied.
 */
public final class InMemoryDataset implements Dataset {
  private static final int DEFAULT_BATCH = 32;

  private final Batch all;
  private final int batchSize;
  private final boolean shuffle;
  private final long seed;

  private InMemoryDataset(Batch all, int batchSize, boolean shuffle, long seed) {
    this.all = all;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.seed = seed;
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
    return new InMemoryDataset(all, DEFAULT_BATCH, false, 0);
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
    if (size < 1) {
      throw new IllegalArgumentException("batch size " + size + ", must be at least 1");
    }
    return new InMemoryDataset(all, size, shuffle, seed);
  }

  /**
   * Takes the samples in another random order in every epoch.
   *
   * @param newSeed decides the orders, together with the epoch's number
   * @return a new dataset
   */
  public InMemoryDataset shuffle(long newSeed) {
    return new InMemoryDataset(all, batchSize, true, newSeed);
  }

  @Override
  public int batches() {
    return (int) ((all.size() + batchSize - 1) / batchSize);
  }

  @Override
  public BatchStream open(long epoch, int firstBatch) {
    Orders.checkFirst(firstBatch, batches());
    int n = Math.toIntExact(all.size());
    int[] order = Orders.of(n, epoch, shuffle, seed);
    return new BatchStream() {
      private int next = firstBatch;

      @Override
      public boolean hasNext() {
        return next < batches();
      }

      @Override
      public Batch next() {
        if (!hasNext()) {
          throw new NoSuchElementException("no batch " + next);
        }
        int from = next++ * batchSize;
        int to = Math.min(from + batchSize, n);
        return new Batch(
            rows(all.inputs(), order, from, to),
            rows(all.targets(), order, from, to),
            rows(all.sampleWeights(), order, from, to),
            all.description() + ", epoch " + (epoch + 1) + ", samples " + from + "-" + (to - 1));
      }

      @Override
      public void close() {}
    };
  }

  private static List<Tensor> rows(List<Tensor> tensors, int[] order, int from, int to) {
    return tensors.stream().map(t -> rows(t, order, from, to)).toList();
  }

  private static Tensor rows(Tensor t, int[] order, int from, int to) {
    Tensor rows = Tensor.zeros(t.dtype(), t.shape().with(0, to - from));
    int length = rows.size() / (to - from);
    for (int i = from; i < to; i++) {
      if (t.dtype() == DType.FLOAT32) {
        System.arraycopy(t.floats(), order[i] * length, rows.floats(), (i - from) * length, length);
      } else {
        System.arraycopy(
            t.doubles(), order[i] * length, rows.doubles(), (i - from) * length, length);
      }
    }
    return rows;
  }
}
