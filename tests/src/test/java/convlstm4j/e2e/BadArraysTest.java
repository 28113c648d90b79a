package convlstm4j.e2e;

import static convlstm4j.e2e.WrongCall.call;

import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.model.Model;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong calls of the commands on arrays, and wrong arrays. */
class BadArraysTest {
  @TempDir Path dir;

  static Stream<Named<WrongCall>> arrays() {
    String predict = "predict --model twins.ckpt --output out --input ";
    String train = "train --model twins.ckpt --output out.ckpt --x left=left.npy --x right=right.npy ";
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
            "predict --model forecast.ckpt --input x.npy --output out --batch-size 0",
            "batch size 0, must be at least 1"),
        call("predict --model forecast.ckpt --input nan.npy --output out", "nan.npy", "NaN"),
        call(one, "--loss is missing: forecast.ckpt does not say what the model is trained for"),
        call(one + "--loss mean", "loss \"mean\" is not known; expected binary_crossentropy"),
        call(one + "--loss up=mse", "the model has no output \"up\"; its outputs are [numbers]"),
        call(one + "--loss mse --optimizer lion", "--optimizer lion, expected sgd, adam"),
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
        call("train --data data --output out.ckpt --loss mse", "--loss goes with --x and --y"),
        call("train --output out.ckpt --x x.npy --y y.npy --loss mse", "Missing: --model=FILE"),
        call("train --model forecast.ckpt --output out.ckpt --x x.npy --loss mse", "--y is missing"),
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("arrays")
  void saysWhatIsWrongInOneLine(WrongCall c) throws IOException {
    TinyFolder.write(dir.resolve("data"));
    SmallModels.writeArrays(dir);
    NpyWriter.write(dir.resolve("three.npy"), Tensor.of(new float[9], 3, 3));
    float[] frames = new float[2 * 4 * 5 * 6];
    frames[150] = Float.NaN;
    NpyWriter.write(dir.resolve("nan.npy"), Tensor.of(frames, 2, 4, 5, 6, 1));
    try (Model one = SmallModels.forecast();
        Model two = SmallModels.twins()) {
      Checkpoint.save(one, dir.resolve("forecast.ckpt"));
      Checkpoint.save(two, dir.resolve("twins.ckpt"));
    }
    c.check(dir);
  }
}
