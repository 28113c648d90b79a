import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/** Draws what bench/memory-over-time has measured: CSV PNG. */
public class MemoryPlot {
  /** Told apart in all common forms of colour blindness: Okabe and Ito. */
  private static final Color[] COLOURS = {
    new Color(0xD55E00), new Color(0xE69F00), new Color(0x56B4E9), new Color(0x0072B2)
  };

  public static void main(String[] args) throws IOException {
    Map<String, List<double[]>> lines = new LinkedHashMap<>();
    String size = "";
    boolean computed = false;
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      String[] cells = line.split(",");
      if (line.startsWith("#") || cells[0].equals("contender")) {
        continue;
      }
      size = cells[2];
      computed |= cells[5].equals("computed");
      lines.computeIfAbsent(cells[0], k -> new ArrayList<>())
          .add(new double[] {Double.parseDouble(cells[1]), Double.parseDouble(cells[3])});
    }
    XYChart chart = new XYChartBuilder().width(900).height(520)
        .title("Peak memory of a training step on frames of 3x" + size + "x" + size
            + (computed ? " (some computed, see the table)" : ""))
        .xAxisTitle("frames").yAxisTitle("GiB resident").build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setSeriesColors(COLOURS);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setXAxisMin(0.0);
    lines.forEach((name, points) -> chart.addSeries(name,
        points.stream().mapToDouble(p -> p[0]).toArray(), points.stream().mapToDouble(p -> p[1]).toArray()));
    BitmapEncoder.saveBitmap(chart, args[1], BitmapEncoder.BitmapFormat.PNG);
  }
}
