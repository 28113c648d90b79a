package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.video.VideoFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From film files to scores: train, evaluate and predict. */
class FilmCommandsTest {
  @TempDir Path dir;

  @BeforeEach
  void films() throws IOException, InterruptedException {
    assumeTrue(VideoFile.decoder().isPresent(), "no ffmpeg: apt install ffmpeg");
    for (String name : List.of("moving", "still")) {
      Files.createDirectories(dir.resolve("films").resolve(name));
    }
    film("films/moving/a.mp4", "testsrc2=s=64x48:r=25:d=2");
    film("films/moving/b c.mkv", "testsrc2=s=32x48:r=10:d=1");
    film("films/still/a.webm", "color=c=gray:s=48x48:r=30:d=2");
    film("new.mp4", "testsrc=s=50x50:r=25:d=3");
  }

  private void film(String name, String source) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error"));
    command.addAll(List.of("-f", "lavfi", "-i", source, dir.resolve(name).toString()));
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  @Test
  void trainEvaluatePredict() throws IOException {
    Path model = dir.resolve("model.ckpt");
    Path films = dir.resolve("films");
    Cli.good(
        "train",
        "--data",
        films,
        "--output",
        model,
        "--frame-size",
        "16x24",
        "--frame-fit",
        "crop",
        "--frame-rate",
        "5",
        "--window",
        "5",
        "--filters",
        "2",
        "--epochs",
        "1",
        "--backend",
        "reference");
    // The size and the rate are the model's.
    String table =
        Cli.good("evaluate", "--model", model, "--data", films, "--backend", "reference").out();
    assertTrue(table.contains("moving") && table.contains("still"), table);
    Path scores = dir.resolve("scores.csv");
    Cli.good(
        "predict",
        "--model",
        model,
        "--input",
        dir.resolve("new.mp4"),
        "--output",
        scores,
        "--backend",
        "reference");
    List<String> lines = Files.readAllLines(scores);
    assertEquals("frame,second,moving,still", lines.get(0));
    assertEquals(16, lines.size());
    assertTrue(lines.get(8).startsWith("7,1.4,"), lines.get(8));
    Path array = dir.resolve("scores.npy");
    Cli.good(
        "predict",
        "--model",
        model,
        "--input",
        dir.resolve("new.mp4"),
        "--output",
        array,
        "--backend",
        "reference");
    refused(
        "the films are prepared as 16x24 (crop), 3 a second",
        "evaluate",
        "--model",
        model,
        "--data",
        films,
        "--frame-rate",
        "3",
        "--frame-size",
        "16x24",
        "--frame-fit",
        "crop",
        "--backend",
        "reference");
    refused(
        "the films are prepared as",
        "predict",
        "--model",
        model,
        "--input",
        dir.resolve("new.mp4"),
        "--output",
        scores,
        "--frame-rate",
        "7",
        "--backend",
        "reference");
    // What is said agrees with the model; the rest is the model's.
    Cli.good(
        "predict",
        "--model",
        model,
        "--input",
        dir.resolve("new.mp4"),
        "--output",
        array,
        "--frame-fit",
        "crop",
        "--backend",
        "reference");
    refused(
        "--frame-rate goes with a film as --input",
        "predict",
        "--model",
        model,
        "--input",
        "-",
        "--output",
        "-",
        "--frame-rate",
        "5");
    Path empty = Files.createDirectory(dir.resolve("empty"));
    refused(
        "is empty, expected files that end in one of",
        "predict",
        "--model",
        model,
        "--input",
        empty,
        "--output",
        array);
    refused(
        "there is no such file",
        "predict",
        "--model",
        model,
        "--input",
        dir.resolve("absent.mp4"),
        "--output",
        array);
  }

