package convlstm4j.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.onednn.NativeKernels.Kernel;
import convlstm4j.op.GateOrder;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Java and the C++ library know of each other. */
class StructsTest {
  private Dnnl dnnl;

  @BeforeEach
  void load() {
    dnnl = Dnnl.start();
    Built.kernels(dnnl);
  }

  @AfterEach
  void close() {
    dnnl.close();
  }

  @Test
  void bothSidesDescribeTheSame() {
    assertEquals(NativeKernels.expected(), NativeKernels.describe());
  }

  /** Gates are by name in C++, too; a library with another order is refused. */
  @Test
  void theGateOrderIsPartOfIt() {
    String[] names = new String[GateOrder.COUNT];
    for (GateOrder g : GateOrder.values()) {
      names[g.index()] = g.name().toLowerCase(Locale.ROOT);
    }
    String line = "gates: " + String.join(" ", names);
    assertTrue(NativeKernels.describe().lines().anyMatch(line::equals), line);
  }

  @Test
  void aLibraryOfAnotherBuildIsNamed() {
    String expected = NativeKernels.expected();
    assertEquals("", NativeKernels.difference(expected, expected));
    String renamed = expected.replace("output_stride", "stride");
    String said = NativeKernels.difference(expected, renamed);
    assertTrue(said.contains("where \"gates_forward GatesForward: cell gates keep"), said);
    String fewer = expected.substring(0, expected.lastIndexOf("pool_backward"));
    said = NativeKernels.difference(expected, fewer);
    assertTrue(said.startsWith("they have \"nothing\" where \"pool_backward"), said);
    assertTrue(NativeKernels.difference(fewer, expected).endsWith("where \"nothing\" is expected"));
  }

  @Test
  void aKernelTakesItsOwnStructOnly() {
    Struct<Structs.Pool> pool = new Struct<>(Structs.Pool.class);
    assertThrows(
        IllegalArgumentException.class, () -> dnnl.kernels().run(Kernel.POOL_FORWARD, pool));
    assertThrows(
        IndexOutOfBoundsException.class, () -> pool.set(Structs.Pool.INPUT, 3, 1)); // of 3 axes
    assertThrows(IndexOutOfBoundsException.class, () -> pool.set(Structs.Pool.MAX, -1, 1));
  }
}
