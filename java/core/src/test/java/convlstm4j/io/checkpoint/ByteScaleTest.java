package convlstm4j.io.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.data.ByteScale;
import convlstm4j.data.Dataset;
import convlstm4j.data.InputForm;
import convlstm4j.data.Prefetch;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpySamples;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.Sequential;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model remembers how it was trained on bytes, and takes them in no other way. */
class ByteScaleTest {
  private static final ByteScale CENTRED = new ByteScale(1 / 127.5, -1);

  @TempDir Path folder;
  private NpyFile x;
  private NpyFile y;

  @BeforeEach
  void write() {
    NpyWriter.write(folder.resolve("x.npy"), new byte[] {0, 51, -1, 102}, Shape.of(2, 2));
    NpyWriter.write(folder.resolve("y.npy"), Tensor.of(new float[] {0, 1}, 2, 1));
    x = NpyFile.open(folder.resolve("x.npy"));
    y = NpyFile.open(folder.resolve("y.npy"));
  }

  private static Model model() {
    return Sequential.of(Input.named("pixels", 2), new Dense(1))
        .backend("reference")
        .compile(new SGD(0.01), Loss.meanSquaredError());
  }

  private Dataset data(NpyFile inputs) {
    return Prefetch.of(NpySamples.dataset(List.of(inputs), List.of(y), DType.FLOAT32), 1);
  }

  @Test
  void bytesAreReadToAScale() {
    assertArrayEquals(new float[] {0, 51, 255, 102}, x.read(DType.FLOAT32).floats());
    assertArrayEquals(
        new float[] {0, 0.2f, 1, 0.4f}, x.unitRange().read(DType.FLOAT32).floats(), 1e-7f);
    assertArrayEquals(
        new float[] {-1, -0.6f, 1, -0.2f}, x.scaled(CENTRED).read(DType.FLOAT32).floats(), 1e-6f);
    assertArrayEquals(
        new double[] {-1, -0.6, 1, -0.2}, x.scaled(CENTRED).read(DType.FLOAT64).doubles(), 1e-12);
    assertEquals(Optional.of(ByteScale.NONE), x.byteScale());
    assertEquals(Optional.empty(), y.scaled(CENTRED).byteScale());
    assertArrayEquals(new float[] {0, 1}, y.scaled(CENTRED).read(DType.FLOAT32).floats());
  }

  @Test
  void trainingIsRememberedAndAnotherScaleRefused() {
    try (Model m = model()) {
      assertEquals(List.of(InputForm.UNKNOWN), m.inputForms());
      m.evaluate(data(x)); // nothing is known yet
      m.fit(data(x.unitRange()), Fit.epochs(1));
      assertEquals(List.of(InputForm.ofBytes(Optional.of(ByteScale.UNIT))), m.inputForms());
      m.evaluate(data(x.unitRange()));
      m.predict(data(x.scaled(ByteScale.UNIT)));
      String why =
          ": input \"pixels\": the bytes are read as they are, 0 to 255, the model takes them"
              + " divided by 255: read them to the model's scale (Model.inputForms)";
      assertRefused("evaluate" + why, () -> m.evaluate(data(x)));
      assertRefused("predict" + why, () -> m.predict(data(x)));
      assertRefused("fit" + why, () -> m.fit(data(x), Fit.epochs(2)));
      assertRefused(
          "fit" + why, () -> m.fit(data(x.unitRange()), Fit.epochs(2).validation(data(x))));
      // Floats say nothing of bytes.
      m.predict(x.read(DType.FLOAT32));
    }
  }

  /** Pixels know that they are divided by 255. */
  @Test
  void pixelsAreRefusedByAModelOfPlainBytes() {
    try (Model m = model()) {
      m.fit(data(x), Fit.epochs(1));
      Tensor pixels = x.unitRange().read(DType.FLOAT32);
      Batch batch = Batch.of(pixels, y.read(DType.FLOAT32));
      String why = "input \"pixels\": the bytes are read divided by 255, the model takes them as";
      assertRefused("predict: " + why, () -> m.predict(pixels));
      assertRefused("fit: " + why, () -> m.trainOnBatch(batch));
    }
    try (Model m = model()) {
      m.trainOnBatch(Batch.of(x.unitRange().read(DType.FLOAT32), y.read(DType.FLOAT32)));
      assertEquals(List.of(InputForm.ofBytes(Optional.of(ByteScale.UNIT))), m.inputForms());
    }
  }

  @Test
  void aCheckpointKeepsIt() {
    Path file = folder.resolve("m.ckpt");
    try (Model m = model()) {
      Checkpoint.save(m, file);
      try (Model none = Checkpoint.load(file, l -> l.backend("reference"))) {
        assertEquals(List.of(InputForm.UNKNOWN), none.inputForms());
      }
      m.inputForms(List.of(InputForm.ofBytes(Optional.of(CENTRED))));
      Checkpoint.save(m, file);
    }
    try (Model m = Checkpoint.load(file, l -> l.backend("reference"));
        Model other = model()) {
      assertEquals(List.of(InputForm.ofBytes(Optional.of(CENTRED))), m.inputForms());
      Checkpoint.loadInto(other, file);
      assertEquals(m.inputForms(), other.inputForms());
    }
  }

  private static void assertRefused(String start, org.junit.jupiter.api.function.Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().startsWith(start), e::getMessage);
  }
}
