package convlstm4j.cli.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.junit.jupiter.api.Test;

class TrackPictureTest {
  private static final int WHITE = 0xFFFFFF;

  private static SortedMap<Long, BufferedImage> none() {
    return new TreeMap<>();
  }

  private static SortedMap<Long, BufferedImage> frames(int... colours) {
    SortedMap<Long, BufferedImage> frames = new TreeMap<>();
    for (int i = 0; i < colours.length; i++) {
      BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 64; p++) {
        image.setRGB(p % 8, p / 8, colours[i]);
      }
      frames.put((long) i, image);
    }
    return frames;
  }

  private static int rgb(BufferedImage image, int x, int y) {
    return image.getRGB(x, y) & WHITE;
  }

  /** The second of two halves is above; its frame is drawn over it. */
  @Test
  void showsWhatIsWhen() {
    Track track = Tracks.of(2, "goal", 0.1, 0.1, 0.9, 0.9);
    TrackPicture picture = new TrackPicture(Intervals.of(track, 0.5), 0.5, 400);
    int left = picture.left();
    BufferedImage image =
        picture.draw(
            "title", frames(0xFF0000, 0x00FF00, 0x0000FF, 0x808080), new double[] {0, 0.5, 1, 1.5});
    for (int i = 0; i < 4; i++) {
      int colour = new int[] {0xFF0000, 0x00FF00, 0x0000FF, 0x808080}[i];
      assertEquals(colour, rgb(image, left + 50 + 100 * i, 60), "frame " + i);
    }
    int middle = 46 + 84 + 8 + 20; // between curve and threshold
    assertEquals(WHITE, rgb(image, left + 100, middle));
    assertNotEquals(WHITE, rgb(image, left + 300, middle));
  }

  @Test
  void theTruthIsPaleWhereItIsKnown() {
    Track track =
        new Track(
            "x",
            false,
            Tracks.bounds(4, 1),
            List.of("goal"),
            List.of(Tracks.column(0.9, 0.9, 0.1, 0.1)),
            List.of(Tracks.column(0, 0, 1, 1)));
    TrackPicture picture = new TrackPicture(Intervals.of(track, 0.5), 0.5, 400);
    BufferedImage image = picture.draw("title", none(), new double[] {0, 1, 2, 3});
    assertEquals(WHITE, rgb(image, picture.left() + 100, 46 + 20));
    assertNotEquals(WHITE, rgb(image, picture.left() + 300, 46 + 20));
  }

  /** An hour of 30 frames a second, in the full run four; a thousand labels, names without end. */
  @Test
  void hugeOnesAreOfBoundedSize() {
    int rows = (Boolean.getBoolean("full") ? 4 : 1) * 3600 * 30;
    Tensor wide = Tensor.zeros(DType.FLOAT32, Shape.of(1, 1000));
    wide.set(500, 0.7);
    Track labels =
        new Track(
            "x".repeat(5000),
            true,
            new double[] {0, 5},
            List.of("l".repeat(3000)),
            List.of(wide),
            List.of());
    BufferedImage image =
        new TrackPicture(Intervals.of(labels, 0.5), 0.5, 1152)
            .draw(labels.name(), none(), new double[] {0});
    assertTrue(image.getWidth() < 1500 && image.getHeight() < 1100, image.toString());
    double[] scores = new double[rows];
    for (int i = 0; i < rows; i++) {
      scores[i] = i % 2;
    }
    Track hours = Tracks.of(30, "a", scores);
    image =
        new TrackPicture(Intervals.of(hours, 0.5), 0.5, 1152)
            .draw("hours", none(), new double[] {0});
    assertTrue(image.getWidth() < 1500 && image.getHeight() < 300, image.toString());
    LongPredicate wanted = TrackPicture.evenly(Tracks.bounds(rows, 30), 60);
    long[] chosen = LongStream.range(0, rows).filter(wanted).toArray();
    assertEquals(60, chosen.length);
    for (int i = 1; i < chosen.length; i++) {
      assertEquals(rows / 60.0, (double) (chosen[i] - chosen[i - 1]), 1.5, "evenly");
    }
    LongPredicate few = TrackPicture.evenly(new double[] {0, 1, 2, 3}, 60);
    assertEquals(3, LongStream.range(0, 3).filter(few).count());
  }

  /** Nothing to see: still a picture. */
  @Test
  void notANumberAndNoTime() {
    Track track = Tracks.of(Double.POSITIVE_INFINITY, "a", Double.NaN, 2, Double.NEGATIVE_INFINITY);
    BufferedImage image =
        new TrackPicture(Intervals.of(track, 0.5), 0.5, 200)
            .draw("", none(), new double[] {0, 0, 0});
    assertTrue(image.getHeight() > 50);
  }

  @Test
  void filesOfEachKind() throws IOException {
    Track track = Tracks.of(2, "<script>alert(1)</script>", 0.1, 0.9, 0.9, 0.1);
    TrackFile file =
        new TrackFile(
            Intervals.of(track, 0.5), 0.5, frames(1, 2, 3, 4), new double[] {0, 0.5, 1, 1.5});
    byte[] png = file.bytes("png");
    assertTrue(ImageIO.read(new ByteArrayInputStream(png)).getWidth() > 1152);
    assertTrue(start(png).contains("ConvLSTM4J"));
    byte[] gif = file.bytes("gif");
    assertTrue(start(gif).contains("ConvLSTM4J"));
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(gif)));
    assertEquals(4, reader.getNumImages(true));
    assertEquals(reader.getWidth(0), reader.getWidth(3));
    String html = new String(file.bytes("html"), StandardCharsets.UTF_8);
    assertTrue(start(file.bytes("html")).contains("ConvLSTM4J"));
    assertFalse(html.contains("<script"), html);
    assertTrue(html.contains("<td>&lt;script&gt;alert(1)&lt;/script&gt;</td><td>0.50 s</td>"));
    assertFalse(html.replace("data:image/png", "").matches("(?s).*(src|href)=\"[^;]+:.*"), "loads");
  }

  private static String start(byte[] file) {
    return new String(file, 0, Math.min(file.length, 4096), StandardCharsets.ISO_8859_1);
  }

  @Test
  void textOfPagesIsText() {
    String page =
        new String(
            new Html("\"'<&>\u202e")
                .picture(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), "\" onerror=\"x")
                .page(),
            StandardCharsets.UTF_8);
    assertTrue(page.contains("<h1>&quot;&#39;&lt;&amp;&gt;\\u202e</h1>"), page);
    assertTrue(page.contains("alt=\"&quot; onerror=&quot;x\""), page);
    assertTrue(page.contains("default-src 'none'"), page);
  }
}
