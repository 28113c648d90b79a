package convlstm4j.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Structs lie as a C compiler lays them out on the machines that CUDA runs on. */
class ArgumentsTest {
  private final Arguments a = new Arguments().clear();

  @Test
  void membersAreAlignedByTheirSize() {
    // unsigned bytes; int i; long long l; int j; double d; float f; const float* p;
    a.put32(7).put64(8).put32(9).putDouble(0.5).put(0.25f).address(0xABCDEF);
    ByteBuffer s = a.struct();
    assertEquals(48, s.remaining());
    assertEquals(48, s.getInt(0));
    assertEquals(7, s.getInt(4));
    assertEquals(8, s.getLong(8));
    assertEquals(9, s.getInt(16));
    assertEquals(0, s.getInt(20)); // padding
    assertEquals(0.5, s.getDouble(24));
    assertEquals(0.25f, s.getFloat(32));
    assertEquals(0xABCDEF, s.getLong(40));
  }

  /** {@code sizeof} is a multiple of the largest member's alignment, and of no more than that. */
  @Test
  void theSizeIsAMultipleOfTheLargestAlignment() {
    assertEquals(12, a.put32(1).put32(2).struct().remaining());
    assertEquals(24, a.clear().put64(1).put32(2).struct().remaining());
    assertEquals(16, a.clear().put64(1).struct().remaining());
    assertEquals(8, a.clear().put(1).struct().remaining());
  }

  @Test
  void arraysAreFilledUp() {
    ByteBuffer s = a.put64(new long[] {5, 6}, 4, 1).struct();
    assertEquals(40, s.remaining());
    assertEquals(5, s.getLong(8));
    assertEquals(6, s.getLong(16));
    assertEquals(1, s.getLong(24));
    assertEquals(1, s.getLong(32));
  }

  /** {@code {long long by; unsigned long long magic; unsigned shift; unsigned unused;}}. */
  @Test
  void aDivisorIsAStructOfItsOwn() {
    Divisor ten = Divisor.of(10);
    ByteBuffer s = a.put32(1).divisor(10).put32(2).struct();
    assertEquals(40, s.remaining());
    assertEquals(10, s.getLong(8));
    assertEquals(ten.magic(), s.getLong(16));
    assertEquals(ten.shift(), s.getInt(24));
    assertEquals(0, s.getInt(28));
    assertEquals(2, s.getInt(32));
  }

  /** Of what was there before nothing is left: the memory is the same. */
  @Test
  void isBuiltAnew() {
    a.put64(-1).put64(-1).struct();
    ByteBuffer s = a.clear().put32(3).put64(4).struct();
    assertEquals(16, s.remaining());
    assertEquals(16, s.getInt(0));
    assertEquals(3, s.getInt(4));
    assertEquals(4, s.getLong(8));
  }

  @Test
  void refusesMoreThanADriverTakes() {
    for (int i = 0; i < 1023; i++) {
      a.put64(i);
    }
    assertThrows(BufferOverflowException.class, () -> a.put64(1));
  }
}
