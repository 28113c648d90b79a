package convlstm4j.data.folder;

import convlstm4j.data.Signature;
import convlstm4j.data.Signature.Slot;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How columns of labels become a batch's targets: each target has some of the columns.
 *
 * @param columns of each target
 */
record Targets(List<int[]> columns) {

  static Targets of(Path folder, @Nullable Labels labels, Options o) {
    if (labels == null) {
      if (!o.unlabeled && (o.outputs != null || o.joint || o.model != null)) {
        throw new FolderException(
            folder, "has no labels, expected labels.csv or a labels_{id}.npy for each video");
      }
      return new Targets(List.of());
    }
    List<String> genres = labels.genres();
    if (o.joint) {
      return joint(genres);
    }
    if (o.model != null) {
      return forModel(folder, genres, o.model);
    }
    return byName(folder, genres, o.outputs == null ? genres : o.outputs);
  }

  private static Targets joint(List<String> genres) {
    int[] all = new int[genres.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = i;
    }
    return new Targets(List.of(all));
  }

  private static Targets byName(Path folder, List<String> genres, List<String> outputs) {
    List<int[]> columns = new ArrayList<>();
    for (String output : outputs) {
      int column = genres.indexOf(output);
      if (column < 0) {
        throw new FolderException(
            folder,
            "no labels for the output \""
                + output
                + "\"; the labels are "
                + genres
                + ", expected one named as each of the outputs "
                + outputs
                + " (name them in the first line of labels.csv, or in genres.txt)");
      }
      columns.add(new int[] {column});
    }
    return new Targets(columns);
  }

  private static Targets forModel(Path folder, List<String> genres, Signature model) {
    List<Slot> outputs = model.outputs();
    List<String> names = model.outputNames();
    for (int i = 0; i < outputs.size(); i++) {
      Shape shape = outputs.get(i).shape();
      boolean all = outputs.size() == 1 && shape.rank() == 3 && shape.dim(2) == genres.size();
      if (all) {
        return joint(genres);
      }
      if (shape.rank() != 3 || shape.dim(2) != 1) {
        throw new FolderException(
            folder,
            "labels "
                + genres
                + " do not fit the model's output \""
                + names.get(i)
                + "\" of shape "
                + shape
                + ", expected outputs [N, T, 1] named as the labels, or one [N, T, "
                + genres.size()
                + "]");
      }
    }
    return byName(folder, genres, names);
  }

  /** Targets {@code [N, T, columns]} out of labels {@code [T, labels]} of each of N samples. */
  List<Tensor> cut(List<double[]> labels, int genres, long frames, DType dtype) {
    List<Tensor> targets = new ArrayList<>();
    for (int[] some : columns) {
      Tensor target = Tensor.zeros(dtype, Shape.of(labels.size(), frames, some.length));
      int at = 0;
      for (double[] rows : labels) {
        for (int row = 0; row < rows.length; row += genres) {
          for (int column : some) {
            target.set(at++, rows[row + column]);
          }
        }
      }
      targets.add(target);
    }
    return targets;
  }
}
