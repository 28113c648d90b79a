package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.video.FfmpegPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From film files to scores: train, evaluate and predict. */
class FilmCommandsTest {
  private static final Map<String, String> FILMS =
      Map.of(
          "films/moving/a.mp4", "testsrc2=s=64x48:r=25:d=2",
          "films/moving/b c.mkv", "testsrc2=s=32x48:r=10:d=1",
          "films/still/a.webm", "color=c=gray:s=48x48:r=30:d=2",
          "new.mp4", "testsrc=s=50x50:r=25:d=3");

  @TempDir static Path common;

  @TempDir Path dir;

  @BeforeAll
  static void makeFilms() {
    TestFilms.makeAll(
        FILMS.entrySet().stream()
            .collect(Collectors.toMap(f -> common.resolve(f.getKey()), Map.Entry::getValue)));
  }

  @AfterAll
  static void forgetProgram() {
    TestFilms.quick().keySet().forEach(System::clearProperty);
  }

  @BeforeEach
  void program() {
    TestFilms.quick().forEach(System::setProperty);
  }

  @BeforeEach
  void films() throws IOException {
    for (String film : FILMS.keySet()) {
      Files.createDirectories(dir.resolve(film).getParent());
      Files.copy(common.resolve(film), dir.resolve(film));
    }
  }

  @Test
  void trainEvaluatePredict() throws IOException {
    Path model = dir.resolve("model.ckpt");
    Path films = dir.resolve("films");
    Path calls = dir.resolve("calls.txt");
    Path ffmpeg = dir.resolve("ffmpeg");
    Files.writeString(ffmpeg, "#!/bin/sh\necho \"$@\" >> " + calls + "\nexec ffmpeg \"$@\"\n");
    assertTrue(ffmpeg.toFile().setExecutable(true));
    System.setProperty(FfmpegPrograms.PROPERTY, ffmpeg.toString());
    try {
      Cli.onReference(
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
          "--validation",
          "moving/a");
    } finally {
      System.clearProperty(FfmpegPrograms.PROPERTY);
      program();
    }
    // To count a film's frames takes long: once for the model, the training and the validation.
    for (String film : List.of("moving/a.mp4", "moving/b c.mkv", "still/a.webm")) {
      assertEquals(
          1,
          Files.readAllLines(calls).stream()
              .filter(l -> l.contains(film) && l.contains("framecrc"))
              .count(),
          film);
    }
    // The size and the rate are the model's.
    String table = Cli.onReference("evaluate", "--model", model, "--data", films).out();
    assertTrue(table.contains("moving") && table.contains("still"), table);
    Path scores = dir.resolve("scores.csv");
    Cli.onReference(
        "predict", "--model", model, "--input", dir.resolve("new.mp4"), "--output", scores);
    List<String> lines = Files.readAllLines(scores);
    assertEquals("frame,second,moving,still", lines.get(0));
    assertEquals(16, lines.size());
    assertTrue(lines.get(8).startsWith("7,1.4,"), lines.get(8));
    Path array = dir.resolve("scores.npy");
    Cli.onReference(
        "predict", "--model", model, "--input", dir.resolve("new.mp4"), "--output", array);
    Cli.refused(
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
    Cli.refused(
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
    Cli.onReference(
        "predict",
        "--model",
        model,
        "--input",
        dir.resolve("new.mp4"),
        "--output",
        array,
        "--frame-fit",
        "crop");
    Cli.refused(
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
    Cli.refused(
        "is empty, expected files that end in one of",
        "predict",
        "--model",
        model,
        "--input",
        empty,
        "--output",
        array);
    Cli.refused(
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
  void foldersOfPictures() throws IOException {
    Files.delete(dir.resolve("films/moving/b c.mkv"));
    TestFilms.makeAll(
        Map.of(
            dir.resolve("films/moving/b c/%d.png"), "testsrc2=s=32x48:r=10:d=1.2",
            dir.resolve("films/still/new/frame %03d.jpg"), "color=c=gray:s=40x40:r=10:d=1"));
    Path films = dir.resolve("films");
    Path model = dir.resolve("model.ckpt");
    Cli.onReference(
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
        10);
    Cli.onReference(
        "evaluate", "--model", model, "--data", films, "--report", dir.resolve("report"));
    Path pictures = films.resolve("moving/b c");
    Path scores = dir.resolve("scores.csv");
    Cli.onReference(
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
        10);
    List<String> lines = Files.readAllLines(scores);
    assertEquals(13, lines.size());
    assertTrue(lines.get(12).startsWith("11,1.1,"), lines.get(12));
    Cli.onReference(
        "explain", "--model", model, "--input", pictures, "--output", dir.resolve("why.png"));
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
    Cli.refused(
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
    Cli.refused(
        "is part of --data",
        "train",
        "--data",
        films,
        "--output",
        dir.resolve("other.ckpt"),
        "--picture",
        pictures.resolve("13.png"));
    Cli.refused(
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
    Cli.refused(
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
    Cli.refused(
        "5.png: is no picture",
        "predict",
        "--model",
        model,
        "--input",
        pictures,
        "--output",
        scores);
  }

  /** Films that lie deeper than they are looked for are not left out in silence. */
  @Test
  void filmsThatNobodyTakesAreSaid() throws IOException {
    Path films = dir.resolve("films");
    Path deep = Files.createDirectories(films.resolve("still/day 1"));
    Files.copy(dir.resolve("new.mp4"), deep.resolve("new.mp4"));
    Files.createDirectory(films.resolve("still/empty"));
    assertEquals(
        "films: the films in [still/day 1/] are not taken; expected all videos in the folder"
            + " itself, or all in folders of it, one for each label",
        warned("films"));
    Path flat = Files.createDirectories(dir.resolve("flat/goals")).getParent();
    Files.copy(dir.resolve("new.mp4"), flat.resolve("a.mp4"));
    assertEquals("", warned("flat"), "all are taken");
    Files.copy(dir.resolve("new.mp4"), flat.resolve("goals/b.mp4"));
    assertTrue(warned("flat").startsWith("flat: the films in [goals/] are not taken"));
  }

  /**
   * What a command that lists a folder warns of, by the installed ffmpeg: of the bundled one each
   * new process checks the files first.
   */
  private String warned(String folder) throws IOException {
    Path said = dir.resolve("said.txt");
    Files.deleteIfExists(dir.resolve("labels.csv"));
    List<String> command =
        Cli.process(List.of(), "label-template", folder, "--output", "labels.csv");
    Process process =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertEquals(0, process.onExit().join().exitValue());
    return Files.readAllLines(said).stream()
        .filter(l -> l.contains("WARN"))
        .map(l -> l.replaceFirst(".*WARN.* - ", ""))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void wrongOptions() {
    Path out = dir.resolve("model.ckpt");
    Path films = dir.resolve("films");
    for (String size : List.of("5", "0x5", "5x0", "5x5x5", "-1x5")) {
      Cli.refused(
          "--frame-size: size \"" + size + "\", expected height and width",
          "train",
          "--data",
          films,
          "--output",
          out,
          "--frame-size=" + size);
    }
    Cli.refused("--frame-rate: ", "train", "--data", films, "--output", out, "--frame-rate=0");
    Cli.refused("--frame-rate: ", "train", "--data", films, "--output", out, "--frame-rate=-1");
    Cli.refused("--frame-fit", "train", "--data", films, "--output", out, "--frame-fit=squash");
    Cli.refused(
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
}
