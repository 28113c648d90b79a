package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Backends;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.option.DataFormat;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The backend's system properties do what docs/cuda.md says. */
class CudaSettingsTest {
  private static final int STEPS = 3;

  @AfterEach
  void forget() {
    for (String name : List.of("workspace", "graphs")) {
      System.clearProperty("convlstm4j.cuda." + name);
    }
  }

  private static Tensor output(ConvLstm2d op, String backendName, DType dtype) {
    return output(op, backendName, dtype, ProductPrecision.FLOAT32);
  }

  private static Tensor output(
      ConvLstm2d op, String backendName, DType dtype, ProductPrecision precision) {
    try (Backend backend = Backends.named(backendName)) {
      backend.precision(precision);
      try (OpRun run =
          new OpRun(
              backend,
              dtype,
              Mode.INFERENCE,
              op,
              CudaLaunchesTest.inputs(op, STEPS),
              new Philox(5, 0))) {
        return run.forward().get(0);
      }
    }
  }

  private static double worst(Tensor exact, Tensor got) {
    double worst = 0;
    for (int i = 0; i < exact.size(); i++) {
      worst = Math.max(worst, Math.abs(exact.get(i) - got.get(i)));
    }
    return worst;
  }

  /** The simulated cuDNN rounds operands to TensorFloat-32 where it may. */
  @Test
  void tensorFloatsOnlyWhereAllowed() {
    ConvLstm2d op = CudaLaunchesTest.op(DataFormat.CHANNELS_FIRST, false);
    Tensor exact = output(op, "reference", DType.FLOAT64);
    double strict = worst(exact, output(op, "cuda", DType.FLOAT32));
    double rounded = worst(exact, output(op, "cuda", DType.FLOAT32, ProductPrecision.TF32));
    assertTrue(strict < 1e-6, "float32: " + strict);
    assertTrue(rounded > 1e-5 && rounded < 1e-2, "tf32: " + rounded);
  }

  private static Tensor prediction(Model m) {
    try (m) {
      return m.predict(OpCase.normal(Shape.of(2, 3, 7, 6, 3), 1, new Philox(4, 0)).cast(m.dtype()))
          .get(0);
    }
  }

  private static Model model() {
    Symbol x = Input.shape(3, 7, 6, 3);
    return Model.of(x, new ConvLSTM2D(5, 3).padding("same").apply(x)).seed(2);
  }

  /** Each model multiplies as it was told, on one backend too. */
  @Test
  void aModelChoosesItsPrecision() {
    Tensor exact = prediction(model().backend("reference").dtype(DType.FLOAT64));
    double strict = worst(exact, prediction(model().backend("cuda")));
    double rounded =
        worst(exact, prediction(model().backend("cuda").precision(ProductPrecision.TF32)));
    assertTrue(strict < 1e-6, "float32: " + strict);
    assertTrue(rounded > 1e-6 && rounded < 1e-2, "tf32: " + rounded);
    try (Backend backend = Backends.named("cuda")) {
      double first =
          worst(exact, prediction(model().backend(backend).precision(ProductPrecision.TF32)));
      double second =
          worst(exact, prediction(model().backend(backend).precision(ProductPrecision.FLOAT32)));
      assertEquals(rounded, first);
      assertEquals(strict, second);
    }
    Model refused = model().backend("onednn").precision(ProductPrecision.TF32);
    BackendException e = assertThrows(BackendException.class, () -> prediction(refused));
    assertTrue(e.getMessage().startsWith("onednn multiplies in float32 only"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"graphs, maybe, expected true or false", "workspace, -1, 'expected MiB, 0 or more'"})
  void refusesOtherValues(String name, String value, String expected) {
    String property = "convlstm4j.cuda." + name;
    System.setProperty(property, value);
    ConvLstm2d op = CudaLaunchesTest.op(DataFormat.CHANNELS_FIRST, false);
    BackendException e =
        assertThrows(BackendException.class, () -> output(op, "cuda", DType.FLOAT32));
    assertEquals("cuda: " + property + "=" + value + "; " + expected, e.getMessage());
  }
}
