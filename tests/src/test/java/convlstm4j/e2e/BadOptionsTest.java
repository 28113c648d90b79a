package convlstm4j.e2e;

import static convlstm4j.e2e.WrongCall.call;
import static convlstm4j.e2e.WrongCall.spoilt;

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

/** Wrong options of training and evaluation are said in one line before the first step. */
class BadOptionsTest {
  @TempDir Path dir;

  static Stream<Named<WrongCall>> options() {
    String one =
        "train --model forecast.ckpt --output out.ckpt --x x.npy --y y.npy --loss mse --epochs 1 ";
    String two =
        "train --model twins.ckpt --output out.ckpt --x left=left.npy --x right=right.npy --y sum=sum.npy"
            + " --y kind=kind.npy --loss mse --epochs 1 ";
    String folder = "train --data data --output out.ckpt --epochs 1 ";
    String evaluate = "evaluate --model forecast.ckpt --x x.npy --y y.npy --loss mse ";
    return Stream.of(
        call(
            one + "--sample-weight y.npy",
            "--sample-weight y.npy: has shape [10, 2], expected [10] for the output \"numbers\""),
        call(
            one + "--sample-weight three.npy",
            "--sample-weight three.npy: has shape [3, 3], expected [10]"),
        call(one + "--sample-weight none.npy", "none.npy: there is no such file"),
        spoilt(
            "a negative weight",
            data ->
                NpyWriter.write(
                    data.resolve("../w.npy"),
                    Tensor.of(new float[] {1, 1, 1, 1, 1, 1, 1, -2, 1, 1}, 10)),
            one + "--sample-weight w.npy",
            "--sample-weight w.npy: holds -2.0 for sample 7, expected finite weights of at least"),
        call(two + "--sample-weight up=v.npy", "\"up\" is no output; the model has the outputs"),
        call(
            two + "--sample-weight kind=v.npy --sample-weight kind=v.npy",
            "--sample-weight: given twice for the output \"kind\""),
        call(
            two.replace("--loss mse", "--loss sum=mse") + "--sample-weight kind=v.npy",
            "the output \"kind\" has no loss to weight"),
        call(two + "--class-weight kind=3=2", "there is no class 3, expected 0 to 2"),
        call(two + "--class-weight kind=0", "\"0\" is not CLASS=W, such as 1=2.5"),
        call(two + "--class-weight kind=0=-1", "weight -1.0, must be finite and at least 0"),
        call(two + "--class-weight kind=0=1,0=2", "class 0 is there twice"),
        call(two + "--class-weight up=0=1", "\"up\" is no output"),
        call(folder + "--class-weight 2=3", "there is no class 2, expected 0 to 1"),
        call(one + "--clip-norm 0", "clipnorm=0.0, must be finite and above 0"),
        call(one + "--clip-norm 1 --clip-value 2", "--clip-value goes without --clip-norm"),
        call(one + "--weight-decay -1", "weight_decay=-1.0"),
        call(one + "--schedule linear:3", "--schedule linear:3: no such kind; expected cosine:"),
        call(one + "--schedule cosine", "--schedule cosine: STEPS is missing; expected cosine:"),
        call(one + "--schedule cosine:x", "\"x\" is no whole number"),
        call(one + "--schedule cosine:0", "decay_steps=0.0"),
        call(one + "--schedule cosine:9,beta=1", "\"beta=1\" is too much"),
        call(one + "--schedule exponential:9", "FACTOR is missing"),
        call(one + "--schedule exponential:9,0.5,smooth", "\"smooth\" is too much"),
        call(one + "--schedule piecewise:9", "\"9\" is not STEP=RATE"),
        call(one + "--schedule piecewise:9=1,4=2", "boundaries=[9, 4] must be ascending"),
        call(
            one + "--schedule cosine:9 --reduce-on-plateau",
            "--reduce-on-plateau goes with a constant learning rate, not with the schedule Cosine"),
        call(one + "--metrics giou", "metric \"giou\" is not known; expected accuracy"),
        call(one + "--metrics mae --metrics mse", "--metrics: given twice without a name"),
        call(two + "--metrics up=mae", "\"up\" is no output"),
        call(
            two.replace("--loss mse", "--loss sum=mse") + "--metrics kind=mae",
            "the output \"kind\" has no loss, and so no targets"),
        call(
            one + "--early-stopping val_loss:2",
            "--early-stopping val_loss: an epoch has the numbers [loss]; val_.. needs"
                + " --validation-split, or --validation-x and --validation-y"),
        call(one + "--early-stopping :x", "--early-stopping :x, expected [NAME][:PATIENCE]"),
        call(one + "--early-stopping 5", "--early-stopping 5, expected [NAME][:PATIENCE]"),
        call(one + "--early-stopping :-1", "PATIENCE at least 0"),
        call(one + "--restore-best", "--restore-best goes with --early-stopping"),
        call(one + "--reduce-on-plateau loss:3:2", "FACTOR below 1"),
        call(one + "--best out.ckpt", "--best out.ckpt: is the same file as --output out.ckpt"),
        call(one + "--best none/best.ckpt", "--best none/best.ckpt: there is no folder"),
        call(
            one + "--best b.ckpt --monitor accuracy",
            "--monitor accuracy: an epoch has the numbers [loss], more with --metrics"),
        call(one + "--best b.ckpt --mode up", "--mode up, expected min or max"),
        call(one + "--validation-split 1", "--validation-split 1.0, expected a part between 0"),
        call(
            one + "--validation-split 0.95",
            "--validation-split 0.95 leaves none of the 10 samples to train on"),
        call(
            one + "--validation-split 0.1 --validation-x x.npy",
            "--validation-split goes without --validation-x"),
        call(one + "--validation-x x.npy", "--validation-y is missing beside --validation-x"),
        call(
            one + "--validation-x x.npy --validation-y few.npy",
            "few.npy: has 3 samples along axis 0, x.npy has 10"),
        call(
            one + "--validation-x x.npy --validation-y kind.npy",
            "kind.npy: has shape [10, 3], expected [None, 2] as targets of the output \"numbers\" of"
                + " shape [None, 2] for mean_squared_error"),
        call(
            two.replace("--loss mse", "--loss sum=mse --loss kind=sparse_categorical_crossentropy"),
            "kind.npy: has shape [10, 3], expected [None, 1] as targets of the output \"kind\""),
        call(
            one + "--validation-x y.npy --validation-y y.npy",
            "y.npy: input \"frames\" has shape [10, 2]"),
        call(folder + "--validation-x x.npy", "--validation-x goes with --x and --y"),
        call(folder + "--sample-weight data", "data/weights_0.npy: there is no such file"),
        spoilt(
            "weights of too few frames",
            data -> NpyWriter.write(data.resolve("weights_0.npy"), Tensor.of(new float[5], 5)),
            folder + "--sample-weight data",
            "data/weights_0.npy: weights of shape [5], expected [6], one for each frame of"),
        spoilt(
            "a weight that is no number",
            data ->
                NpyWriter.write(
                    data.resolve("weights_0.npy"),
                    Tensor.of(new float[] {1, 1, Float.NaN, 1, 1, 1}, 6)),
            folder + "--sample-weight data",
            "data/weights_0.npy: the weight of frame 2 is NaN, expected finite weights"),
        call(folder + "--optimizer muon", "optimizer \"muon\" is not known; expected sgd"),
        call(folder + "--metrics up=f1", "\"up\" is no output"),
        call(evaluate + "--metrics f2", "metric \"f2\" is not known"),
        call(evaluate + "--sample-weight three.npy", "has shape [3, 3], expected [10]"),
        call(evaluate + "--output scores.txt", "--output scores.txt: expected a name ending in"),
        call(evaluate + "--ids 3", "--ids goes with --data"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("options")
  void saysWhatIsWrongInOneLine(WrongCall c) throws IOException {
    TinyFolder.write(dir.resolve("data"));
    SmallModels.writeArrays(dir);
    NpyWriter.write(dir.resolve("three.npy"), Tensor.of(new float[9], 3, 3));
    NpyWriter.write(dir.resolve("few.npy"), Tensor.of(new float[6], 3, 2));
    NpyWriter.write(dir.resolve("v.npy"), Tensor.of(new float[10], 10));
    try (Model one = SmallModels.forecast();
        Model two = SmallModels.twins()) {
      Checkpoint.save(one, dir.resolve("forecast.ckpt"));
      Checkpoint.save(two, dir.resolve("twins.ckpt"));
    }
    c.check(dir);
  }
}
