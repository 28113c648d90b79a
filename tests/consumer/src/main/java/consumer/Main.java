package consumer;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.backend.Backends;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.folder.FrameFiles;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Data;
import convlstm4j.model.Model;
import convlstm4j.model.Optimizers;
import convlstm4j.model.Predictor;
import convlstm4j.model.Sequential;
import convlstm4j.tensor.Tensor;
import convlstm4j.video.FfmpegPrograms;
import convlstm4j.video.VideoFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Trains, saves in both kinds of file, loads and predicts, and says what it found. */
public final class Main {
  public static void main(String[] args) throws Exception {
    System.out.println("module " + Main.class.getModule().isNamed());
    System.out.println("backends " + Backends.providers().stream().map(BackendProvider::name).toList());
    try (Backend backend = Backends.named(args[0])) {
      System.out.println("kernels " + backend.description().contains("kernels in C++"));
    }
    System.out.println("films " + FrameFiles.endings().contains("mp4"));
    try (VideoFile film = VideoFile.open(Path.of(args[1]), FramePreparation.NONE)) {
      System.out.println("film " + film.shape() + " " + FfmpegPrograms.find().orElseThrow());
    }
    float[] x = new float[4 * 3 * 8 * 8];
    float[] y = new float[x.length];
    for (int i = 0; i < 4 * 3; i++) {
      x[i * 64 + i] = y[i * 64 + i + 1] = 1;
    }
    Tensor video = Data.tensor(x, 4, 3, 8, 8, 1);
    Path folder = Files.createTempDirectory("consumer");
    try (Model model =
        Sequential.of(
                Input.shape(3, 8, 8, 1),
                new ConvLSTM2D(4, 3).padding("same").returnSequences(true),
                new Dense(1).activation("sigmoid"))
            .backend(args[0])
            .seed(1)) {
      model.compile(Optimizers.adam(0.02), "binary_crossentropy");
      double loss = model.fit(Data.of(video, Data.tensor(y, 4, 3, 8, 8, 1)), 5).last("loss");
      System.out.printf(Locale.ROOT, "loss %.4f%n", loss);
      float[] expected = model.predict(video).get(0).floats();
      for (String name : List.of("model.ckpt", "model.keras", "model.h5")) {
        model.save(folder.resolve(name));
        try (Model again = Model.load(folder.resolve(name));
            Predictor predictor = Predictor.of(again)) {
          System.out.println(
              name + " " + Arrays.equals(expected, predictor.predict(video).get(0).floats()));
        }
        Files.delete(folder.resolve(name));
      }
    }
    Files.delete(folder);
  }
}
