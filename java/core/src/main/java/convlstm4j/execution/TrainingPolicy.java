package convlstm4j.execution;

/**
 * How a training step in stretches runs.
 *
 * @param frames frames at a time, at least 1
 * @param again whether what is normalised is made again in the place of being kept
 * @param truncation across every border of so many frames the gradients of states do not go back; a
 *     multiple of frames; 0 for the whole gradient
 * @param spills whether what is kept between the passes lies in files
 */
public record TrainingPolicy(long frames, boolean again, long truncation, boolean spills) {
  public TrainingPolicy {
    if (frames < 1 || truncation < 0 || truncation % frames != 0) {
      throw new IllegalArgumentException(
          "frames=" + frames + ", truncation=" + truncation + ": must be a multiple of frames");
    }
  }

  /**
   * With the whole gradient, in memory.
   *
   * @param frames frames at a time, at least 1
   * @param again whether what is normalised is made again in the place of being kept
   */
  public TrainingPolicy(long frames, boolean again) {
    this(frames, again, 0, false);
  }
}
