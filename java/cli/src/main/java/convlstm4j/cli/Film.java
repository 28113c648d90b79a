package convlstm4j.cli;

import convlstm4j.data.FrameSource;
import convlstm4j.data.Frames;

/**
 * A film, opened.
 *
 * @param source what decodes it
 * @param frames as the model takes them
 */
record Film(FrameSource source, Frames frames) implements AutoCloseable {
  @Override
  public void close() {
    source.close();
  }
}
