package convlstm4j.video;

import java.io.IOException;

/**
 * A program {@code ffmpeg} that a module brings along, for machines where none is installed. It is
 * found as a service, and taken where no other is or where it is asked for, see {@link
 * FfmpegPrograms}.
 */
public interface BundledFfmpeg {
  /**
   * Unpacks the program where that has not been done, and tries whether it starts.
   *
   * @return the program
   * @throws IOException if there is none for this machine, or it cannot be unpacked or started; the
   *     message says why, and what to do
   */
  FfmpegProgram prepare() throws IOException;
}
