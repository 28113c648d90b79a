package convlstm4j.backend.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * Arrays that a few launches work through, so many in each; the struct TensorTable of
 * cuda/include/tensors.h.
 *
 * @param sizes elements of each array
 */
record TensorTables(List<Long> sizes) {
  private static final int MOST = 64;
  private static final int INPUTS = 5;
  private static final int OUTPUTS = 4;
  private static final int CHUNK = 16 * Device.BLOCK;

  /** The arrays of one launch: from {@code first} to {@code end - 1}. */
  record Part(int first, int end) {
    int count() {
      return end - first;
    }
  }

  /** The launches. */
  List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i += MOST) {
      parts.add(new Part(i, Math.min(sizes.size(), i + MOST)));
    }
    return parts;
  }

  private static long chunks(long size) {
    return (size + CHUNK - 1) / CHUNK;
  }

  /** Chunks of the arrays before one. */
  long chunksBefore(int array) {
    return sizes.subList(0, array).stream().mapToLong(TensorTables::chunks).sum();
  }

  /** Threads for one launch. */
  long threads(Part part) {
    return (chunksBefore(part.end) - chunksBefore(part.first)) * Device.BLOCK;
  }

  /**
   * Appends {@code struct TensorTable}.
   *
   * @param a the argument so far
   * @param part which arrays
   * @param inputs for each input of the kernel, the address by array
   * @param outputs for each output of the kernel, the address by array
   */
  Arguments put(
      Arguments a, Part part, List<IntToLongFunction> inputs, List<IntToLongFunction> outputs) {
    a.put64(chunksBefore(part.end) - chunksBefore(part.first)).put32(part.count()).put32(0);
    long before = 0;
    for (int i = part.first; i < part.first + MOST; i++) {
      boolean there = i < part.end;
      a.put64(there ? sizes.get(i) : 0).put64(before);
      for (int k = 0; k < INPUTS; k++) {
        a.address(there && k < inputs.size() ? inputs.get(k).applyAsLong(i) : 0);
      }
      for (int k = 0; k < OUTPUTS; k++) {
        a.address(there && k < outputs.size() ? outputs.get(k).applyAsLong(i) : 0);
      }
      before += there ? chunks(sizes.get(i)) : 0;
    }
    return a;
  }
}
