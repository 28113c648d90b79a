package convlstm4j.model;

import convlstm4j.data.Dataset;
import convlstm4j.data.InMemoryDataset;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;

/** What goes into a model and comes out: tensors, NumPy's files, datasets. */
public final class Data {
  private Data() {}

  /**
   * A tensor.
   *
   * @param values row-major; kept, not copied
   * @param shape sizes of the axes, as {@code 8, 10, 1, 64, 64} for {@code [N, T, C, H, W]}
   * @return the tensor
   * @throws IllegalArgumentException if there are not as many values as the shape says
   */
  public static Tensor tensor(float[] values, long... shape) {
    return Tensor.of(values, shape);
  }

  /**
   * Reads an array of NumPy whole.
   *
   * @param npy a file {@code .npy}
   * @return as float32
   * @throws convlstm4j.io.npy.NpyException if it is not there, damaged, or no array of numbers
   */
  public static Tensor load(Path npy) {
    return NpyFile.open(npy).read(DType.FLOAT32);
  }

  /**
   * Writes a tensor as an array of NumPy, whole or not at all.
   *
   * @param tensor what is written
   * @param npy a file {@code .npy}, replaced if it exists
   */
  public static void save(Tensor tensor, Path npy) {
    NpyWriter.write(npy, tensor);
  }

  /**
   * Samples that are in memory, one after the other along the first axis.
   *
   * @param inputs {@code [N, ..]}
   * @param targets {@code [N, ..]}
   * @return a dataset in batches of 32; {@code batch} and {@code shuffle} are its methods
   * @throws IllegalArgumentException if the numbers of samples differ or there are none
   */
  public static InMemoryDataset of(Tensor inputs, Tensor targets) {
    return InMemoryDataset.of(inputs, targets);
  }

  /**
   * A folder with one video per file and scores per frame, of which one sample at a time is read.
   *
   * @param folder with {@code trailer_{id}.npy} and labels
   * @param model what the batches are for: the folder gives a target for each of its outputs
   * @return a {@link Dataset}; {@code windows}, {@code batch} and {@code shuffle} are its methods
   * @throws convlstm4j.data.folder.FolderException if there is no such folder or it has no video
   */
  public static VideoFolder videos(Path folder, Model model) {
    return VideoFolder.open(folder).fitting(model.signature());
  }
}
