package convlstm4j.e2e;

import convlstm4j.io.npy.NpyWriter;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Folders of four small trailers {@code [6, 3, 8, 8]} of two genres. */
final class TinyFolder {
  static final int TRAILERS = 4;
  static final int FRAMES = 6;
  static final List<String> GENRES = List.of("comedy", "action");

  private TinyFolder() {}

  /** Writes a good folder. */
  static Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("genres.txt"), GENRES);
    for (int id = 0; id < TRAILERS; id++) {
      trailer(folder, id, FRAMES, 3, 8);
      labels(folder, id, FRAMES, GENRES.size());
    }
    return folder;
  }

  /** Writes noise. */
  static void trailer(Path folder, int id, int frames, int channels, int side) {
    byte[] pixels = new byte[frames * channels * side * side];
    Philox random = new Philox(7, id);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (256 * random.uniform(i));
    }
    NpyWriter.write(
        folder.resolve("trailer_" + id + ".npy"), pixels, Shape.of(frames, channels, side, side));
  }

  /** Writes labels of which the first half of the frames has one genre, the rest the next. */
  static void labels(Path folder, int id, int frames, int genres) {
    byte[] labels = new byte[frames * genres];
    for (int frame = 0; frame < frames; frame++) {
      labels[frame * genres + (id + 2 * frame / frames) % genres] = 1;
    }
    NpyWriter.write(folder.resolve("labels_" + id + ".npy"), labels, Shape.of(frames, genres));
  }
}
