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

  /**
   * Where decoding is to begin for a frame.
   *
   * @param next the frame that comes next from the decoder that runs; -1 if none does
   * @param frame wanted
   * @return {@code next} to read on; else a frame, not after this one, that a new decoder begins
   *     with
   */
  long start(long next, long frame);

  /** Whether decoding from any frame on gives what decoding from the start gives. */
  boolean isExact();

  /**
   * Whether a frame is what it is when all is decoded from the start; of footage that is not exact.
   *
   * @param fromStart whether it was
   */
  boolean isSound(long frame, byte[] pixels, boolean fromStart);

  /** Decoding that did not begin at the start has failed: it is not to be tried again. */
  void distrust();

  /**
   * What decodes all frames from one on, prepared.
   *
   * @param frame 0, or given by {@link #start}
   */
  Iterator<Run> from(long frame);
}
