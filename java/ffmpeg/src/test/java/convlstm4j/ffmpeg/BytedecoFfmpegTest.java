package convlstm4j.ffmpeg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.backend.NativeCache;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.FramePreparation.Fit;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import convlstm4j.video.FfmpegProgram;
import convlstm4j.video.FfmpegPrograms;
import convlstm4j.video.VideoFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BytedecoFfmpegTest {
  private static final String VERSION = "8.0.1";
  private static final String ORIGIN =
      "(of convlstm4j-ffmpeg: org.bytedeco:ffmpeg:8.0.1-1.5.13:linux-x86_64)";
  private static final Function<String, URL> JARS =
      BytedecoFfmpeg.class.getClassLoader()::getResource;

  /** What every Linux with glibc and C++ has. */
  private static final Set<String> ORDINARY =
      Set.of(
          "ld-linux-x86-64.so.2",
          "libc.so.6",
          "libgcc_s.so.1",
          "libm.so.6",
          "libstdc++.so.6",
          "linux-vdso.so.1");

  private static FfmpegProgram program;

  @TempDir static Path films;

  private static boolean filmsMade;

  @TempDir Path dir;

  @BeforeAll
  static void prepare() throws IOException {
    try {
      program = new BytedecoFfmpeg().prepare();
    } catch (IOException e) {
      assumeCompiled(e.getMessage());
      throw e;
    }
  }

  private static String said(ProcessBuilder builder) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    return said;
  }

  /** Another Java that looks for the program. */
  private static ProcessBuilder finding(Path cache, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-D" + NativeCache.PROPERTY + "=" + cache));
    command.addAll(List.of(options));
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    command.addAll(List.of("-cp", path, Find.class.getName()));
    return new ProcessBuilder(command);
  }

  private static void assumeCompiled(String otherwise) {
    assumeTrue(
        JARS.apply("convlstm4j/ffmpeg/linux-x86_64/libavdevice.so.62") != null,
        "built without a C compiler: " + otherwise);
  }

  @Test
  void itStartsAndSaysWhereItIsFrom() throws Exception {
    assertEquals(VERSION, program.version());
    assertTrue(program.toString().endsWith("/ffmpeg " + ORIGIN), program::toString);
  }

  /** Not even what a bare Debian has not: sound, screens, hardware decoders. */
  @Test
  void ofTheSystemItTakesOnlyWhatEveryLinuxHas() throws Exception {
    assumeCompiled("the program's own libavdevice is taken");
    ProcessBuilder listing = program.run(List.of());
    listing.environment().put("LD_TRACE_LOADED_OBJECTS", "1");
    String cache = NativeCache.location().toString();
    Set<String> system =
        said(listing)
            .lines()
            .filter(l -> !l.contains(" => " + cache))
            .map(l -> l.strip().replaceAll(" .*", "").replaceAll(".*/", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(ORDINARY), system);
  }

  /** Of what has no devices; the rest of FFmpeg is whole. */
  @Test
  void devicesAreLeftOut() throws Exception {
    assumeCompiled("the program's own libavdevice is taken");
    String devices = said(program.run(List.of("-hide_banner", "-devices")));
    assertTrue(devices.startsWith("Devices:") && devices.endsWith("---"), devices);
    String sources = said(program.run(List.of("-hide_banner", "-sources")));
    assertTrue(sources.contains("Device name is not provided"), sources);
    String version = said(program.run(List.of("-version")));
    // Of the headers that the program was compiled with, and of the library.
    assertTrue(version.contains("libavdevice    62.  1.100 / 62.  1.100"), version);
  }

  /** All frames; of prepared ones, the last few are sought before. */
  private static Tensor decoded(
      String ffmpeg, Path film, FramePreparation preparation, boolean sought) {
    System.setProperty(FfmpegPrograms.PROPERTY, ffmpeg);
    try (VideoFile video = VideoFile.open(film, preparation)) {
      int frames = (int) video.shape().dim(0);
      assertEquals(20, frames);
      Tensor last = sought ? video.readFrames(frames - 3, frames, DType.FLOAT32) : null;
      Tensor all = video.readFrames(0, frames, DType.FLOAT32);
      if (last != null) {
        float[] values = all.floats();
        assertArrayEquals(
            Arrays.copyOfRange(values, values.length - last.size(), values.length), last.floats());
      }
      return all;
    } finally {
      System.clearProperty(FfmpegPrograms.PROPERTY);
    }
  }

  /** The films of all cases, by one run: a start of Debian's ffmpeg takes long. */
  private static Path film(Path installed, String codec, String matrix, String ending)
      throws Exception {
    if (!filmsMade) {
      List<String> command = new ArrayList<>(List.of(installed.toString(), "-v", "error"));
      // So long that their last frames are sought.
      command.addAll(List.of("-f", "lavfi", "-i", "testsrc2=s=96x64:r=2:d=10,hue=h=20*t"));
      addFilm(command, "libx264", "none", "mp4");
      addFilm(command, "libx264", "bt709", "mp4");
      addFilm(command, "mpeg4", "none", "avi");
      addFilm(command, "libvpx-vp9", "none", "webm");
      addFilm(command, "gif", "none", "gif");
      addFilm(command, "libx264", "none", "mkv");
      assertEquals("", said(new ProcessBuilder(command)));
      filmsMade = true;
    }
    return films.resolve(codec + "-" + matrix + "." + ending);
  }

  private static void addFilm(List<String> command, String codec, String matrix, String ending) {
    if (!matrix.equals("none")) {
      command.addAll(List.of("-vf", "scale=out_color_matrix=" + matrix + ",format=yuv420p"));
      command.addAll(List.of("-colorspace", matrix));
    }
    command.addAll(List.of("-c:v", codec));
    command.add(films.resolve(codec + "-" + matrix + "." + ending).toString());
  }

  /** Looked for apart from the code under test. */
  private static Path inPath(String name, String otherwise) {
    Optional<Path> found =
        Stream.of(System.getenv("PATH").split(":"))
            .map(p -> Path.of(p, name))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(found.isPresent(), otherwise);
    return found.get();
  }

  private static Path installed() {
    return inPath("ffmpeg", "no ffmpeg: apt install ffmpeg");
  }

  /**
   * Decoders and scalers of both give the same colours; grey is rounded otherwise since 8. Each
   * case is prepared in one way, with {@code -Dfull=true} in all three; some, of which each value
   * is one of another case, only then.
   */
  @ParameterizedTest
  @CsvSource({
    "libx264, none, mp4, RGB, 0, CROP, true",
    "libx264, bt709, mp4, RGB, 0,, false",
    "mpeg4, none, avi, BGR, 0, LETTERBOX, false",
    "libvpx-vp9, none, webm, RGB, 0, CROP, false",
    "gif, none, gif, RGB, 0, LETTERBOX, false",
    "libx264, none, mkv, GREY, 1,, false",
    "libx264, bt709, mp4, GREY, 1, CROP, true",
    "gif, none, gif, GREY, 1, LETTERBOX, true"
  })
  void framesAreThoseOfTheInstalledProgram(
      String codec,
      String matrix,
      String ending,
      Colours colours,
      int most,
      Fit fit,
      boolean inFull)
      throws Exception {
    assumeTrue(
        !inFull || Boolean.getBoolean("full"),
        "each value is one of another case; all with -Dfull=true");
    Path installed = installed();
    Path film = film(installed, codec, matrix, ending);
    for (FramePreparation p :
        List.of(
            FramePreparation.NONE.colours(colours),
            new FramePreparation(40, 36, Fit.CROP, 0, colours),
            new FramePreparation(40, 40, Fit.LETTERBOX, 0, colours))) {
      boolean wanted = fit == null ? !p.scales() : p.scales() && p.fit() == fit;
      if (!wanted && !Boolean.getBoolean("full")) {
        continue;
      }
      Tensor expected = decoded(installed.toString(), film, p, false);
      Tensor got = decoded(FfmpegPrograms.BUNDLED, film, p, p.scales());
      assertEquals(expected.shape(), got.shape());
      int largest = 0;
      for (int i = 0; i < Tensor.arrayLength(got.shape()); i++) {
        largest = Math.max(largest, (int) Math.abs(expected.get(i) - got.get(i)));
      }
      int difference = largest;
      assertTrue(difference <= most, () -> p + " differs by " + difference);
    }
  }

  @Test
  void whereNoneIsInstalledItIsTaken() throws Exception {
    Path cache = NativeCache.location();
    ProcessBuilder finding = finding(cache, "-Dorg.slf4j.simpleLogger.defaultLogLevel=info");
    finding.environment().put("PATH", dir.toString());
    String said = said(finding);
    assertTrue(said.endsWith(ORIGIN), said);
    assertTrue(said.contains("FfmpegPrograms - films are decoded by " + cache), said);
    assertEquals(installed() + " (installed)", FfmpegPrograms.get("a film").toString());
  }

  @Test
  void severalProcessesUnpackAtOnce() throws Exception {
    Path cache = dir.resolve("cache");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Path out = dir.resolve(i + ".txt");
      processes.add(
          finding(cache, "-D" + FfmpegPrograms.PROPERTY + "=" + FfmpegPrograms.BUNDLED)
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start());
    }
    for (int i = 0; i < 2; i++) {
      processes.get(i).waitFor();
      List<String> said = Files.readAllLines(dir.resolve(i + ".txt"));
      String last = said.get(said.size() - 1);
      assertTrue(last.startsWith(VERSION + " " + cache) && last.endsWith(ORIGIN), said::toString);
    }
    try (Stream<Path> all = Files.walk(cache)) {
      List<String> names =
          all.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).sorted().toList();
      assertEquals(11, names.size(), names::toString);
      assertTrue(names.stream().noneMatch(n -> n.startsWith(".")), names::toString);
    }
  }

  @Test
  void aDamagedFileIsMended() throws Exception {
    Path file = program.file();
    byte[] sound = Files.readAllBytes(file);
    byte[] damaged = sound.clone();
    damaged[damaged.length / 2] ^= 1;
    Files.write(file, damaged);
    assertEquals(VERSION, new BytedecoFfmpeg().prepare().version());
    assertArrayEquals(sound, Files.readAllBytes(file));
    assertTrue(file.toFile().setExecutable(false));
    assertEquals(VERSION, new BytedecoFfmpeg().prepare().version());
  }

  private static void refused(BytedecoFfmpeg ffmpeg, String... parts) {
    String message = assertThrows(IOException.class, ffmpeg::prepare).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void whatIsNotThereIsNamed() {
    refused(
        new BytedecoFfmpeg(BytedecoFfmpeg.platform("Mac OS X", "aarch64"), JARS),
        "that of convlstm4j-ffmpeg does not serve: there is none for mac-os-x-arm64, only for"
            + " linux-x86_64 and linux-arm64; install ffmpeg");
    refused(
        new BytedecoFfmpeg(BytedecoFfmpeg.platform("Linux", "aarch64"), JARS),
        "there is no org/bytedeco/ffmpeg/linux-arm64/ffmpeg on the class path; add"
            + " org.bytedeco:ffmpeg:8.0.1-1.5.13:linux-arm64");
  }

  /** A program of one file. */
  private BytedecoFfmpeg alone(Path file, String hash) throws IOException {
    Path list = Files.writeString(dir.resolve("files"), "# a:b:1:none\n" + hash + "  ffmpeg\n");
    Map<String, URL> files =
        Map.of(
            "convlstm4j/ffmpeg/none/files.sha256", list.toUri().toURL(),
            "org/bytedeco/ffmpeg/none/ffmpeg", file.toUri().toURL());
    return new BytedecoFfmpeg("none", files::get);
  }

  @Test
  void anotherVersionIsRefused() throws Exception {
    Path other = Files.writeString(dir.resolve("other"), "of version 9");
    refused(alone(other, "0".repeat(64)), "other is another one than expected: its SHA-256 is");
  }

  /** A program without a library of the system's, as the jar's own libavdevice makes it be. */
  @Test
  void librariesThatTheSystemLacksAreNamedWithTheirPackages() throws Exception {
    inPath("cc", "no C compiler: apt install gcc");
    Path library = dir.resolve("libabsent.so.1");
    Path own = dir.resolve("ffmpeg");
    Path main = Files.writeString(dir.resolve("main.c"), "int main(void) { return 0; }\n");
    compile(dir.resolve("none.c"), "-shared", "-Wl,-soname,libabsent.so.1", "-o", library);
    compile(main, "-Wl,--no-as-needed", library, "-o", own);
    Files.delete(library);
    byte[] bytes = Files.readAllBytes(own);
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    refused(
        alone(own, hash),
        "error while loading shared libraries: libabsent.so.1: cannot open",
        "and ends with status 127; the system lacks libabsent.so.1: apt install"
            + " (what has libabsent.so.1), or install ffmpeg");
    assertEquals(
        "; the system lacks libpulse.so.0, libxcb.so.1: apt install libpulse0 libxcb1, or install"
            + " ffmpeg",
        BytedecoFfmpeg.lacking(new TreeSet<>(Set.of("libxcb.so.1", "libpulse.so.0"))));
  }

  private static void compile(Object... words) throws Exception {
    Path source = (Path) words[0];
    if (!Files.exists(source)) {
      Files.writeString(source, "");
    }
    List<String> command = new ArrayList<>(List.of("cc"));
    Stream.of(words).map(Object::toString).forEach(command::add);
    assertEquals("", said(new ProcessBuilder(command)));
  }

  @Test
  void whatIsUnpackedIsInTheListOfLicences() throws Exception {
    String list = text("META-INF/THIRD-PARTY-ffmpeg.txt");
    for (String platform : List.of("linux-x86_64", "linux-arm64")) {
      List<String> files =
          text("convlstm4j/ffmpeg/" + platform + "/files.sha256").lines().skip(1).toList();
      assertTrue(files.size() >= 8, files::toString);
      for (String file : files) {
        String name = file.replaceAll("^[0-9a-f]{64}  (lib[a-z]*|ffmpeg).*", "$1");
        assertTrue(list.contains(name), file);
      }
    }
    assertTrue(text("META-INF/licenses/LGPL-3.0.txt").contains("GNU LESSER GENERAL PUBLIC"));
    assertTrue(text("META-INF/licenses/GPL-3.0.txt").contains("END OF TERMS AND CONDITIONS"));
    String said = said(program.run(List.of("-hide_banner", "-L")));
    assertTrue(said.contains("either version 3 of the License, or") && said.contains("Lesser"));
  }

  private static String text(String resource) throws IOException {
    try (InputStream in = JARS.apply(resource).openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void platforms() {
    Map<List<String>, String> expected =
        Map.of(
            List.of("Linux", "amd64"), "linux-x86_64",
            List.of("Linux", "aarch64"), "linux-arm64",
            List.of("Windows 11", "amd64"), "windows-11-x86_64");
    expected.forEach((k, v) -> assertEquals(v, BytedecoFfmpeg.platform(k.get(0), k.get(1))));
  }
}
