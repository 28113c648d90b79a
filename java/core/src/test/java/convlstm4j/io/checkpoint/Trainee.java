package convlstm4j.io.checkpoint;

import convlstm4j.model.EarlyStopping;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.ReduceOnPlateau;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process that trains a {@link SmallNet}. */
final class Trainee {
  private Trainee() {}

  /** {@code finish FROM TO} or {@code forever FILE}. */
  public static void main(String[] args) {
    Path path = Path.of(args[1]);
    if (args[0].equals("finish")) {
      try (Model model = Checkpoint.load(path, m -> m.backend("reference"))) {
        model.fit(SmallNet.data(model.dtype()), plan());
        Checkpoint.save(model, Path.of(args[2]));
      }
      return;
    }
    Model model =
        Files.exists(path) ? Checkpoint.load(path, m -> m.backend("reference")) : SmallNet.dense();
    model.fit(
        SmallNet.denseData(),
        Fit.epochs(Long.MAX_VALUE).callbacks(new LastCheckpoint(path).everySteps(1)));
  }

  /** Four epochs, with callbacks that remember something. */
  static Fit plan() {
    return Fit.epochs(4)
        .callbacks(
            new EarlyStopping("loss").patience(50).restoreBest(true),
            new ReduceOnPlateau("loss").patience(1).factor(0.7));
  }

  static Process start(String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Xshare:auto",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Trainee.class.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.to(new File(args[1] + ".log")))
        .start();
  }
}
