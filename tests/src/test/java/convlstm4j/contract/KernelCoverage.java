package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Buffer;
import convlstm4j.gpusim.FramesRun;
import convlstm4j.gpusim.Simulator;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What comes after all cases on the simulated GPU: the kernels that none of them has launched. */
final class KernelCoverage {
  private static final Pattern COMPILED = Pattern.compile("entry function '(\\w+)'");
  private static final int[] BYTES = {
    1, 3, 4, 5, 255, 256, 257, 1023, 1024, 1025, 8191, 8192, 8193, 32_767, 32_768, 32_769
  };

  private KernelCoverage() {}

  static Stream<DynamicTest> tests(BackendProvider p) {
    return Stream.of(
        DynamicTest.dynamicTest("bytes become floats", () -> bytesBecomeFloats(p)),
        DynamicTest.dynamicTest("kernels are those of the fat binary", KernelCoverage::compiled),
        DynamicTest.dynamicTest("every kernel is launched", () -> everyKernel(false)),
        DynamicTest.dynamicTest("every kernel is launched in a graph", () -> everyKernel(true)));
  }

  /** The only kernel that is no op's. */
  static void bytesBecomeFloats(BackendProvider p) {
    for (int n : BYTES) {
      byte[] bytes = new byte[n];
      float[] expected = new float[n];
      for (int i = 0; i < n; i++) {
        bytes[i] = (byte) (31 * i);
        expected[i] = (31 * i & 255) / 255f;
      }
      try (Backend backend = p.start();
          Buffer to = backend.memory().allocate(DType.FLOAT32, Shape.of(n))) {
        // After another array, so that it does not begin where the memory does.
        try (Buffer first = backend.memory().allocate(DType.FLOAT32, Shape.of(3))) {
          List<Tensor> both =
              List.of(Tensor.of(new float[] {1, 2, 3}, 3), Tensor.ofPixels(bytes, Shape.of(n)));
          backend.memory().stage(both).into(List.of(first, to));
          assertEquals(3, backend.memory().download(first).get(2));
        }
        Tensor got = backend.memory().download(to);
        for (int i = 0; i < n; i++) {
          assertEquals(expected[i], (float) got.get(i), "byte " + i + " of " + n);
        }
      }
      if (Simulator.isPresent()) {
        assertArrayEquals(expected, FramesRun.inGraph(bytes), "of " + n);
      }
    }
  }

  private static void compiled() throws IOException {
    assumeTrue(Simulator.isPresent(), "no simulated GPU");
    Path report =
        Path.of(System.getProperty("convlstm4j.root"))
            .resolve("java/cuda/target/cuda/convlstm4j.ptxas.txt");
    assumeTrue(Files.exists(report), "built without nvcc: no fat binary");
    Set<String> names = new TreeSet<>();
    Matcher m = COMPILED.matcher(Files.readString(report));
    while (m.find()) {
      names.add(m.group(1));
    }
    assertEquals(names, new TreeSet<>(Simulator.kernels()));
  }

  private static void everyKernel(boolean recorded) {
    assumeTrue(Simulator.isPresent(), "no simulated GPU");
    Set<String> missing = new TreeSet<>(Simulator.kernels());
    assertTrue(missing.size() > 100, "found only " + missing);
    Simulator.launched(recorded).forEach(missing::remove);
    assertEquals(Set.of(), missing, "kernels that no case launches");
  }
}
