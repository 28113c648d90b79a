package convlstm4j.e2e;

import static convlstm4j.e2e.WrongCall.call;

import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong calls of the commands on arrays, and wrong arrays. */
class BadArraysTest {
  @TempDir static Path dir;

  static Stream<Named<WrongCall>> arrays() {
    String predict = "predict --model twins.ckpt --output out --input ";
    String train =
        "train --model twins.ckpt --output out.ckpt --x left=left.npy --x right=right.npy ";
    String both = train + "--y sum=sum.npy --y kind=kind.npy ";
    String one = "train --model forecast.ckpt --output out.ckpt --x x.npy --y y.npy ";
    return Stream.of(
        call(predict + "left.npy", "--input left.npy: the model has the inputs [left, right]"),
        call(predict + "up=left.npy", "\"up\" is no input", "write --input NAME=left.npy"),
        call(predict + "left=left.npy", "--input is missing for the input \"right\""),
        call(
            predict + "left=left.npy --input left=left.npy",
            "--input: given twice for the input \"left\""),
        call(
            predict + "left=left.npy --input right=absent.npy",
            "absent.npy: there is no such file"),
        call(
            predict + "left=left.npy --input right=x.npy",
            "x.npy: input \"right\" has shape [10, 4, 5, 6, 1], expected [None, 3]"),
        call(
            predict + "left=left.npy --input right=three.npy",
            "three.npy: has 3 samples along axis 0, left.npy has 10"),
        call(
            "predict --model twins.ckpt --output out.npy --input left=left.npy --input"
                + " right=right.npy",
            "--output out.npy: the model has the outputs [sum, kind]; name a folder"),
        call(
            "predict --model twins.ckpt --output x.npy/o --input left=left.npy --input"
                + " right=right.npy",
            "x.npy is a file, expected a folder"),
        call(
            "predict --model forecast.ckpt --input x.npy --output data",
            "--output data: is a folder, expected a file"),
        call(
            "predict --model forecast.ckpt --input x.npy --output out.npy --batch-size 0",
            "batch size 0, must be at least 1"),
        call("predict --model forecast.ckpt --input nan.npy --output out.npy", "nan.npy", "NaN"),
        call(
            "predict --model forecast.ckpt --input channels.npy --output out.npy",
            "channels.npy: input \"frames\" has shape [10, 4, 5, 6], expected [None, 4, 5, 6, 1],"
                + " which is [N, T, H, W, C]; the channel axis is missing"),
        call(
            "predict --model open.ckpt --input frames0.npy --output out.npy",
            "frames0.npy: input \"video\" has shape [2, 0, 5, 6, 1]: the time axis has size 0"),
        call(
            "predict --model open.ckpt --input video0.npy --output out.npy",
            "video0.npy: input \"video\" has shape [0, 5, 6, 1]: the time axis has size 0"),
        call(
            "predict --model open.ckpt --input samples0.npy --output out.npy",
            "samples0.npy: input \"video\" has shape [0, 3, 5, 6, 1]: there are no samples in it"),
        call(
            "train --model open.ckpt --output out.ckpt --loss mse --x frames0.npy --y open_y.npy",
            "frames0.npy: input \"video\" has shape [2, 0, 5, 6, 1]: the time axis has size 0"),
        call(
            "train --model open.ckpt --output out.ckpt --loss mse --x samples0.npy --y open_y.npy",
            "samples0.npy: input \"video\"",
            "there are no samples in it"),
        call(
            "train --model open.ckpt --output out.ckpt --loss mse --x open_x.npy --y empty.npy",
            "empty.npy: has shape [2, 0]: axis 1 has size 0, expected at least 1"),
        call(
            "train --model open.ckpt --output out.ckpt --loss mse --x open_x.npy --y none.npy",
            "none.npy: has shape [0, 2], expected samples along axis 0"),
        call(
            "evaluate --model trained.ckpt --x frames0.npy --y open_y.npy",
            "frames0.npy: input \"video\" has shape [2, 0, 5, 6, 1]: the time axis has size 0"),
        call(
            "evaluate --model trained.ckpt --x samples0.npy --y none.npy",
            "there are no samples in it"),
        call(one, "--loss is missing: forecast.ckpt does not say what the model is trained for"),
        call(one + "--loss mean", "loss \"mean\" is not known; expected mse, mae"),
        call(one + "--loss up=mse", "the model has no output \"up\"; its outputs are [numbers]"),
        call(
            one + "--loss mse --optimizer muon",
            "optimizer \"muon\" is not known; expected sgd, adam"),
        call(one + "--loss mse --momentum 0.9", "--momentum goes with --optimizer"),
        call(
            one + "--loss mse --optimizer adam --momentum 0.9",
            "--momentum goes with --optimizer sgd or rmsprop, not adam"),
        call(
            one + "--loss mse --optimizer rmsprop --nesterov=true",
            "--nesterov goes with --optimizer sgd, not rmsprop"),
        call(one + "--loss mse --optimizer sgd --momentum 2", "momentum=2.0"),
        call(one + "--loss mse --learning-rate -1", "learning_rate=-1.0, must be finite"),
        call(one + "--loss mse --loss-weight numbers=x", "--loss-weight", "'x'"),
        call(one + "--loss mse --loss-weight up=1", "the model has no output \"up\""),
        call(one + "--loss mse --shuffle maybe", "--shuffle", "maybe"),
        call(one + "--loss mse --data data", "--data goes without --x and --y"),
        call(one + "--loss mse --window 3", "--window goes with --data"),
        call(
            "train --data data --output out.ckpt --sample-weight w.npy",
            "--sample-weight w.npy: with --data expected one folder with weights_{id}.npy [T]"),
        call(
            "train --data data --output out.ckpt --validation-split 0.1",
            "--validation-split goes with --x and --y"),
        call(
            "evaluate --model forecast.ckpt --x x.npy --y y.npy --ids 1", "--ids goes with --data"),
        call("train --output out.ckpt --x x.npy --y y.npy --loss mse", "Missing: --model=FILE"),
        call(
            "train --model forecast.ckpt --output out.ckpt --x x.npy --loss mse", "--y is missing"),
        call(train + "--y sum=sum.npy --loss mse", "--y is missing for the output \"kind\""),
        call(train + "--y sum.npy --loss mse", "--y sum.npy: the model has the outputs"),
        call(
            both + "--loss mse --loss kind=binary_crossentropy --batch-size 3 --epochs 0",
            "--epochs 0, must be at least 1"),
        call(
            train + "--y sum=kind.npy --y kind=kind.npy --loss mse",
            "has shape [10, 3]",
            "output \"sum\""),
        call(
            train + "--y sum=sum.npy --y kind=three.npy --loss mse",
            "three.npy: has 3 samples along axis 0, left.npy has 10"),
        call(
            "evaluate --model forecast.ckpt --x x.npy --y y.npy",
            "forecast.ckpt: does not say what the model is trained for"),
        call("evaluate --model forecast.ckpt", "Missing: --x=X.npy", "--data=FOLDER"));
  }

