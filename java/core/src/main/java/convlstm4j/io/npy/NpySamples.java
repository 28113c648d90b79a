package convlstm4j.io.npy;

import convlstm4j.data.Batch;
import convlstm4j.data.IndexedDataset;
import convlstm4j.data.InputForm;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Npy files as a dataset, sample k of each along axis 0 belonging together. Only the samples of a
 * batch are read, when its turn comes.
 */
public final class NpySamples {
  private NpySamples() {}

  /**
   * Makes the dataset; batches of 32, in order, each sample with weight 1.
   *
   * @param inputs one per model input
   * @param targets one per model output, null where none is needed; empty if there are none
   * @param dtype element type to give
   * @return the dataset
   * @throws NpyException if a file has no axis 0, no samples or another axis of size 0, or another
   *     number of samples than the first; the message names both
   */
  public static IndexedDataset dataset(List<NpyFile> inputs, List<NpyFile> targets, DType dtype) {
    return dataset(inputs, targets, List.of(), dtype);
  }

  /**
   * Makes the dataset with weights of the samples; batches of 32, in order.
   *
   * @param inputs one per model input
   * @param targets one per model output, null where none is needed; empty if there are none
   * @param weights one per model output, null for weights of 1; empty for that everywhere
   * @param dtype element type to give
   * @return the dataset
   * @throws NpyException if a file has no axis 0 or no samples, or another number of samples than
   *     the first; the message names both
   */
  public static IndexedDataset dataset(
      List<NpyFile> inputs, List<NpyFile> targets, List<NpyFile> weights, DType dtype) {
    List<NpyFile> outputs = new ArrayList<>(targets);
    List<NpyFile> weighted = new ArrayList<>(weights);
    Stream.of(inputs, outputs, weighted)
        .flatMap(List::stream)
        .filter(Objects::nonNull)
        .forEach(f -> check(f, inputs.get(0)));
    String names = inputs.stream().map(NpyFile::name).collect(Collectors.joining(", "));
    return IndexedDataset.of(
            (int) inputs.get(0).shape().dim(0),
            (samples, where) ->
                new Batch(
                    inputs.stream().map(f -> rows(f, samples, dtype)).toList(),
                    outputs.stream().map(f -> rows(f, samples, dtype)).toList(),
                    weighted.stream()
                        .map(f -> f == null ? ones(samples) : rows(f, samples, dtype))
                        .toList(),
                    names + ", " + where))
        .inputForms(inputs.stream().map(f -> InputForm.ofBytes(f.byteScale())).toList());
  }

  private static void check(NpyFile file, NpyFile first) {
    Shape s = file.shape();
    if (s.rank() == 0 || s.dim(0) < 1 || s.dim(0) > Integer.MAX_VALUE) {
      throw new NpyException(
          file.name(), "has shape " + s + ", expected samples along axis 0, 1 to 2^31-1 of them");
    }
    for (int d = 1; d < s.rank(); d++) {
      if (s.dim(d) == 0) {
        throw new NpyException(
            file.name(), "has shape " + s + ": axis " + d + " has size 0, expected at least 1");
      }
    }
    if (s.dim(0) != first.shape().dim(0)) {
      throw new NpyException(
          file.name(),
          "has "
              + s.dim(0)
              + " samples along axis 0, "
              + first.name()
              + " has "
              + first.shape().dim(0));
    }
  }

  private static Tensor ones(int[] samples) {
    double[] ones = new double[samples.length];
    Arrays.fill(ones, 1);
    return Tensor.of(ones, ones.length);
  }

  private static Tensor rows(NpyFile file, int[] samples, DType dtype) {
    int n = samples.length;
    if (file == null) {
      return Tensor.zeros(dtype, Shape.of(n));
    }
    boolean together = true;
    for (int i = 1; i < n; i++) {
      together &= samples[i] == samples[i - 1] + 1;
    }
    if (together) {
      return file.readFrames(samples[0], samples[n - 1] + 1L, dtype);
    }
    Tensor all = file.room(file.shape().with(0, n), dtype, file.readsPixels(dtype));
    int elements = all.size() / n;
    for (int i = 0; i < n; i++) {
      file.readFrames(samples[i], samples[i] + 1L, all, i * elements);
    }
    return all;
  }
}
