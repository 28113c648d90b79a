import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Makes the article's network with its own filters, untrained, and a folder of one trailer of noise to train it on:
 * FRAMES SIZE FOLDER. Below FOLDER: article.ckpt, data/trailer_0.npy (uint8), data/labels_0.npy, data/genres.txt.
 */
public class FullSize {
  private static final List<String> GENRES = List.of("comedy", "action", "horror", "thriller", "musical", "other");

  private static ConvLSTM2D convLstm(int filters) {
    return new ConvLSTM2D(filters, 3).padding("same").dataFormat("channels_first").returnSequences(true);
  }

  private static MaxPooling3D pool() {
    return new MaxPooling3D(1, 2, 2).padding("same").dataFormat("channels_first");
  }

  private static Model article(int size) {
    var video = Input.named("video", Input.ANY, 3, size, size);
    var x = video;
    for (int filters : new int[] {20, 10}) {
      x = pool().apply(new BatchNormalization().apply(convLstm(filters).apply(x)));
    }
    var features = x;
    var scores = GENRES.stream().map(genre -> {
      var y = new TimeDistributed(new Flatten()).apply(pool().apply(convLstm(5).apply(features)));
      y = new TimeDistributed(new Dense(512).activation("relu")).apply(y);
      y = new TimeDistributed(new Dense(32).activation("relu")).apply(y);
      return new TimeDistributed(new Dense(1).activation("sigmoid")).named(genre).apply(y);
    }).toList();
    return Model.of(List.of(video), scores);
  }

  private static OutputStream npy(Path file, String shape) throws IOException {
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }";
    header += " ".repeat(128 - 10 - 1 - header.length()) + "\n";
    OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    out.write(header.getBytes(StandardCharsets.US_ASCII));
    return out;
  }

  public static void main(String[] args) throws IOException {
    int frames = Integer.parseInt(args[0]);
    int size = Integer.parseInt(args[1]);
    Path folder = Path.of(args[2]);
    Path data = Files.createDirectories(folder.resolve("data"));
    try (Model model = article(size)) {
      model.compile(Compile.with(new Adam(1e-4)).loss(Loss.binaryCrossentropy()));
      model.save(folder.resolve("article.ckpt"));
    }
    Random random = new Random(1);
    try (OutputStream out = npy(data.resolve("trailer_0.npy"), "(%d, 3, %d, %d)".formatted(frames, size, size))) {
      byte[] frame = new byte[3 * size * size];
      for (int i = 0; i < frames; i++) {
        random.nextBytes(frame);
        out.write(frame);
      }
    }
    try (OutputStream out = npy(data.resolve("labels_0.npy"), "(%d, %d)".formatted(frames, GENRES.size()))) {
      for (int i = 0; i < frames * GENRES.size(); i++) {
        out.write(random.nextInt(2));
      }
    }
    Files.write(data.resolve("genres.txt"), GENRES);
  }
}
