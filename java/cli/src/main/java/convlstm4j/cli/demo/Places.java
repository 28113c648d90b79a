package convlstm4j.cli.demo;

import convlstm4j.io.npy.NpyWriter;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes videos whose question is where: some digits, each in a place of its own, hide and come
 * back, and hardly ever are all to be seen at once. A label holds from the frame on in which the
 * second of two alike has shown itself. One that comes back where it was is no second one, so that
 * what was seen where has to be remembered.
 *
 * @param frames T, frames of a video
 * @param objects digits in a video, at most 9
 * @param shown probability that one is to be seen in a frame
 * @param noise standard deviation of the noise, 0 to 1
 */
record Places(int frames, int objects, double shown, double noise) {
  /** Two of a class. */
  static final List<String> LABELS = List.of("two zeros", "two ones", "two twos");

  /** Of 500 examples of a class, those for training come first. */
  private static final int TRAINING_EXAMPLES = 400;

  private static final int CELLS = 3;
  private static final int CELL = 8;
  private static final int SIDE = CELLS * CELL;
  private static final int SMALL = Digits.SIDE / 2;
  private static final double BACKGROUND = 0.2;

  /** Thin strokes fade when they are made smaller. */
  private static final double BRIGHTER = 1.3;

  /** What the demo uses. */
  static Places standard() {
    return new Places(12, 3, 0.4, 0.05);
  }

  /** {@code [C, H, W]}. */
  Shape frameShape() {
    return Shape.of(1, SIDE, SIDE);
  }

  /**
   * Writes {@code trailer_{id}.npy}, {@code labels_{id}.npy} and {@code genres.txt}, as {@link
   * Videos#write} does.
   */
  void write(Path folder, int first, int count, Digits digits, boolean unseen, long seed)
      throws IOException {
    Files.write(folder.resolve("genres.txt"), LABELS, StandardCharsets.UTF_8);
    for (int id = first; id < first + count; id++) {
      byte[] pixels = new byte[frames * SIDE * SIDE];
      byte[] labels = new byte[frames * LABELS.size()];
      video(new Philox(seed, id), digits, unseen, pixels, labels);
      NpyWriter.write(
          folder.resolve("labels_" + id + ".npy"), labels, Shape.of(frames, LABELS.size()));
      NpyWriter.write(
          folder.resolve("trailer_" + id + ".npy"), pixels, Shape.of(frames, 1, SIDE, SIDE));
    }
  }

  private void video(Philox random, Digits digits, boolean unseen, byte[] pixels, byte[] labels) {
    Philox draw = random.stream(random.stream(), 1);
    int[] cells = draw.permutation(CELLS * CELLS);
    int[] kinds = new int[objects];
    int[] examples = new int[objects];
    int from = unseen ? TRAINING_EXAMPLES : 0;
    int to = unseen ? digits.perClass() : TRAINING_EXAMPLES;
    for (int o = 0; o < objects; o++) {
      kinds[o] = (int) (draw.uniform(100 + o) * LABELS.size());
      examples[o] = from + (int) (draw.uniform(200 + o) * (to - from));
    }
    boolean[] seen = new boolean[objects];
    for (int t = 0; t < frames; t++) {
      Philox now = random.stream(random.stream(), 2 + t);
      double[] ink = new double[SIDE * SIDE];
      int[] count = new int[LABELS.size()];
      for (int o = 0; o < objects; o++) {
        if (now.uniform(o) < shown) {
          seen[o] = true;
          // It does not move: by up to a pixel no two videos have the same places.
          int top = cells[o] / CELLS * CELL + (int) (2 * draw.uniform(300 + o));
          int left = cells[o] % CELLS * CELL + (int) (2 * draw.uniform(400 + o));
          draw(digits, kinds[o], examples[o], top, left, ink);
        }
        count[kinds[o]] += seen[o] ? 1 : 0;
      }
      for (int k = 0; k < count.length; k++) {
        labels[t * count.length + k] = (byte) (count[k] > 1 ? 1 : 0);
      }
      for (int i = 0; i < ink.length; i++) {
        double value = BACKGROUND + (1 - BACKGROUND) * ink[i] + noise * now.normal(1000L + i);
        pixels[t * ink.length + i] = (byte) Math.round(255 * Math.max(0, Math.min(1, value)));
      }
    }
  }

  private static void draw(Digits digits, int kind, int example, int top, int left, double[] ink) {
    for (int y = 0; y < SMALL; y++) {
      for (int x = 0; x < SMALL; x++) {
        double sum = 0;
        for (int q = 0; q < 4; q++) {
          sum += digits.ink(kind, example, 2 * y + q / 2, 2 * x + q % 2);
        }
        ink[(top + y) * SIDE + left + x] = Math.min(1, BRIGHTER * sum / 4);
      }
    }
  }
}
