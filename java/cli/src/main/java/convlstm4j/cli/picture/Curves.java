package convlstm4j.cli.picture;

import convlstm4j.io.file.Printable;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Curves with axes, in one chart. */
public final class Curves {
  /** Of a name in the legend. */
  private static final int LONGEST = 40;

  /** No name of a line, which are printable. */
  private static final String BETWEEN = "\0";

  /** Few points are shown, too. */
  private static final int MARKED = 12;

  private record Line(String name, List<Double> x, List<Double> y, Color colour, boolean dashed) {}

  private final String title;
  private final String xTitle;
  private final String yTitle;
  private final List<Line> lines = new ArrayList<>();
  private boolean unit;

  /** Titles of the chart and of its axes. */
  public Curves(String title, String xTitle, String yTitle) {
    this.title = title;
    this.xTitle = xTitle;
    this.yTitle = yTitle;
  }

  /** Both axes from 0 to 1. */
  Curves unit() {
    unit = true;
    return this;
  }

  /**
   * Adds a curve; points that are not finite are left out.
   *
   * @param colour index of one; lines that belong together have one
   * @param dashed whether it is the second of two that belong together
   */
  public Curves line(String name, double[] x, double[] y, int colour, boolean dashed) {
    List<Double> xs = new ArrayList<>();
    List<Double> ys = new ArrayList<>();
    for (int i = 0; i < x.length; i++) {
      if (Double.isFinite(x[i]) && Double.isFinite(y[i])) {
        xs.add(x[i]);
        ys.add(y[i]);
      }
    }
    if (!xs.isEmpty()) {
      lines.add(new Line(Printable.line(name), xs, ys, Drawing.colour(colour), dashed));
    }
    return this;
  }

  /** Draws it; without a curve, empty axes. */
  public BufferedImage draw(int width, int height) {
    XYChart chart = new XYChartBuilder().width(width).height(height).build();
    chart.setTitle(Printable.line(title));
    chart.setXAxisTitle(Printable.line(xTitle));
    chart.setYAxisTitle(Printable.line(yTitle));
    chart
        .getStyler()
        .setLegendPosition(Styler.LegendPosition.OutsideE)
        .setLegendVisible(lines.size() > 1)
        .setLegendBorderColor(Color.WHITE)
        .setChartBackgroundColor(Color.WHITE)
        .setChartTitleFont(Drawing.font(java.awt.Font.BOLD, 14))
        .setLegendFont(Drawing.font(java.awt.Font.PLAIN, 12))
        .setPlotBorderColor(Color.LIGHT_GRAY);
    chart.getStyler().setAxisTitleFont(Drawing.font(java.awt.Font.PLAIN, 12));
    chart.getStyler().setAxisTickLabelsFont(Drawing.font(java.awt.Font.PLAIN, 11));
    chart.getStyler().setLocale(java.util.Locale.ROOT);
    if (unit || lines.isEmpty()) {
      chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0).setYAxisMin(0.0).setYAxisMax(1.0);
    }
    Set<String> names = new LinkedHashSet<>();
    for (Line line : lines) {
      String name =
          line.name.isEmpty()
              ? "?"
              : line.name.length() > LONGEST ? line.name.substring(0, LONGEST) + "…" : line.name;
      while (!names.add(name)) {
        name += "'"; // the chart wants them different
      }
      XYSeries series = chart.addSeries(name, line.x, line.y);
      series.setMarker(
          line.x.size() <= MARKED && !line.dashed ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
      series.setMarkerColor(line.colour);
      series.setLineColor(line.colour);
      series.setLineStyle(
          line.dashed
              ? new BasicStroke(
                  2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {6, 5}, 0)
              : new BasicStroke(2));
    }
    spreadTicks(chart);
    BufferedImage image = Drawing.blank(width, height);
    Graphics2D g = Drawing.on(image);
    if (lines.isEmpty()) {
      XYSeries nothing = chart.addSeries(" ", new double[] {0}, new double[] {0});
      nothing.setMarker(SeriesMarkers.NONE);
    }
    chart.paint(g, width, height);
    g.dispose();
    return image;
  }

  /**
   * Where the values of y are equally spaced, the chart marks them and nothing else: 0 and 1, or
   * 0.5777777777777778. A point that is not drawn lies between them, so that round numbers are
   * marked.
   */
  private void spreadTicks(XYChart chart) {
    double min = unit ? 0 : Double.POSITIVE_INFINITY;
    double max = unit ? 1 : Double.NEGATIVE_INFINITY;
    for (Line line : lines) {
      for (double y : line.y) {
        min = Math.min(min, y);
        max = Math.max(max, y);
      }
    }
    if (min < max) {
      double[] x = {lines.get(0).x.get(0)};
      XYSeries between = chart.addSeries(BETWEEN, x, new double[] {min + (max - min) * 0.37});
      between.setMarker(SeriesMarkers.NONE).setShowInLegend(false);
    }
  }
}
