package convlstm4j.bench.run;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.worker.Work;
import convlstm4j.bench.worker.ours.OursSubject;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * What a task's results should be, by the float64 reference. Since that takes minutes for the large
 * layers, results are kept in the task's folder, under a sum of its data.
 */
final class Exact {
  /** Raised when the reference computes something else than before. */
  private static final int VERSION = 1;

  private Exact() {}

  static Map<String, Tensor> of(Task task, Pass pass, Path folder) throws IOException {
    Path kept = Files.createDirectories(folder.resolve("exact-" + pass.key()));
    Path list = kept.resolve("arrays-" + VERSION + "-" + sum(task, folder) + ".txt");
    Map<String, Tensor> exact = new LinkedHashMap<>();
    if (Files.exists(list)) {
      for (String name : Files.readAllLines(list, StandardCharsets.UTF_8)) {
        exact.put(name, NpyFile.open(kept.resolve(name + ".npy")).read(DType.FLOAT64));
      }
      return exact;
    }
    try (Backend reference = Backends.named("reference");
        Work work = OursSubject.work(reference, DType.FLOAT64, task, new Data(folder), pass)) {
      work.run();
      exact.putAll(work.results());
    }
    exact.forEach((name, values) -> NpyWriter.write(kept.resolve(name + ".npy"), values));
    Files.write(list, List.copyOf(exact.keySet()), StandardCharsets.UTF_8);
    return exact;
  }

  private static String sum(Task task, Path folder) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(JSON.std.asString(task.toJson()).getBytes(StandardCharsets.UTF_8));
    try (Stream<Path> files = Files.list(folder)) {
      for (Path f : files.filter(f -> f.toString().endsWith(".npy")).sorted().toList()) {
        sum.update(Files.readAllBytes(f));
      }
    }
    return Long.toHexString(sum.getValue());
  }
}
