package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code convlstm4j}, with a Java and a Maven that print what they are told. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class LauncherTest {
  private static final Path SOURCES = Path.of(System.getProperty("convlstm4j.root", ".."));
  private static final String KERNELS = "java/cuda/target/quick/classes/convlstm4j/backend/cuda/";

  /** The names of what a zip file holds stand in it as they are. */
  private static final String BUILT = "PK convlstm4j/backend/onednn/libconvlstm4j.so";

  @TempDir Path dir;

  private Path root;
  private Path home;
  private Path tools;
  private Path jar;

  private record Ended(int code, List<String> out, List<String> err) {
    /** What Maven was told, of each build; empty if none was made. */
    List<String> builds() {
      return out.stream().filter(l -> l.startsWith("mvn ")).toList();
    }
  }

  /** A checkout of the launcher and the script that it asks, its jar built and without kernels. */
  @BeforeEach
  void checkout() throws IOException {
    root = Files.createDirectories(dir.resolve("root"));
    jar = Files.createDirectories(root.resolve("java/cli/target")).resolve("convlstm4j.jar");
    Files.createDirectories(root.resolve("java/cli/src/main"));
    Files.createDirectories(root.resolve("cuda/include"));
    Files.createDirectories(root.resolve("cuda/kernels"));
    Files.writeString(root.resolve("pom.xml"), "");
    Files.writeString(root.resolve("java/cli/pom.xml"), "");
    for (String script : List.of("convlstm4j", "cuda/wanted", "cuda/hash")) {
      Files.copy(SOURCES.resolve(script), root.resolve(script));
    }
    home = Files.createDirectories(dir.resolve("java/bin")).getParent();
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17\"\n");
    write(
        home.resolve("bin/java"), "echo $OMP_NUM_THREADS $OMP_WAIT_POLICY $GOMP_SPINCOUNT \"$@\"");
    write(home.resolve("bin/javac"), "");
    tools = Files.createDirectories(dir.resolve("tools"));
    for (String tool : List.of("cmake", "c++", "make")) {
      write(tools.resolve(tool), "");
    }
    // The launcher keeps what Maven prints for the case that it fails.
    write(tools.resolve("mvn"), "echo mvn \"$@\" >>" + dir.resolve("mvn.txt") + "; >>" + jar);
    Files.writeString(jar, BUILT);
  }

  private static void write(Path script, String text) throws IOException {
    Files.writeString(script, "#!/bin/sh\n" + text + "\n");
    assertTrue(script.toFile().setExecutable(true));
  }

  private Ended run(List<String> environment, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("env", "-u", "OMP_NUM_THREADS"));
    command.addAll(List.of("-u", "OMP_WAIT_POLICY", "-u", "GOMP_SPINCOUNT"));
    command.addAll(
        List.of("-u", "LD_LIBRARY_PATH", "-u", "CONVLSTM4J_CUDA", "-u", "CONVLSTM4J_FFMPEG"));
    environment.stream().filter(e -> !e.contains("=")).forEach(command::add);
    command.addAll(List.of("PATH=" + tools + ":/usr/bin:/bin", "JAVA_HOME=" + home));
    environment.stream().filter(e -> e.contains("=")).forEach(command::add);
    command.add(root.resolve("convlstm4j").toString());
    command.addAll(List.of(words));
    Path out = dir.resolve("out.txt");
    Path err = dir.resolve("err.txt");
    Path mvn = dir.resolve("mvn.txt");
    Files.deleteIfExists(mvn);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      int code = process.waitFor();
      List<String> said = new ArrayList<>(Files.readAllLines(out, StandardCharsets.UTF_8));
      if (Files.exists(mvn)) {
        said.addAll(Files.readAllLines(mvn));
      }
      return new Ended(code, said, Files.readAllLines(err, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void setsTheThreadsOfJavaAndOpenMp() throws Exception {
    Ended one = run(List.of(), "train", "--threads", "3");
    assertEquals(0, one.code, one::toString);
    String line = one.out.get(0);
    assertTrue(line.startsWith("3 passive 10000 "), line);
    for (String option : BackendStartTest.options(3)) {
      assertTrue(line.contains(" " + option + " "), line);
    }
    String joined = run(List.of(), "train", "--threads=3").out.get(0);
    assertEquals(line, joined.replace("--threads=3", "--threads 3"));
    assertFalse(run(List.of(), "info").out.get(0).contains("convlstm4j.threads"));
  }

  @Test
  void compilesGpuKernelsOnlyWhereADriverIsOrAsked() throws Exception {
    assumeFalse(hasDriver(), "this machine has an NVIDIA driver");
    write(tools.resolve("nvcc"), "");
    assertEquals(List.of(), run(List.of(), "info").builds(), "no driver, not asked");
    String build =
        "mvn -q -B -T 2 -Dstyle.color=never -Pquick -Dcuda.kernels=%s -pl java/cli -am package";
    assertEquals(
        List.of(build.formatted("always")),
        run(List.of("CONVLSTM4J_CUDA=always"), "info").builds());
    Path driver = Files.createDirectories(dir.resolve("driver"));
    Files.writeString(driver.resolve("libcuda.so.1"), "");
    List<String> installed = List.of("LD_LIBRARY_PATH=/nowhere:" + driver);
    assertEquals(List.of(build.formatted("auto")), run(installed, "info").builds());
    List<String> never = new ArrayList<>(installed);
    never.add("CONVLSTM4J_CUDA=never");
    assertEquals(List.of(), run(never, "info").builds());
    Files.writeString(jar, BUILT + "convlstm4j/backend/cuda/convlstm4j.fatbin");
    assertEquals(List.of(), run(installed, "info").builds(), "they are in the jar");
    assertEquals(List.of(), run(List.of("CONVLSTM4J_CUDA=always"), "info").builds());
  }

  @Test
  void compilesTheCppKernelsOnceThereIsACompiler() throws Exception {
    Files.writeString(jar, "PK");
    Ended built = run(List.of("CONVLSTM4J_CUDA=never"), "info");
    assertEquals(1, built.builds().size(), built::toString);
    assertEquals(List.of("convlstm4j: building ... (with the C++ kernels)"), built.err);
    Files.delete(tools.resolve("cmake"));
    Ended without = run(List.of("CONVLSTM4J_CUDA=never", onlyTools()), "info");
    assertEquals(0, without.code, without::toString);
    assertEquals(List.of(), without.builds(), "no cmake");
  }

  @Test
  void putsAnFfmpegIntoTheJarWhereAskedAndKeepsIt() throws Exception {
    assumeFalse(hasDriver(), "this machine has an NVIDIA driver");
    List<String> bundled = List.of("CONVLSTM4J_FFMPEG=bundled");
    String build =
        "mvn -q -B -T 2 -Dstyle.color=never -Pquick,ffmpeg -Dcuda.kernels=auto -pl java/cli -am package";
    Ended built = run(bundled, "info");
    assertEquals(List.of(build), built.builds());
    assertEquals(List.of("convlstm4j: building ... (with an ffmpeg)"), built.err);
    Files.writeString(jar, BUILT + "convlstm4j/ffmpeg/BytedecoFfmpeg.class");
    assertEquals(List.of(), run(bundled, "info").builds(), "it is in the jar");
    assertEquals(List.of(), run(List.of(), "info").builds());
    Path source = Files.writeString(root.resolve("java/cli/src/main/A.java"), "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
    assertEquals(List.of(build), run(List.of(), "info").builds(), "kept by what else is built");
  }

  /** Otherwise every command would build. */
  @Test
  void doesNotBuildForKernelsThatNothingCanCompile() throws Exception {
    assumeFalse(Files.exists(Path.of("/usr/bin/nvcc")), "this machine has nvcc beside sh");
    assertEquals(List.of(), run(List.of("CONVLSTM4J_CUDA=always"), "info").builds());
  }

  @Test
  void saysWhatTheBuildLeavesOut() throws Exception {
    Files.delete(jar);
    String said =
        "'[WARNING] no NVIDIA driver' '\033[0m[WARNING] no cmake: slower' '[WARNING] other' more";
    write(tools.resolve("mvn"), "printf '%b\\n' " + said + "; echo '" + BUILT + "' >" + jar);
    List<String> err = run(List.of(), "info").err;
    assertEquals(
        List.of("convlstm4j: building ... (first use)", "convlstm4j: no cmake: slower"), err);
    assertEquals(List.of(), run(List.of(), "info").err, "once");
  }

  @Test
  void mavenHasTheUsersOptionsOrOurs() throws Exception {
    Path seen = dir.resolve("opts.txt");
    write(tools.resolve("mvn"), "echo \"$MAVEN_OPTS\" >" + seen + "; >" + jar);
    for (String given : List.of("", "MAVEN_OPTS=-Xmx1g", "MAVEN_OPTS=")) {
      Files.delete(jar);
      run(given.isEmpty() ? List.of("-u", "MAVEN_OPTS") : List.of(given), "info");
      String expected =
          given.isEmpty() ? "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" : given.substring(11);
      assertEquals(List.of(expected), Files.readAllLines(seen));
    }
  }

  @Test
  void bringsMavenWhereThereIsNone() throws Exception {
    Files.delete(jar);
    Files.move(tools.resolve("mvn"), root.resolve("mvnw"));
    Ended built = run(List.of(onlyTools()), "info");
    assertEquals(0, built.code, built::toString);
    assertEquals(1, built.builds().size(), built::toString);
    String said = "(first use, with a Maven that mvnw downloads into ~/.m2/wrapper)";
    assertEquals(List.of("convlstm4j: building ... " + said), built.err);
    assertTrue(Files.isExecutable(SOURCES.resolve("mvnw")));
  }

  /** A PATH of no other programs than those that the launcher calls, whatever this machine has. */
  private String onlyTools() throws IOException {
    String all = "find head sed touch rm flock tail grep readlink dirname sh env cat";
    for (String tool : all.split(" ")) {
      write(tools.resolve(tool), "exec /usr/bin/" + tool + " \"$@\"");
    }
    return "PATH=" + tools;
  }

  @Test
  void refusesAWordThatItDoesNotKnow() throws Exception {
    Ended run = run(List.of("CONVLSTM4J_CUDA=yes"), "info");
    assertEquals(1, run.code);
    assertEquals(
        List.of("convlstm4j: CONVLSTM4J_CUDA is 'yes'; expected always, never or auto"), run.err);
    Ended own = run(List.of("CONVLSTM4J_FFMPEG=/usr/bin/ffmpeg"), "info");
    assertEquals(1, own.code);
    assertEquals(
        List.of(
            "convlstm4j: CONVLSTM4J_FFMPEG is '/usr/bin/ffmpeg'; expected bundled, or nothing for"
                + " the one that is installed"),
        own.err);
  }

  @Test
  void keepsKernelsOfTheSameSources() throws Exception {
    assumeFalse(hasDriver(), "this machine has an NVIDIA driver");
    write(tools.resolve("nvcc"), "");
    Path source = root.resolve("cuda/kernels/a.cu");
    Files.writeString(source, "a");
    Path out = Files.createDirectories(root.resolve(KERNELS));
    assertEquals(1, wanted("auto", out));
    Files.writeString(out.resolve("convlstm4j.fatbin"), "");
    Files.writeString(out.resolve("convlstm4j.sha256"), output(root.resolve("cuda/hash")));
    assertEquals(0, wanted("auto", out));
    Files.writeString(source, "b");
    assertEquals(1, wanted("auto", out));
    assertEquals(0, wanted("always", out));
    assertEquals(1, wanted("never", out));
  }

  private int wanted(String mode, Path out) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(root.resolve("cuda/wanted").toString(), mode, out.toString());
    builder.environment().put("PATH", tools + ":/usr/bin:/bin");
    builder.environment().remove("LD_LIBRARY_PATH");
    return builder
        .redirectErrorStream(true)
        .redirectOutput(dir.resolve("o").toFile())
        .start()
        .waitFor();
  }

  private static String output(Path script) throws IOException {
    Process process = new ProcessBuilder(script.toString()).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static boolean hasDriver() throws IOException {
    Path cache = Path.of("/etc/ld.so.cache");
    return Files.exists(cache)
        && new String(Files.readAllBytes(cache), StandardCharsets.ISO_8859_1)
            .contains("libcuda.so.1");
  }
}
