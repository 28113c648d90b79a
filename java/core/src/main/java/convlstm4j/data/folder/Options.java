package convlstm4j.data.folder;

import convlstm4j.data.Augmentation;
import convlstm4j.data.ByteScale;
import convlstm4j.data.FrameFeatures;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.Signature;
import convlstm4j.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a {@link VideoFolder} was asked for. Changed only while one is made. */
final class Options implements Cloneable {
  /** Null for all. */
  @Nullable List<String> ids;

  /** Null for those in the folder. */
  @Nullable List<String> genres;

  boolean unlabeled;

  /** Null for weights of 1. */
  @Nullable FrameWeights weights;

  /** Null for one for each label; in the order of the targets. */
  @Nullable List<String> outputs;

  boolean joint;

  /** Null if not known. */
  @Nullable Signature model;

  /** 0 for whole videos. */
  int window;

  boolean shorterToo;

  /** Null for the order of the ids. */
  @Nullable Long shuffleSeed;

  List<Augmentation> augmentations = List.of();
  long augmentationSeed;
  int batchSize = 1;
  ByteScale bytes = ByteScale.UNIT;

  /** Of what the model wants, or as they are. */
  UnaryOperator<FramePreparation> frames = UnaryOperator.identity();

  /** Of videos that are folders of pictures. */
  double picturesPerSecond = FrameFiles.PICTURES_PER_SECOND;

  /** Null for the frames themselves. */
  @Nullable FrameFeatures features;

  /** Where they are kept. */
  @Nullable Path kept;

  DType dtype = DType.FLOAT32;

  @Override
  public Options clone() {
    try {
      return (Options) super.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }
}
