package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Around each test of films: skipped without ffmpeg, decoded by the quick program, and no process
 * is left.
 */
final class WithFfmpeg implements BeforeEachCallback, AfterEachCallback {
  @Override
  public void beforeEach(ExtensionContext context) {
    Clips.assumeFfmpeg();
    Clips.quick();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Clips.installed();
    assertEquals(0, Clips.running());
  }
}
