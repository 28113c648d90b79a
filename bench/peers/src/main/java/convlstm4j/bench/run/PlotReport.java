package convlstm4j.bench.run;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;

/** Bars: how many times as fast as tuned PyTorch, one group per task and pass. */
final class PlotReport {
  /** Told apart in all common forms of colour blindness: Okabe and Ito. */
  private static final Color[] COLOURS = {
    new Color(0xD55E00),
    new Color(0x0072B2),
    new Color(0x999999),
    new Color(0xE69F00),
    new Color(0x009E73),
    new Color(0xCC79A7),
    new Color(0x56B4E9)
  };

  /** Room for a task's name and pass below its bars. */
  private static final int GROUP_WIDTH = 130;

  private PlotReport() {}

  /**
   * Draws the plot.
   *
   * @return false if PyTorch or everyone else is missing, so that there is nothing to draw
   */
  static boolean write(Report report, Path png) throws IOException {
    List<Result> groups =
        report.results().stream()
            .filter(r -> r.contender.equals(report.yardstick()) && r.isMeasured())
            .toList();
    if (groups.isEmpty() || report.contenders().size() < 2) {
      return false;
    }
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(Math.max(1000, GROUP_WIDTH * groups.size()))
            .height(480)
            .title("Speed relative to " + report.yardstick() + " (higher is faster)")
            .build();
    chart
        .getStyler()
        .setLegendPosition(Styler.LegendPosition.OutsideS)
        .setLegendLayout(Styler.LegendLayout.Horizontal)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setSeriesColors(COLOURS);
    chart.getStyler().setAvailableSpaceFill(0.85).setYAxisMin(0.0).setYAxisDecimalPattern("0.#");
    chart.getStyler().setXAxisLabelRotation(0).setPlotGridVerticalLinesVisible(false);
    List<String> names = groups.stream().map(r -> r.task.name() + " " + r.pass.key()).toList();
    for (String c : report.contenders()) {
      List<Double> speeds = new ArrayList<>();
      for (Result g : groups) {
        Result r = report.find(g, c);
        speeds.add(r == null ? 0 : r.speedOver(g).orElse(0));
      }
      chart.addSeries(c, names, speeds);
    }
    BitmapEncoder.saveBitmap(chart, png.toString(), BitmapEncoder.BitmapFormat.PNG);
    return true;
  }
}
