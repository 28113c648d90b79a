import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.MaxPooling3D;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Makes the article's network with its own filters, untrained, and a video of noise for it: FRAMES FOLDER. */
public class LongVideo {
  private static final int SIZE = 400;

  private static ConvLSTM2D convLstm(int filters) {
    return new ConvLSTM2D(filters, 3).padding("same").dataFormat("channels_first").returnSequences(true);
  }

  private static MaxPooling3D pool() {
    return new MaxPooling3D(1, 2, 2).padding("same").dataFormat("channels_first");
  }

  private static Model article() {
    var video = Input.named("video", Input.ANY, 3, SIZE, SIZE);
    var x = video;
    for (int filters : new int[] {20, 10}) {
      x = pool().apply(new BatchNormalization().apply(convLstm(filters).apply(x)));
    }
    var features = x;
    var genres = List.of("comedy", "action", "horror", "thriller", "musical", "other");
    var scores = genres.stream().map(genre -> {
      var y = new TimeDistributed(new Flatten()).apply(pool().apply(convLstm(5).apply(features)));
      y = new TimeDistributed(new Dense(512).activation("relu")).apply(y);
      y = new TimeDistributed(new Dense(32).activation("relu")).apply(y);
      return new TimeDistributed(new Dense(1).activation("sigmoid")).named(genre).apply(y);
    }).toList();
    return Model.of(List.of(video), scores);
  }

  public static void main(String[] args) throws IOException {
    int frames = Integer.parseInt(args[0]);
    Path folder = Path.of(args[1]);
    try (Model model = article()) {
      model.save(folder.resolve("article.ckpt"));
    }
    String shape = "(%d, 3, %d, %d)".formatted(frames, SIZE, SIZE);
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }";
    header += " ".repeat(128 - 10 - 1 - header.length()) + "\n";
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(folder.resolve("video.npy")), 1 << 20)) {
      out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
      out.write(header.getBytes(StandardCharsets.US_ASCII));
      Random random = new Random(1);
      byte[] frame = new byte[3 * SIZE * SIZE];
      for (int i = 0; i < frames; i++) {
        random.nextBytes(frame);
        out.write(frame);
      }
    }
  }
}
