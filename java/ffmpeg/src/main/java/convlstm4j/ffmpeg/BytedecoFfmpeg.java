package convlstm4j.ffmpeg;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.NativeCache;
import convlstm4j.video.BundledFfmpeg;
import convlstm4j.video.FfmpegProgram;
import convlstm4j.video.VideoException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The program of {@code org.bytedeco:ffmpeg}, unpacked into {@link NativeCache}. Its files and
 * their hashes are known for each platform, so that no other version is taken for the one that is
 * tested here. FFmpeg's part that records from devices, which wants libraries of the system, is
 * replaced on x86-64 by one that has no devices ({@code src/main/c}).
 */
public final class BytedecoFfmpeg implements BundledFfmpeg {
  private static final String PROGRAM = "ffmpeg";

  /** How the dynamic linker lists a library that is not there. */
  private static final Pattern MISSING = Pattern.compile("(?m)^\\s*(\\S+) => not found$");

  /** Packages of Debian with what is not in the jar. */
  private static final Map<String, String> PACKAGES =
      Map.of(
          "libasound.so.2", "libasound2",
          "libdrm.so.2", "libdrm2",
          "libgcc_s.so.1", "libgcc-s1",
          "libpulse.so.0", "libpulse0",
          "libstdc++.so.6", "libstdc++6",
          "libva-drm.so.2", "libva-drm2",
          "libva.so.2", "libva2",
          "libxcb-shm.so.0", "libxcb-shm0",
          "libxcb.so.1", "libxcb1");

  /** What a platform's program consists of. */
  private record Distribution(String artifact, Map<String, String> hashes) {}

  private final String platform;
  private final Function<String, @Nullable URL> resources;

  /** For {@link java.util.ServiceLoader}. */
  public BytedecoFfmpeg() {
    this(
        platform(System.getProperty("os.name"), System.getProperty("os.arch")),
        BytedecoFfmpeg.class.getClassLoader()::getResource);
  }

  /**
   * The same with other files.
   *
   * @param platform as the jars call it
   * @param resources where what is in jars is, null for what is not there
   */
  BytedecoFfmpeg(String platform, Function<String, @Nullable URL> resources) {
    this.platform = platform;
    this.resources = resources;
  }

  /** How the jars call a platform. */
  static String platform(String system, String processor) {
    String called =
        switch (processor) {
          case "amd64" -> "x86_64";
          case "aarch64" -> "arm64";
          default -> processor;
        };
    return system.toLowerCase(Locale.ROOT).replace(' ', '-') + "-" + called;
  }

  @Override
  public FfmpegProgram prepare() throws IOException {
    Distribution distribution = distribution();
    FfmpegProgram program;
    try {
      program = unpack(distribution);
    } catch (BackendException e) {
      throw new IOException(refusal(String.valueOf(e.getMessage())), e);
    }
    try {
      program.version();
    } catch (VideoException e) {
      String problem = String.valueOf(e.getMessage());
      throw new IOException(refusal(problem + advice(program, problem)), e);
    }
    return program;
  }

  private static String refusal(String why) {
    return "that of convlstm4j-ffmpeg does not serve: " + why;
  }

  private Distribution distribution() throws IOException {
    String list = "convlstm4j/ffmpeg/" + platform + "/files.sha256";
    URL resource = resources.apply(list);
    if (resource == null) {
      throw new IOException(
          refusal(
              "there is none for "
                  + platform
                  + ", only for linux-x86_64 and linux-arm64; install ffmpeg"));
    }
    try (InputStream in = resource.openStream()) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      Map<String, String> hashes = new TreeMap<>();
      for (String line : lines.subList(1, lines.size())) {
        String[] words = line.split("  ", 2); // as sha256sum writes them
        hashes.put(words[1], words[0]);
      }
      return new Distribution(lines.get(0).substring("# ".length()), hashes);
    }
  }

  private FfmpegProgram unpack(Distribution distribution) throws IOException {
    NativeCache cache = NativeCache.open();
    Map<String, Path> files = new TreeMap<>();
    for (Map.Entry<String, String> file : distribution.hashes.entrySet()) {
      String name = file.getKey();
      URL own = resources.apply("convlstm4j/ffmpeg/" + platform + "/" + name);
      files.put(
          name,
          own == null
              ? cache.unpack(theirs(distribution, name), name, file.getValue())
              : cache.unpack(own, name));
    }
    Path program = files.remove(PROGRAM);
    if (!program.toFile().setExecutable(true)) {
      throw new IOException(refusal(program + " cannot be made executable"));
    }
    return FfmpegProgram.of(
        program,
        files.values().stream().map(Path::getParent).toList(),
        "of convlstm4j-ffmpeg: " + distribution.artifact);
  }

  private URL theirs(Distribution distribution, String name) throws IOException {
    String resource = "org/bytedeco/ffmpeg/" + platform + "/" + name;
    return Optional.ofNullable(resources.apply(resource))
        .orElseThrow(
            () ->
                new IOException(
                    refusal(
                        "there is no "
                            + resource
                            + " on the class path; add "
                            + distribution.artifact)));
  }

  /** What to do where it does not start, as far as that is known. */
  private static String advice(FfmpegProgram program, String problem) throws IOException {
    if (problem.contains("error=13,") || problem.contains("failed to map segment")) {
      return "; that folder may be mounted noexec: name another with -D"
          + NativeCache.PROPERTY
          + "=";
    }
    if (problem.contains("error=2,") || problem.contains("GLIBC")) {
      return "; it needs Linux with glibc 2.35 or newer (Debian 12, Ubuntu 22.04): install ffmpeg";
    }
    Set<String> missing = missing(program);
    return missing.isEmpty() ? "; install ffmpeg" : lacking(missing);
  }

  static String lacking(Set<String> missing) {
    return "; the system lacks "
        + String.join(", ", missing)
        + ": apt install "
        + missing.stream()
            .map(l -> PACKAGES.getOrDefault(l, "(what has " + l + ")"))
            .collect(Collectors.joining(" "))
        + ", or install ffmpeg";
  }

  /** Libraries that the dynamic linker does not find for it. */
  private static Set<String> missing(FfmpegProgram program) throws IOException {
    ProcessBuilder listing = program.run(List.of());
    listing.environment().put("LD_TRACE_LOADED_OBJECTS", "1"); // what ldd sets
    Process process = listing.redirectErrorStream(true).start();
    try (InputStream in = process.getInputStream()) {
      String said = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return MISSING
          .matcher(said)
          .results()
          .map((MatchResult m) -> m.group(1))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