  /** Once: each call must leave them as they were. */
  @BeforeAll
  static void writeFiles() throws IOException {
    TinyFolder.write(dir.resolve("data"));
    SmallModels.writeArrays(dir);
    NpyWriter.write(dir.resolve("three.npy"), Tensor.of(new float[9], 3, 3));
    float[] frames = new float[2 * 4 * 5 * 6];
    frames[150] = Float.NaN;
    NpyWriter.write(dir.resolve("nan.npy"), Tensor.of(frames, 2, 4, 5, 6, 1));
    zeros("channels.npy", 10, 4, 5, 6);
    zeros("frames0.npy", 2, 0, 5, 6, 1);
    zeros("video0.npy", 0, 5, 6, 1);
    zeros("samples0.npy", 0, 3, 5, 6, 1);
    zeros("open_x.npy", 2, 3, 5, 6, 1);
    zeros("open_y.npy", 2, 2);
    zeros("empty.npy", 2, 0);
    zeros("none.npy", 0, 2);
    try (Model one = SmallModels.forecast();
        Model any = SmallModels.anyFrames();
        Model two = SmallModels.twins()) {
      Checkpoint.save(any, dir.resolve("open.ckpt"));
      any.compile(new SGD(0.1), Loss.meanSquaredError());
      Checkpoint.save(any, dir.resolve("trained.ckpt"));
      Checkpoint.save(one, dir.resolve("forecast.ckpt"));
      Checkpoint.save(two, dir.resolve("twins.ckpt"));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("arrays")
  void saysWhatIsWrongInOneLine(WrongCall c) throws IOException {
    c.check(dir);
  }

  private static void zeros(String name, long... dims) {
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(dims));
    NpyWriter.write(dir.resolve(name), t);
  }
}
