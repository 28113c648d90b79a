package convlstm4j.data;

import convlstm4j.tensor.Streams;

/** The order of samples in an epoch. */
final class Orders {
  private Orders() {}

  static int[] of(int n, long epoch, boolean shuffle, long seed) {
    if (shuffle) {
      return Streams.order(seed, epoch).permutation(n);
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
