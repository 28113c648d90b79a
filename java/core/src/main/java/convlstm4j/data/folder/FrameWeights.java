package convlstm4j.data.folder;

import convlstm4j.io.npy.NpyFile;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.nio.file.Path;

/** Weights of frames in a file {@code weights_{id}.npy} of shape {@code [T]} for each video. */
record FrameWeights(Path folder) {
  private Path path(Video trailer) {
    return folder.resolve("weights_" + trailer.id() + ".npy");
  }

  /** Checks that there is one weight for each of a video's frames, and that it can be one. */
  void check(Video trailer) {
    Path path = path(trailer);
    NpyFile file = NpyFile.open(path);
    if (!file.shape().equals(Shape.of(trailer.frames()))) {
      throw new FolderException(
          path,
          "weights of shape "
              + file.shape()
              + ", expected ["
              + trailer.frames()
              + "], one for each frame of "
              + trailer.fileName());
    }
    double[] weights = read(trailer, 0, trailer.frames());
    for (int frame = 0; frame < weights.length; frame++) {
      if (!(weights[frame] >= 0 && Double.isFinite(weights[frame]))) {
        throw new FolderException(
            path,
            "the weight of frame "
                + frame
                + " is "
                + weights[frame]
                + ", expected finite weights of at least 0");
      }
    }
  }

  /** Weights of some frames. */
  double[] read(Video trailer, long from, long to) {
    return NpyFile.open(path(trailer)).readFrames(from, to, DType.FLOAT64).doubles();
  }
}
