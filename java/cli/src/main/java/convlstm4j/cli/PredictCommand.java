package convlstm4j.cli;

import convlstm4j.io.npy.NpyFile;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.model.Model;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convlstm4j predict}. */
@Command(
    name = "predict",
    description = {
      "Run a trained model on one video [T, C, H, W] (uint8 pixels are scaled to 0 to 1) and write"
          + " its scores: a column for each of the model's outputs [N, T, 1], one row a frame."
    },
    footer = {
      "",
      "Example:",
      "  convlstm4j predict --model demo/convlstm.ckpt --input demo/test/trailer_100.npy --output"
          + " scores.npy"
    })
final class PredictCommand implements Runnable {
  @Mixin CommonOptions common;
  @Mixin BackendOption backend;
  @Spec CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "CHECKPOINT",
      description = "What train wrote.")
  Path checkpoint;

  @Option(names = "--input", required = true, paramLabel = "VIDEO.npy", description = "The video.")
  Path input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "SCORES.npy",
      description = "Written anew: float32 [T, outputs].")
  Path output;

  @Override
  public void run() {
    OutputFiles.check("--output", output);
    NpyFile video = NpyFile.open(input).unitRange();
    if (video.shape().rank() != 4) {
      throw new IllegalArgumentException(
          input + " has shape " + video.shape() + ", expected a video [T, C, H, W]");
    }
    try (Model model = ModelFiles.trained(checkpoint, backend::apply)) {
      if (model.network().inputs().size() != 1) {
        throw new IllegalArgumentException(
            checkpoint
                + ": the model has the inputs "
                + model.network().inputNames()
                + ", expected one");
      }
      Shape sample = video.shape().prepend(1);
      checkFits(model, sample);
      Tensor x = video.read(DType.FLOAT32).reshape(sample);
      if (!x.isFinite()) {
        throw new IllegalArgumentException(
            input + ": holds a NaN or an infinity, expected finite numbers");
      }
      List<Tensor> outputs = model.predict(x);
      NpyWriter.write(
          output, columns(model.network().outputNames(), outputs, video.shape().dim(0)));
      spec.commandLine()
          .getOut()
          .println(output + ": columns " + String.join(", ", columnNames(model, outputs)));
    }
  }

  private void checkFits(Model model, Shape sample) {
    try {
      model.network().checkFeed(0, sample);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(input + ": " + e.getMessage() + " [N, T, C, H, W]", e);
    }
  }

  /** Puts {@code [1, T, K]} outputs side by side. */
  private static Tensor columns(List<String> names, List<Tensor> outputs, long frames) {
    int width = 0;
    for (int k = 0; k < outputs.size(); k++) {
      Shape s = outputs.get(k).shape();
      if (s.rank() != 3 || s.dim(1) != frames) {
        throw new IllegalArgumentException(
            "output \""
                + names.get(k)
                + "\" has shape "
                + s
                + ", expected scores per frame [1, "
                + frames
                + ", K]");
      }
      width += (int) s.dim(2);
    }
    Tensor all = Tensor.zeros(DType.FLOAT32, Shape.of(frames, width));
    int column = 0;
    for (Tensor t : outputs) {
      int k = (int) t.shape().dim(2);
      for (int i = 0; i < t.size(); i++) {
        all.set(i / k * width + column + i % k, t.get(i));
      }
      column += k;
    }
    return all;
  }

  private static List<String> columnNames(Model model, List<Tensor> outputs) {
    List<String> names = new ArrayList<>();
    for (int k = 0; k < outputs.size(); k++) {
      long width = outputs.get(k).shape().dim(2);
      for (int i = 0; i < width; i++) {
        String name = model.network().outputNames().get(k);
        names.add(width == 1 ? name : name + "_" + i);
      }
    }
    return names;
  }
}
