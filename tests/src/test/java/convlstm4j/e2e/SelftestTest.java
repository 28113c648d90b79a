package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.cli.Main;
import convlstm4j.contract.SelfTest;
import convlstm4j.op.Op;
import convlstm4j.op.Pool;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

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
    String out = run(0, "selftest", "--backend", "onednn")[0];
    for (String wanted :
        List.of(
            "convlstm4j  ",
            "java        ",
            "machine     ",
            "backend     onednn: oneDNN",
            "seed ")) {
      assertTrue(out.lines().anyMatch(l -> l.startsWith(wanted)), wanted + " in " + out);
    }
    for (Class<?> op : Op.class.getPermittedSubclasses()) {
      String line = "(?m)^" + op.getSimpleName() + " +[1-9][0-9]* +0 .*%$";
      assertTrue(Pattern.compile(line).matcher(out).find(), line + " in " + out);
    }
    assertTrue(out.contains(" cases passed in "), out);
  }

  @Test
  void refusesWhatIsNotThere() {
    assertTrue(
        run(2, "selftest", "--backend", "abacus")[1].contains("backend abacus is not there"));
    String err = run(2, "selftest", "--backend", "onednn", "--precision", "tf32")[1];
    assertTrue(err.contains("onednn multiplies in float32 only"), err);
  }

  /** One op is wrong by a little: its line says so, the others' do not. */
  @Test
  void findsAnOpThatIsWrong() {
    try (Backend real = Backends.named("reference")) {
      List<SelfTest.Line> lines =
          SelfTest.run(new Wrong(real), ProductPrecision.FLOAT32, () -> false, l -> {});
      for (SelfTest.Line l : lines) {
        assertEquals(l.op().equals("Pool"), !l.failures().isEmpty(), l.toString());
        assertFalse(l.cases() == 0, l.toString());
        assertEquals(0, l.left());
      }
    }
  }

  @Test
  void beginsNoCaseWhenTheTimeIsUp() {
    try (Backend real = Backends.named("reference")) {
      List<SelfTest.Line> lines = SelfTest.run(real, ProductPrecision.FLOAT32, () -> true, l -> {});
      assertTrue(lines.stream().allMatch(l -> l.cases() == 0 && l.left() > 0), lines.toString());
    }
  }

  /** Pools, but adds a thousandth to what it gives. */
  private record Wrong(Backend real) implements Backend {
    @Override
    public String name() {
      return "wrong";
    }

    @Override
    public String description() {
      return "wrong";
    }

    @Override
    public boolean supports(DType dtype) {
      return real.supports(dtype);
    }

    @Override
    public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
      Plan plan = real.plan(op, inputs, dtype, mode);
      return op instanceof Pool ? new WrongPlan(plan, real.memory()) : plan;
    }

    @Override
    public Memory memory() {
      return real.memory();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private record WrongPlan(Plan real, Memory memory) implements Plan {
    @Override
    public long workspaceBytes() {
      return real.workspaceBytes();
    }

    @Override
    public long reserveBytes() {
      return real.reserveBytes();
    }

    @Override
    public String algorithm() {
      return "wrong";
    }

    @Override
    public void forward(Forward call) {
      real.forward(call);
      var y = memory.download(call.outputs().get(0));
      y.set(0, y.get(0) + 1e-3);
      memory.upload(y, call.outputs().get(0));
    }

    @Override
    public void backward(Backward call) {
      real.backward(call);
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
