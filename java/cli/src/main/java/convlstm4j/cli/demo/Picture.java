package convlstm4j.cli.demo;

import convlstm4j.io.file.AtomicFile;
import convlstm4j.io.file.Printable;
import convlstm4j.tensor.Tensor;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** One trailer: its frames above, below for each genre when it is shown and the network's score. */
final class Picture {
  private static final int LEFT = 110;
  private static final int MARGIN = 14;
  private static final int FRAMES_WIDTH = 1152;
  private static final int ROW = 84;
  private static final int GAP = 8;
  private static final int TITLE = 34;
  private static final int FOOT = 42;

  /** Told apart in all common forms of colour blindness: Okabe and Ito. */
  private static final List<Color> COLOURS =
      List.of(
          new Color(0x0072B2),
          new Color(0xE69F00),
          new Color(0x009E73),
          new Color(0xD55E00),
          new Color(0xCC79A7),
          new Color(0x56B4E9));

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
    int thumb = FRAMES_WIDTH / ((frames + 1) / 2);
    int top = MARGIN + TITLE;
    int chartsTop = top + 2 * thumb + 2 * GAP;
    int height = chartsTop + genres.size() * (ROW + GAP) + FOOT;
    BufferedImage image =
        new BufferedImage(LEFT + FRAMES_WIDTH + MARGIN, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, image.getWidth(), height);
    g.setColor(Color.BLACK);
    g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
    g.drawString(Printable.line(title), LEFT, MARGIN + 18);
    g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    g.drawString("even frames", MARGIN, top + thumb / 2 + 4);
    g.drawString("odd frames", MARGIN, top + thumb + thumb / 2 + 4);
    for (int t = 0; t < frames; t++) {
      g.drawImage(
          frame(video, t), LEFT + t / 2 * thumb, top + t % 2 * thumb, thumb - 1, thumb - 1, null);
    }
    for (int k = 0; k < genres.size(); k++) {
      int y = chartsTop + k * (ROW + GAP);
      g.setColor(COLOURS.get(k % COLOURS.size()));
      g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 14));
      g.drawString(Printable.line(genres.get(k)), MARGIN, y + ROW / 2 + 5);
      BufferedImage chart =
          chart(frames, truth.get(k), scores.get(k), COLOURS.get(k % COLOURS.size()));
      g.drawImage(chart, LEFT, y, null);
    }
    axis(g, frames, chartsTop + genres.size() * (ROW + GAP));
    g.dispose();
    save(image, file);
  }

  private static BufferedImage frame(Tensor video, int t) {
    int h = (int) video.shape().dim(2);
    int w = (int) video.shape().dim(3);
    BufferedImage image = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          double v = video.get(((t * 3 + c) * h + y) * w + x);
          rgb = rgb << 8 | (int) Math.round(255 * v);
        }
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }

  private static BufferedImage chart(int frames, Tensor truth, Tensor score, Color colour) {
    XYChart chart = new XYChartBuilder().width(FRAMES_WIDTH).height(ROW).build();
    chart
        .getStyler()
        .setLegendVisible(false)
        .setChartTitleVisible(false)
        .setChartPadding(0)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotContentSize(1.0)
        .setPlotBorderColor(Color.LIGHT_GRAY);
    chart.getStyler().setAxisTicksVisible(false);
    chart.getStyler().setPlotMargin(0);
    chart.getStyler().setPlotGridLinesVisible(false);
    chart.getStyler().setXAxisMin(0.0).setXAxisMax((double) frames);
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.02);
    double[] edge = new double[2 * frames];
    double[] shown = new double[2 * frames];
    double[] centre = new double[frames];
    double[] value = new double[frames];
    for (int t = 0; t < frames; t++) {
      edge[2 * t] = t;
      edge[2 * t + 1] = t + 1;
      shown[2 * t] = truth.get(t);
      shown[2 * t + 1] = truth.get(t);
      centre[t] = t + 0.5;
      value[t] = score.get(t);
    }
    Color pale = new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 70);
    XYSeries band = chart.addSeries("shown", edge, shown);
    band.setXYSeriesRenderStyle(XYSeriesRenderStyle.Area);
    band.setMarker(SeriesMarkers.NONE);
    band.setFillColor(pale);
    band.setLineColor(pale);
    XYSeries curve = chart.addSeries("score", centre, value);
    curve.setMarker(SeriesMarkers.NONE);
    curve.setLineColor(colour.darker());
    curve.setLineWidth(2.5f);
    BufferedImage image = new BufferedImage(FRAMES_WIDTH, ROW, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    chart.paint(g, FRAMES_WIDTH, ROW);
    g.dispose();
    return image;
  }

  private static void axis(Graphics2D g, int frames, int y) {
    g.setColor(Color.DARK_GRAY);
    g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    for (int t = 0; t <= frames; t += 6) {
      String label = Integer.toString(t);
      int x = LEFT + t * FRAMES_WIDTH / frames;
      g.drawString(label, x - g.getFontMetrics().stringWidth(label) / 2, y + 8);
    }
    g.drawString(
        "frame; pale: the genre is the right one; line: the network's score, 0 to 1", LEFT, y + 28);
  }

  /** Appears whole or not at all. */
  private static void save(BufferedImage image, Path path) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    if (!ImageIO.write(image, "png", png)) {
      throw new IOException("no PNG writer in this Java");
    }
    AtomicFile.write(path, png.toByteArray());
  }
}
