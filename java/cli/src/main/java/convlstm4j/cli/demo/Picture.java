package convlstm4j.cli.demo;

import convlstm4j.cli.picture.Drawing;
import convlstm4j.cli.picture.Intervals;
import convlstm4j.cli.picture.PictureFile;
import convlstm4j.cli.picture.Thumbnails;
import convlstm4j.cli.picture.Track;
import convlstm4j.cli.picture.TrackPicture;
import convlstm4j.data.ByteScale;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.tensor.Tensor;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** One trailer: its frames above, below for each genre when it is shown and the network's score. */
final class Picture {
  private static final int FRAMES_WIDTH = 1152;

  private Picture() {}

  /**
   * Draws the picture.
   *
   * @param title one line
   * @param video {@code [T, 3, H, W]}, 0 to 1
   * @param genres names
   * @param truth {@code [1, T, 1]} for each genre
   * @param scores {@code [1, T, 1]} for each genre
   * @param file the PNG to write
   * @throws IOException if it cannot be written
   */
  static void write(
      String title,
      Tensor video,
      List<String> genres,
      List<Tensor> truth,
      List<Tensor> scores,
      Path file)
      throws IOException {
    int frames = (int) video.shape().dim(0);
    double[] bounds = IntStream.rangeClosed(0, frames).mapToDouble(i -> i).toArray();
    Track track = new Track(title, false, bounds, genres, scores, truth);
    TrackPicture picture =
        new TrackPicture(Intervals.of(track, Intervals.HALF), Intervals.HALF, FRAMES_WIDTH);
    int thumb = Math.max(1, FRAMES_WIDTH / ((frames + 1) / 2));
    BufferedImage image = picture.draw(title, Optional.of(all(video, frames, thumb)));
    Graphics2D g = Drawing.on(image);
    g.setColor(Color.BLACK);
    g.setFont(Drawing.font(Font.PLAIN, 13));
    int top = TrackPicture.MARGIN + TrackPicture.TITLE;
    g.drawString("even frames", TrackPicture.MARGIN, top + thumb / 2 + 4);
    g.drawString("odd frames", TrackPicture.MARGIN, top + thumb + thumb / 2 + 4);
    g.dispose();
    AtomicFile.write(file, PictureFile.png(image));
  }

  /** All frames, in two rows. */
  private static BufferedImage all(Tensor video, int frames, int thumb) {
    BufferedImage rows = Drawing.blank(FRAMES_WIDTH, 2 * thumb);
    Graphics2D g = Drawing.on(rows);
    Tensor one = video.reshape(video.shape().prepend(1));
    for (int t = 0; t < frames; t++) {
      BufferedImage frame = Thumbnails.image(one, t, ByteScale.UNIT, false);
      g.drawImage(frame, t / 2 * thumb, t % 2 * thumb, thumb - 1, thumb - 1, null);
    }
    g.dispose();
    return rows;
  }
}
