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
 * Makes trailers: rows of scenes, each of which shows one digit, its genre, moving through the
 * frame. Every frame is noisy, and in many the digit is not to be seen at all, though never in the
 * first of a scene: one frame alone often does not tell the genre, those before it do.
 *
 * @param frames T, frames of a trailer
 * @param side H and W, pixels
 * @param gap probability that a frame shows noise only
 * @param noise standard deviation of the noise, 0 to 1
 */
record Videos(int frames, int side, double gap, double noise) {
  /** The genres, in the order of the digit classes that stand for them. */
  static final List<String> GENRES =
      List.of("comedy", "action", "horror", "thriller", "musical", "other");

  /** Of 500 examples of a class, those for training come first. */
  private static final int TRAINING_EXAMPLES = 400;

  private static final int CHANNELS = 3;
  private static final int SHORTEST_SCENE = 6;
  private static final int LONGEST_SCENE = 12;
  private static final double BACKGROUND = 0.25;
  private static final double SPEED = 1.5;

  /** Frames of a trailer in the demo. */
  static final int FRAMES = 64;

  /** What the demo uses. */
  static Videos standard() {
    return new Videos(FRAMES, 24, 0.5, 0.15);
  }

  /** {@code [C, H, W]}. */
  Shape frameShape() {
    return Shape.of(CHANNELS, side, side);
  }

  /**
   * Writes {@code trailer_{id}.npy}, {@code labels_{id}.npy} and {@code genres.txt}.
   *
   * @param folder where to; it exists
   * @param first id of the first trailer
   * @param count number of trailers
   * @param digits what moves
   * @param unseen whether digits are taken that training trailers never show
   * @param seed decides everything
   * @throws IOException if a file cannot be written
   */
  void write(Path folder, int first, int count, Digits digits, boolean unseen, long seed)
      throws IOException {
    Files.write(folder.resolve("genres.txt"), GENRES, StandardCharsets.UTF_8);
    for (int id = first; id < first + count; id++) {
      byte[] pixels = new byte[frames * CHANNELS * side * side];
      byte[] labels = new byte[frames * GENRES.size()];
      trailer(new Philox(seed, id), digits, unseen, pixels, labels);
      NpyWriter.write(
          folder.resolve("labels_" + id + ".npy"), labels, Shape.of(frames, GENRES.size()));
      NpyWriter.write(
          folder.resolve("trailer_" + id + ".npy"), pixels, Shape.of(frames, CHANNELS, side, side));
    }
  }

  private void trailer(Philox random, Digits digits, boolean unseen, byte[] pixels, byte[] labels) {
    int frame = 0;
    for (int scene = 0; frame < frames; scene++) {
      Philox draw = random.stream(random.stream(), scene);
      int length = Math.min(frames - frame, number(draw, 0, SHORTEST_SCENE, LONGEST_SCENE + 1));
      Scene s = scene(draw, digits, unseen);
      for (int i = 0; i < length; i++, frame++) {
        labels[frame * GENRES.size() + s.genre] = 1;
        boolean shown = i == 0 || draw.uniform(100 + i) >= gap;
        draw(draw, digits, s, i, shown, pixels, frame);
      }
    }
  }

  /** One digit on its way. */
  @SuppressWarnings("ArrayRecordComponent") // made once, read once
  private record Scene(
      int genre, int example, double y, double x, double dy, double dx, double[] tint) {}

  private Scene scene(Philox draw, Digits digits, boolean unseen) {
    int genre = number(draw, 1, 0, GENRES.size());
    int example =
        unseen
            ? number(draw, 2, TRAINING_EXAMPLES, digits.perClass())
            : number(draw, 2, 0, TRAINING_EXAMPLES);
    int room = side - Digits.SIDE;
    double angle = 2 * Math.PI * draw.uniform(5);
    double[] tint = new double[CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
      tint[c] = 0.4 + 0.6 * draw.uniform(10 + c);
    }
    return new Scene(
        genre,
        example,
        room * draw.uniform(3),
        room * draw.uniform(4),
        SPEED * Math.sin(angle),
        SPEED * Math.cos(angle),
        tint);
  }

  private void draw(
      Philox draw, Digits digits, Scene s, int time, boolean shown, byte[] pixels, int frame) {
    int top = bounce(s.y + time * s.dy);
    int left = bounce(s.x + time * s.dx);
    for (int c = 0; c < CHANNELS; c++) {
      for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
          int at = ((frame * CHANNELS + c) * side + y) * side + x;
          boolean inside = y >= top && y < top + Digits.SIDE && x >= left && x < left + Digits.SIDE;
          double ink =
              shown && inside ? s.tint[c] * digits.ink(s.genre, s.example, y - top, x - left) : 0;
          double value =
              BACKGROUND + (1 - BACKGROUND) * ink + noise * draw.normal(1000 + (long) at);
          pixels[at] = (byte) Math.round(255 * Math.max(0, Math.min(1, value)));
        }
      }
    }
  }

  /** A place on the way to and fro between the borders. */
  private int bounce(double place) {
    double room = side - Digits.SIDE;
    double there = Math.abs(place) % (2 * room);
    return (int) Math.round(there <= room ? there : 2 * room - there);
  }

  private static int number(Philox draw, int index, int from, int to) {
    return from + (int) (draw.uniform(index) * (to - from));
  }
}