  /** Folders of pictures are videos in every command that takes films. */
  @Test
  void foldersOfPictures() throws IOException, InterruptedException {
    for (String name : List.of("moving/b c", "still/new")) {
      Files.createDirectories(dir.resolve("films").resolve(name));
    }
    Files.delete(dir.resolve("films/moving/b c.mkv"));
    film("films/moving/b c/%d.png", "testsrc2=s=32x48:r=10:d=1.2");
    film("films/still/new/frame %03d.jpg", "color=c=gray:s=40x40:r=10:d=1");
    Path films = dir.resolve("films");
    Path model = dir.resolve("model.ckpt");
    Cli.good(
        "train",
        "--data",
        films,
        "--output",
        model,
        "--frame-size",
        "16x16",
        "--filters",
        2,
        "--epochs",
        1,
        "--picture-rate",
        10,
        "--backend",
        "reference");
    Cli.good(
        "evaluate",
        "--model",
        model,
        "--data",
        films,
        "--report",
        dir.resolve("report"),
        "--backend",
        "reference");
    Path pictures = films.resolve("moving/b c");
    Path scores = dir.resolve("scores.csv");
    Cli.good(
        "predict",
        "--model",
        model,
        "--input",
        pictures,
        "--output",
        scores,
        "--picture",
        dir.resolve("scores.png"),
        "--picture-rate",
        10,
        "--backend",
        "reference");
    List<String> lines = Files.readAllLines(scores);
    assertEquals(13, lines.size());
    assertTrue(lines.get(12).startsWith("11,1.1,"), lines.get(12));
    Cli.good(
        "explain",
        "--model",
        model,
        "--input",
        pictures,
        "--output",
        dir.resolve("why.png"),
        "--backend",
        "reference");
    Path labels = dir.resolve("labels.csv");
    Cli.good("label-template", films, "--output", labels, "--picture-rate", 5);
    assertEquals(
        List.of(
            "id,start,end,label",
            "moving/a,0,2.000,",
            "moving/b c,0,2.400,",
            "still/a,0,2.000,",
            "still/new,0,2.000,"),
        Files.readAllLines(labels));
    refused(
        "is part of --input",
        "predict",
        "--model",
        model,
        "--input",
        pictures,
        "--output",
        scores,
        "--picture",
        pictures.resolve("13.png"));
    refused(
        "is part of --data",
        "train",
        "--data",
        films,
        "--output",
        dir.resolve("other.ckpt"),
        "--picture",
        pictures.resolve("13.png"));
    refused(
        "--picture-rate goes with a folder of pictures",
        "predict",
        "--model",
        model,
        "--input",
        dir.resolve("new.mp4"),
        "--output",
        scores,
        "--picture-rate",
        5);
    refused(
        "--picture-rate 0.0, expected more than 0",
        "predict",
        "--model",
        model,
        "--input",
        pictures,
        "--output",
        scores,
        "--picture-rate",
        0);
    Files.writeString(pictures.resolve("5.png"), "no picture");
    refused(
        "5.png: is no picture",
        "predict",
        "--model",
        model,
        "--input",
        pictures,
        "--output",
        scores);
  }

  @Test
  void wrongOptions() {
    Path out = dir.resolve("model.ckpt");
    Path films = dir.resolve("films");
    for (String size : List.of("5", "0x5", "5x0", "5x5x5", "-1x5")) {
      refused(
          "--frame-size: size \"" + size + "\", expected height and width",
          "train",
          "--data",
          films,
          "--output",
          out,
          "--frame-size=" + size);
    }
    refused("--frame-rate: ", "train", "--data", films, "--output", out, "--frame-rate=0");
    refused("--frame-rate: ", "train", "--data", films, "--output", out, "--frame-rate=-1");
    refused("--frame-fit", "train", "--data", films, "--output", out, "--frame-fit=squash");
    refused(
        "--frame-size goes with --data",
        "evaluate",
        "--model",
        out,
        "--x",
        dir.resolve("x.npy"),
        "--y",
        dir.resolve("y.npy"),
        "--frame-size=5x5");
  }

  private static void refused(String reason, Object... words) {
    Cli call = Cli.run(words);
    assertEquals(2, call.code(), call.err());
    assertTrue(call.err().contains(reason), call.err());
  }
}
