package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.cli.Main;
import convlstm4j.op.Op;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** {@code convlstm4j selftest}. */
class SelftestTest {
  private static String[] run(int exit, String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertEquals(
        exit, Main.run(new PrintWriter(out), new PrintWriter(err), words), () -> "" + out + err);
    return new String[] {out.toString(), err.toString()};
  }

  @Test
  void showsWhatAReportNeeds() {
    String help = run(0, "selftest", "--help")[0];
    String example = help.substring(help.indexOf("  convlstm4j selftest ")).strip();
    String out = run(0, example.substring("convlstm4j ".length()).split(" "))[0];
    for (String wanted :
        List.of(
            "convlstm4j  ",
            "java        ",
            "machine     ",
            "backend     onednn: oneDNN",
            "precision   float32",
            "seed ")) {
      assertTrue(out.lines().anyMatch(l -> l.startsWith(wanted)), wanted + " in " + out);
    }
    for (Class<?> op : Op.class.getPermittedSubclasses()) {
      String line = "(?m)^" + op.getSimpleName() + " +[0-9]+ +0 .*%$";
      assertTrue(Pattern.compile(line).matcher(out).find(), line + " in " + out);
    }
    assertTrue(out.contains(" cases passed in "), out);
  }

  /** What the time of an example leaves out. */
  @Test
  @EnabledIfSystemProperty(named = "full", matches = "true")
  void triesAllCases() {
    String out = run(0, "selftest", "--backend", "onednn", "--seconds", "600")[0];
    assertFalse(out.contains("left out"), out);
  }

  @Test
  void refusesWhatIsNotThere() {
    assertTrue(
        run(2, "selftest", "--backend", "abacus")[1].contains("backend abacus is not there"));
    String err = run(2, "selftest", "--backend", "onednn", "--precision", "tf32")[1];
    assertTrue(err.contains("onednn multiplies in float32 only"), err);
    err = run(2, "selftest", "--seconds", "0")[1];
    assertTrue(err.contains("--seconds 0: must be at least 1"), err);
  }
}
