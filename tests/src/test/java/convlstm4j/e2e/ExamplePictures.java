package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.folder.FrameFiles;
import convlstm4j.io.architecture.Json;
import convlstm4j.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** What the examples must have made that give scores of one video other than as an array. */
final class ExamplePictures {
  private ExamplePictures() {}

  static void check(List<String> words, Path dir, String output) throws IOException {
    List<String> labels;
    try (Model model = Model.load(dir.resolve(value(words, "--model")))) {
      labels = model.network().outputNames();
    }
    int frames = frames(dir.resolve(value(words, "--input")));
    boolean any = false;
    for (String option : List.of("--output", "--intervals", "--picture")) {
      if (words.contains(option)) {
        Path file = dir.resolve(value(words, option));
        assertTrue(output.contains(value(words, option)), output);
        checkFile(option, file, labels, frames);
        any = true;
      }
    }
    assertTrue(any, words.toString());
  }

  /** Of a folder of videos. */
  static void checkSeveral(Path dir, String output) throws IOException {
    for (String film : List.of("still/a", "moving/a", "moving/pictures")) {
      int rows = film.endsWith("pictures") ? 21 : 11;
      assertEquals(rows, Files.readAllLines(dir.resolve("scores/" + film + ".csv")).size());
      assertTrue(ImageIO.read(dir.resolve("scores/" + film + ".png").toFile()).getWidth() > 300);
      assertTrue(output.contains("scores/" + film + ".csv: columns "), output);
    }
    assertEquals("id,start,end,label", Files.readAllLines(dir.resolve("found.csv")).get(0));
  }

  private static String value(List<String> words, String option) {
    return words.get(words.indexOf(option) + 1);
  }

  private static int frames(Path video) {
    try (var source = FrameFiles.open(video, FramePreparation.NONE, 25)) {
      return (int) source.shape().dim(0);
    }
  }

  private static void checkFile(String option, Path file, List<String> labels, int frames)
      throws IOException {
    String name = file.toString();
    if (name.endsWith(".png") || name.endsWith(".gif")) {
      assertTrue(ImageIO.read(file.toFile()).getWidth() > 300, name);
      return;
    }
    String text = Files.readString(file);
    List<String> lines = text.lines().toList();
    switch (name.substring(name.lastIndexOf('.'))) {
      case ".json" -> {
        Map<?, ?> all = (Map<?, ?>) Json.read(text);
        assertEquals(frames, ((List<?>) all.get("starts")).size());
        assertEquals(
            labels,
            ((List<?>) all.get("scores")).stream().map(s -> ((Map<?, ?>) s).get("label")).toList());
      }
      case ".html" -> {
        assertTrue(text.contains("src=\"data:image/png;base64,"), name);
        assertFalse(text.contains("http:") || text.contains("https:"), "loads something");
      }
      case ".srt" ->
          assertTrue(text.isEmpty() || lines.get(1).matches("[0-9:,]+ --> [0-9:,]+"), text);
      case ".csv" -> {
        if (option.equals("--intervals")) {
          assertEquals("id,start,end,label", lines.get(0));
        } else {
          assertEquals("frame,second," + String.join(",", labels), lines.get(0));
          assertEquals(frames + 1, lines.size());
        }
      }
      default -> throw new AssertionError(name);
    }
  }
}
