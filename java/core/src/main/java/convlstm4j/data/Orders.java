package convlstm4j.data;

import convlstm4j.tensor.Philox;

/** The order of samples in an epoch. */
final class Orders {
  private Orders() {}

  /** Negative streams: those of a model's steps and first weights are not. */
  static int[] of(int n, long epoch, boolean shuffle, long seed) {
    if (shuffle) {
      return new Philox(seed, 0).stream(-1 - epoch, 0).permutation(n);
    }
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    return order;
  }

  static void checkFirst(int firstBatch, int batches) {
    if (firstBatch < 0 || firstBatch > batches) {
      throw new IllegalArgumentException(
          "cannot start at batch " + firstBatch + " of " + batches + " in an epoch");
    }
  }
}
