package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.FramePreparation;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that are not there, do not start or do nothing; those of java/ffmpeg decode films. */
class FfmpegProgramsTest {
  @TempDir Path folder;

  @Test
  void withoutFfmpegTheMessageSaysWhatToDo() throws IOException {
    Path clip = Files.createFile(folder.resolve("a.mkv"));
    with(
        "/nowhere/ffmpeg",
        () ->
            refused(
                clip,
                "needs the program ffmpeg, version 5.1 or later, which is not at"
                    + " -Dconvlstm4j.ffmpeg=/nowhere/ffmpeg: install it (apt install ffmpeg), or"
                    + " take the module io.github.convlstm4j:convlstm4j-ffmpeg"));
    with(
        FfmpegPrograms.BUNDLED,
        () ->
            refused(
                clip, "which is brought along by no module, as -Dconvlstm4j.ffmpeg=bundled wants"));
  }

  private static void with(String ffmpeg, Runnable work) {
    String before = System.getProperty(FfmpegPrograms.PROPERTY);
    System.setProperty(FfmpegPrograms.PROPERTY, ffmpeg);
    try {
      work.run();
    } finally {
      if (before == null) {
        System.clearProperty(FfmpegPrograms.PROPERTY);
      } else {
        System.setProperty(FfmpegPrograms.PROPERTY, before);
      }
    }
  }

  /** As a module may bring it along. */
  public static final class Broken implements BundledFfmpeg {
    @Override
    public FfmpegProgram prepare() throws IOException {
      throw new IOException("the disk is full");
    }
  }

  /** Also where another class loader knows the module: that of the thread. */
  @Test
  void whatIsBroughtAlongAndDoesNotServeSaysWhy() throws IOException {
    Path clip = Files.createFile(folder.resolve("a.mkv"));
    Path services = Files.createDirectories(folder.resolve("module/META-INF/services"));
    Files.writeString(
        services.resolve(BundledFfmpeg.class.getName()), Broken.class.getName() + "\n");
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.resolve("module").toUri().toURL()}, getClass().getClassLoader())) {
      Thread.currentThread().setContextClassLoader(loader);
      with(
          FfmpegPrograms.BUNDLED,
          () -> {
            refused(clip, "needs the program ffmpeg; the disk is full");
            assertThrows(VideoException.class, FfmpegPrograms::find);
          });
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  /** A decoder that waits for ever is ended; here one that never writes. */
  @Test
  void aDecoderThatDoesNothingIsEnded() throws IOException {
    Path clip = Files.createFile(folder.resolve("a.mkv"));
    Path sleeper = Files.writeString(folder.resolve("sleeper"), "#!/bin/sh\nexec sleep 1000\n");
    assertTrue(sleeper.toFile().setExecutable(true));
    System.setProperty(Ffmpeg.IDLE_PROPERTY, "3");
    try {
      with(
          sleeper.toString(),
          () -> refused(clip, "ffmpeg gave nothing for minutes, expected frames: it was ended"));
    } finally {
      System.clearProperty(Ffmpeg.IDLE_PROPERTY);
    }
  }

  private static void refused(Path file, String reason) {
    String message =
        assertThrows(
                VideoException.class, () -> VideoFile.open(file, FramePreparation.NONE).close())
            .getMessage();
    assertTrue(message.startsWith(file.toString()) || message.contains(": "), message);
    assertTrue(message.contains(reason), message);
    assertTrue(message.lines().count() == 1, message);
  }
}
