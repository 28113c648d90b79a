package convlstm4j.bench.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where a benchmark ran.
 *
 * @param cpu model
 * @param flags vector extensions, separated by spaces
 * @param cores that Java sees
 * @param os system and its version
 * @param java version
 */
record Machine(String cpu, String flags, int cores, String os, String java) {
  private static final Set<String> TOLD =
      Set.of(
          "avx",
          "avx2",
          "fma",
          "f16c",
          "avx512f",
          "avx512bw",
          "avx512vl",
          "avx512dq",
          "avx512_vnni",
          "avx512_bf16",
          "amx_tile",
          "amx_bf16",
          "asimd",
          "sve",
          "bf16");

  static Machine here() {
    String info;
    try {
      info = Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8);
    } catch (IOException e) {
      info = ""; // not Linux
    }
    String flags = value(info, "flags").isEmpty() ? value(info, "Features") : value(info, "flags");
    Set<String> told = new TreeSet<>(Arrays.asList(flags.split(" ", -1)));
    told.retainAll(TOLD);
    String model = value(info, "model name");
    return new Machine(
        model.isEmpty() ? System.getProperty("os.arch") : model,
        String.join(" ", told),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.version"));
  }

  private static String value(String info, String key) {
    return info.lines()
        .filter(l -> l.startsWith(key))
        .map(l -> l.substring(l.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }
}
