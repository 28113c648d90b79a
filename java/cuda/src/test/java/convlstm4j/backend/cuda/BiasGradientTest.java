package convlstm4j.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BiasGradientTest {
  /** Blocks of 256 threads that the largest GPUs hold at once, about 1,100, and one round more. */
  private static final long ENOUGH = 2000;

  /** 327 MB of 32 channels, as in the article's first layer: one block per channel is 32. */
  @Test
  void largeArraysKeepAGpuBusy() {
    assertTrue(new BiasGradient(20, 32, 128_000).blocks() >= ENOUGH);
    assertTrue(new BiasGradient(2_560_000, 32, 1).blocks() >= ENOUGH / 8, "columns of one block");
  }

  @Test
  void smallOnesAreNotCut() {
    assertEquals(5, new BiasGradient(2, 5, 35).blocks());
  }
}
