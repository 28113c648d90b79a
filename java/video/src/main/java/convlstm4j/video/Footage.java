package convlstm4j.video;

import convlstm4j.data.FramePreparation;
import java.nio.file.Path;
import java.util.Iterator;

/** Where the frames of a video come from. */
interface Footage {
  /** A stretch of frames that one run of ffmpeg decodes. */
  interface Run {
    Ffmpeg start();

    /**
     * After all that it wrote was read.
     *
     * @param run what {@link #start} gave
     * @param frames how many it gave
     * @throws VideoException if they are not what they should be
     */
    void ended(Ffmpeg run, long frames);
  }

  /** The file, or the folder. */
  Path path();

  /** How frames are prepared. */
  FramePreparation preparation();

  /** How many frames there are, and when. */
  Timeline timeline();

  /** The last frame, not after this one, that decoding can begin with. */
  long startBefore(long frame);

  /**
   * What decodes all frames from one on, prepared.
   *
   * @param frame given by {@link #startBefore}
   */
  Iterator<Run> from(long frame);
}
