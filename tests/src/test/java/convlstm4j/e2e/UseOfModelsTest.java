package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scales of bytes, states and numbers that are not finite, on the command line. */
class UseOfModelsTest {
  private static final int SAMPLES = 4;
  private static final String AS_THEY_ARE = ": uint8 values are taken as they are, 0 to 255";

  @TempDir Path dir;

  private Object[] words(String call) {
    String backend = call.startsWith("convert") ? "" : " --backend reference";
    return Stream.of((call + backend).split(" ")).map(w -> w.replace("@", dir + "/")).toArray();
  }

  private Cli good(String call) {
    return Cli.good(words(call));
  }

  private Cli wrong(int code, String call) {
    Cli cli = Cli.run(words(call));
    assertEquals(code, cli.code(), cli::toString);
    return cli;
  }

  private float[] read(String name) {
    return NpyFile.open(dir.resolve(name)).read(DType.FLOAT32).floats();
  }

  /** Scores per frame of videos {@code [T, 1, 4, 4]}. */
  private void videos(boolean stateful) {
    byte[] pixels = new byte[SAMPLES * 3 * 16];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (37 * i);
    }
    NpyWriter.write(dir.resolve("x.npy"), pixels, Shape.of(SAMPLES, 3, 1, 4, 4));
    byte[] one = java.util.Arrays.copyOf(pixels, 3 * 16);
    NpyWriter.write(dir.resolve("one.npy"), one, Shape.of(3, 1, 4, 4));
    NpyWriter.write(dir.resolve("first.npy"), one, Shape.of(1, 3, 1, 4, 4));
    NpyWriter.write(dir.resolve("y.npy"), SmallModels.random(2, SAMPLES, 3, 1));
    Symbol x = Input.named("frames", 3, 1, 4, 4);
    Symbol h =
        new ConvLSTM2D(2, 3)
            .dataFormat(DataFormat.CHANNELS_FIRST)
            .returnSequences(true)
            .stateful(stateful)
            .named("memory")
            .apply(x);
    h = new TimeDistributed(new Flatten()).apply(h);
    h = new TimeDistributed(new Dense(1)).named("score").apply(h);
    try (Model m =
        Model.of(x, h)
            .backend("reference")
            .seed(2)
            .compile(new SGD(1e-4), Loss.meanSquaredError())) {
      Checkpoint.save(m, dir.resolve("new.ckpt"));
    }
  }

  @Test
  void theScaleOfTrainingHoldsEverywhere() {
    videos(false);
    good("train --model @new.ckpt --x @x.npy --y @y.npy --epochs 1 --output @t.ckpt --unit-range");
    for (String file : List.of("@t.ckpt", "@t.keras", "@t.h5")) {
      if (!file.equals("@t.ckpt")) {
        good("convert --model @t.ckpt --output " + file);
      }
      Cli one = good("predict --model " + file + " --input @one.npy --output @one.out.npy");
      Cli first = good("predict --model " + file + " --input @first.npy --output @first.out.npy");
      assertFalse((one.err() + first.err()).contains("uint8"), one::toString);
      assertArrayEquals(read("first.out.npy"), read("one.out.npy"), file);
      good("predict --model " + file + " --input @one.npy --output @unit.npy --unit-range");
      assertArrayEquals(read("one.out.npy"), read("unit.npy"), file);
    }
    try (Model m = Checkpoint.load(dir.resolve("t.ckpt"), l -> l.backend("reference"))) {
      Tensor x = NpyFile.open(dir.resolve("first.npy")).unitRange().read(DType.FLOAT32);
      assertArrayEquals(m.predict(x).get(0).floats(), read("one.out.npy"));
    }
    // Evaluation and further training need no option, and give what they give with it.
    assertEquals(
        good("evaluate --model @t.ckpt --x @x.npy --y @y.npy").out(),
        good("evaluate --model @t.ckpt --x @x.npy --y @y.npy --unit-range").out());
    good("train --model @t.ckpt --x @x.npy --y @y.npy --epochs 2 --output @u.ckpt");
  }

  @Test
  void withoutAScaleBytesAreTakenAsTheyAreAndThatIsSaid() {
    videos(false);
    Cli one = good("predict --model @new.ckpt --input @one.npy --output @one.out.npy");
    Cli first = good("predict --model @new.ckpt --input @first.npy --output @first.out.npy");
    assertArrayEquals(read("first.out.npy"), read("one.out.npy"));
    assertTrue(one.err().contains("one.npy" + AS_THEY_ARE), one::toString);
    assertTrue(first.err().contains("first.npy" + AS_THEY_ARE), first::toString);
    good("train --model @new.ckpt --x @x.npy --y @y.npy --epochs 1 --output @t.ckpt");
    String contradiction = "which was trained on bytes as they are, 0 to 255";
    for (String call :
        List.of(
            "predict --model @t.ckpt --input @one.npy --output @p.npy --unit-range",
            "predict --model @t.ckpt --input @x.npy --output @p.npy --unit-range",
            "evaluate --model @t.ckpt --x @x.npy --y @y.npy --unit-range",
            "train --model @t.ckpt --x @x.npy --y @y.npy --epochs 2 --output @v.ckpt"
                + " --unit-range")) {
      Cli cli = wrong(2, call);
      assertTrue(cli.err().contains("--unit-range: " + dir), cli::toString);
      assertTrue(cli.err().contains(contradiction), cli::toString);
    }
    assertFalse(Files.exists(dir.resolve("p.npy")));
    Cli known = good("predict --model @t.ckpt --input @one.npy --output @p.npy");
    assertFalse(known.err().contains("uint8"), known::toString);
  }

  @Test
  void aStatefulModelIsUsedFromZeros() {
    videos(true);
    String arrays = " --x @x.npy --y @y.npy";
    Cli train =
        good(
            "train --model @new.ckpt --epochs 1 --batch-size 2 --output @t.ckpt --shuffle true"
                + arrays);
    assertTrue(train.err().contains("--shuffle is off: the model is stateful"), train::toString);
    // Batches of another size than in training, and twice the same.
    for (String output : List.of("@p.npy", "@q.npy")) {
      good("predict --model @t.ckpt --input @x.npy --output " + output);
    }
    assertArrayEquals(read("p.npy"), read("q.npy"));
    try (Model m = Checkpoint.load(dir.resolve("t.ckpt"), l -> l.backend("reference"))) {
      m.resetStates();
      Tensor x = NpyFile.open(dir.resolve("x.npy")).read(DType.FLOAT32);
      assertArrayEquals(m.predict(x).get(0).floats(), read("p.npy"));
    }
    assertEquals(
        good("evaluate --model @t.ckpt --batch-size 4" + arrays).out(),
        good("evaluate --model @t.ckpt --batch-size 4" + arrays).out());
    for (String call :
        List.of(
            "train --model @t.ckpt --epochs 2 --output @u.ckpt" + arrays,
            "evaluate --model @t.ckpt" + arrays,
            "predict --model @t.ckpt --input @x.npy --output @u.npy")) {
      Cli cli = wrong(2, call + " --batch-size 3");
      assertTrue(cli.err().contains("these have [3, 1] samples"), cli::toString);
    }
    assertFalse(Files.exists(dir.resolve("u.ckpt")));
    assertFalse(Files.exists(dir.resolve("u.npy")));
    Cli other = wrong(2, "train --model @t.ckpt --epochs 2 --output @u.ckpt" + arrays);
    assertTrue(other.err().contains("use a batch size of 2"), other::toString);
  }

  @Test
  void numbersThatAreNotFiniteAreSaidAndStrictlyRefused() throws Exception {
    Symbol x = Input.named("x", 2);
    Symbol h = new Dense(2).named("a").apply(x);
    try (Model m = Model.of(x, new Dense(2).activation(Activation.RELU).named("b").apply(h))) {
      m.backend("reference");
      m.setWeights(
          List.of(
              Tensor.of(new float[] {1e30f, 0, 0, 1}, 2, 2),
              Tensor.of(new float[2], 2),
              Tensor.of(new float[] {0, 1, 0, 0}, 2, 2),
              Tensor.of(new float[2], 2)));
      m.compile(new SGD(0.1), Loss.meanSquaredError());
      Checkpoint.save(m, dir.resolve("m.ckpt"));
    }
    NpyWriter.write(dir.resolve("x.npy"), Tensor.of(new float[] {1, 1, 1e30f, 1, 1e30f, 1}, 3, 2));
    NpyWriter.write(dir.resolve("y.npy"), Tensor.of(new float[6], 3, 2));
    Cli said = good("predict --model @m.ckpt --input @x.npy --output @p.npy --batch-size 1");
    assertEquals(1, said.errLines().size(), said::toString);
    String line = said.errLines().get(0);
    assertTrue(line.startsWith("convlstm4j: warning: batch \"" + dir), line);
    assertTrue(line.contains("output \"b\" is "), line);
    assertTrue(line.contains("in sample 0 at [") && line.contains("layer \"a\""), line);
    Files.delete(dir.resolve("p.npy"));
    Map<String, Integer> before = Cli.contents(dir);
    Cli strict =
        wrong(1, "predict --model @m.ckpt --input @x.npy --output @p.npy --batch-size 1 --strict");
    assertTrue(strict.err().contains("output \"b\" is "), strict::toString);
    assertEquals(before, Cli.contents(dir));
    Cli loss = wrong(1, "evaluate --model @m.ckpt --x @x.npy --y @y.npy");
    assertTrue(loss.err().contains("layer \"a\""), loss::toString);
  }
}
