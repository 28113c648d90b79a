package convlstm4j.io.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A process that is writing a file, until it is killed or told to end. */
final class Holder {
  private Holder() {}

  /** {@code FILE}. */
  public static void main(String[] args) throws IOException {
    Path path = Path.of(args[0]);
    try (WriteLock lock = WriteLock.take(Target.of(path));
        AtomicFile file = AtomicFile.create(path)) {
      file.channel().write(ByteBuffer.wrap(new byte[] {1, 2}));
      System.out.println("at work " + lock.isHeld());
      if (System.in.read() == 'x') {
        System.exit(3); // as on a signal
      }
    }
  }

  /** A class's {@code main} in a process of its own. */
  static Process process(Class<?> main, Path argument) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName(),
                argument.toString()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Starts it; when this returns it is at work. */
  static Process start(Path path) throws IOException {
    Process process = process(Holder.class, path);
    String line = process.inputReader().readLine();
    if (!"at work true".equals(line)) {
      process.destroyForcibly();
      throw new IOException("the process said " + line);
    }
    return process;
  }
}
