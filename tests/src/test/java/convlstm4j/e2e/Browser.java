package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Debian's chromium, without a window; all that it wants from the net is asked of this test. */
final class Browser implements AutoCloseable {
  private final Path program;
  private final Path folder;
  private final ServerSocket proxy;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /**
   * Skips the test where there is no chromium.
   *
   * @param folder for its files
   */
  Browser(Path folder) throws IOException {
    Optional<Path> found =
        Stream.of(System.getenv("PATH").split(":", -1))
            .map(p -> Path.of(p, "chromium"))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(found.isPresent(), "no chromium: apt install chromium");
    this.program = found.get();
    this.folder = Files.createDirectories(folder);
    this.proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "proxy of " + folder);
    thread.setDaemon(true);
    thread.start();
  }

  /** Writes down the first line of every request, and answers none. */
  private void serve() {
    while (!proxy.isClosed()) {
      try (Socket socket = proxy.accept()) {
        socket.setSoTimeout(5000);
        String line =
            new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))
                .readLine();
        if (line != null) {
          requests.add(line);
        }
      } catch (IOException e) {
        if (!proxy.isClosed()) {
          requests.add("unreadable: " + e);
        }
      }
    }
  }

  /** The requests so far that name a host. */
  List<String> requests(String host) {
    return requests.stream().filter(r -> r.contains(host)).toList();
  }

  /** What a page is after its scripts have run, if it has any. */
  String dom(Path page) throws IOException, InterruptedException {
    return run("--dump-dom", page.toUri().toString());
  }

  /** What is seen of a page. */
  BufferedImage see(Path page, int width, int height, boolean dark)
      throws IOException, InterruptedException {
    Path shot = folder.resolve("shot.png");
    Files.deleteIfExists(shot);
    run(
        "--screenshot=" + shot,
        "--window-size=" + width + "," + height,
        "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1),
        page.toUri().toString());
    BufferedImage image = ImageIO.read(shot.toFile());
    assertEquals(width, image.getWidth());
    return image;
  }

  private String run(String... words) throws IOException, InterruptedException {
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    List<String> command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--disable-background-networking",
                "--proxy-server=127.0.0.1:" + proxy.getLocalPort(),
                "--user-data-dir=" + folder.resolve("profile")));
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command)
            .redirectError(err.toFile())
            .redirectOutput(out.toFile())
            .start();
    try {
      assertTrue(process.waitFor(2, TimeUnit.MINUTES), "chromium does not end");
      assertEquals(0, process.exitValue(), Files.readString(err));
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    proxy.close();
  }
}
