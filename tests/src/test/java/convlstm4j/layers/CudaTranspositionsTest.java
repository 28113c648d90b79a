package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.gpusim.Simulator;
import convlstm4j.gpusim.Simulator.KernelRun;
import convlstm4j.model.Model;
import convlstm4j.option.DataFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a channels-last network adds to the kernels of a channels-first one on cuda. */
class CudaTranspositionsTest {
  private static final int BRANCHES = 2;

  private static Map<String, Long> runs(DataFormat format) {
    try (Backend backend = Backends.named("cuda");
        Model model =
            VideoNetworks.article(format, BRANCHES)
                .backend(backend)
                .compile(VideoNetworks.quick())) {
      Simulator.clearTrace();
      model.trainOnBatch(VideoNetworks.batch(format, BRANCHES)); // ends with a copy to the host
      return Simulator.kernelBytes().stream()
          .collect(Collectors.groupingBy(KernelRun::kernel, TreeMap::new, Collectors.counting()));
    }
  }

  @Test
  void channelsLastIsTransposedOncePerEdge() {
    Map<String, Long> first = runs(DataFormat.CHANNELS_FIRST);
    Map<String, Long> last = runs(DataFormat.CHANNELS_LAST);
    Map<String, Long> more = new TreeMap<>();
    last.forEach(
        (kernel, n) -> {
          long added = n - first.getOrDefault(kernel, 0L);
          if (added != 0) {
            more.put(kernel, added);
          }
        });
    // the video and each branch's maps; these maps' gradients
    assertEquals(Map.of("strided_copy", 1L + BRANCHES + BRANCHES), more);
    assertTrue(last.keySet().containsAll(first.keySet()), first + ", but " + last);
  }
}
