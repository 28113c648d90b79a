package convlstm4j.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NativeAccessTest {
  private static final String ADVICE =
      "; Java refuses native code unless it is started with --enable-native-access=";

  @Test
  void namesTheModulesOfARefusedCall() {
    IllegalCallerException refused = new IllegalCallerException("Illegal native access");
    assertEquals(ADVICE + "ALL-UNNAMED", NativeAccess.advice(refused, NativeAccessTest.class));
    Throwable wrapped = new ExceptionInInitializerError(refused);
    assertEquals(
        ADVICE + "ALL-UNNAMED,java.base,java.logging",
        NativeAccess.advice(
            wrapped,
            java.util.logging.Logger.class,
            NativeAccessTest.class,
            String.class,
            NativeAccess.class));
    Throwable text = new UnsatisfiedLinkError("Stack trace: java.lang.IllegalCallerException: ..");
    assertEquals(ADVICE + "ALL-UNNAMED", NativeAccess.advice(text, NativeAccessTest.class));
  }

  @Test
  void saysNothingOfOtherFailures() {
    assertEquals("", NativeAccess.advice(new UnsatisfiedLinkError(), String.class));
  }
}
