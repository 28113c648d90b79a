package convlstm4j.cli.picture;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Boxes with arrows from one to another, from top to bottom. A box is below all that lead to it; an
 * arrow past several rows has a place of its own in each, so that it runs beside their boxes.
 */
public final class Diagram {
  private static final int WIDTH = 230;
  private static final int LINE = 17;
  private static final int SPACE = 26;
  private static final int ROW = 34;
  private static final int MARGIN = 20;
  private static final int TITLE = 34;
  private static final int THIN = 26;
  private static final int SWEEPS = 6;

  /** Pixels at most; what is larger is drawn smaller. */
  private static final double MOST_WIDTH = 8000;

  private static final double MOST_HEIGHT = 16000;

  /** A box, or, without lines, a place for an arrow to pass. */
  private static final class Box {
    private final List<String> lines;
    private final int colour;
    private final List<Box> from = new ArrayList<>();
    private final List<Box> to = new ArrayList<>();
    private int level;
    private double x;

    Box(List<String> lines, int colour) {
      this.lines = lines;
      this.colour = colour;
    }

    int width() {
      return lines.isEmpty() ? THIN : WIDTH;
    }

    int height() {
      return lines.size() * LINE + 10;
    }
  }

  private record Edge(int from, int to) {}

  private final List<Box> boxes = new ArrayList<>();
  private final List<Edge> edges = new ArrayList<>();

  /**
   * Adds a box.
   *
   * @param lines of text, the first is its name
   * @param colour index of one
   * @return its number
   */
  public int box(List<String> lines, int colour) {
    boxes.add(new Box(List.copyOf(lines), colour));
    return boxes.size() - 1;
  }

  /** Adds an arrow from a box to one that was added after it. */
  public void edge(int from, int to) {
    if (from >= to || to >= boxes.size()) {
      throw new IllegalArgumentException("from box " + from + " to " + to);
    }
    edges.add(new Edge(from, to));
  }

  /** Draws it below a title. */
  public BufferedImage draw(String title) {
    List<List<Box>> levels = levels();
    order(levels);
    int width = place(levels);
    int height = boxes.stream().mapToInt(Box::height).max().orElse(0);
    double allWidth = Math.max(width, WIDTH) + 2 * MARGIN;
    double allHeight = TITLE + levels.size() * (double) (height + ROW) - ROW + 2 * MARGIN;
    double scale = Math.min(1, Math.min(MOST_WIDTH / allWidth, MOST_HEIGHT / allHeight));
    BufferedImage image =
        Drawing.blank(
            Math.max(1, (int) Math.ceil(allWidth * scale)),
            Math.max(1, (int) Math.ceil(allHeight * scale)));
    Graphics2D g = Drawing.on(image);
    g.scale(scale, scale);
    g.setColor(Color.BLACK);
    g.setFont(Drawing.font(Font.BOLD, 16));
    g.drawString(Drawing.fitting(g, title, (int) allWidth - 2 * MARGIN), MARGIN, MARGIN + 14);
    for (List<Box> level : levels) {
      level.forEach(b -> arrows(g, b, height));
    }
    for (List<Box> level : levels) {
      level.stream().filter(b -> !b.lines.isEmpty()).forEach(b -> draw(g, b, height));
    }
    g.dispose();
    return image;
  }

  private static double y(Box box, int height) {
    return TITLE + MARGIN + (double) box.level * (height + ROW);
  }

  private List<List<Box>> levels() {
    boxes.forEach(
        b -> {
          b.level = 0;
          b.from.clear();
          b.to.clear();
        });
    for (int i = 0; i < boxes.size(); i++) {
      for (Edge e : edges) {
        if (e.to == i) {
          boxes.get(i).level = Math.max(boxes.get(i).level, boxes.get(e.from).level + 1);
        }
      }
    }
    int last = boxes.stream().mapToInt(b -> b.level).max().orElse(-1);
    List<List<Box>> levels = new ArrayList<>();
    for (int i = 0; i <= last; i++) {
      levels.add(new ArrayList<>());
    }
    boxes.forEach(b -> levels.get(b.level).add(b));
    for (Edge e : edges) {
      Box at = boxes.get(e.from);
      Box end = boxes.get(e.to);
      while (at.level + 1 < end.level) {
        Box place = new Box(List.of(), boxes.get(e.from).colour);
        place.level = at.level + 1;
        levels.get(place.level).add(place);
        join(at, place);
        at = place;
      }
      join(at, end);
    }
    return levels;
  }

  private static void join(Box from, Box to) {
    from.to.add(to);
    to.from.add(from);
  }

  /** Boxes are near those they are joined to: fewer arrows cross. */
  private static void order(List<List<Box>> levels) {
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      boolean down = sweep % 2 == 0;
      for (int i = 1; i < levels.size(); i++) {
        List<Box> before = levels.get(down ? i - 1 : levels.size() - i);
        List<Box> level = levels.get(down ? i : levels.size() - 1 - i);
        Map<Box, Integer> places = new HashMap<>();
        for (Box b : before) {
          places.put(b, places.size());
        }
        Map<Box, Double> mean = new HashMap<>();
        for (int k = 0; k < level.size(); k++) {
          Box b = level.get(k);
          double own = k;
          mean.put(b, (down ? b.from : b.to).stream().mapToInt(places::get).average().orElse(own));
        }
        level.sort(Comparator.comparingDouble(mean::get));
      }
    }
  }

  /** Puts each row in the middle; gives the widest. */
  private static int place(List<List<Box>> levels) {
    int widest = 0;
    for (List<Box> level : levels) {
      widest = Math.max(widest, width(level));
    }
    for (List<Box> level : levels) {
      double x = MARGIN + (Math.max(widest, WIDTH) - width(level)) / 2.0;
      for (Box b : level) {
        b.x = x;
        x += b.width() + SPACE;
      }
    }
    return widest;
  }

  private static int width(List<Box> level) {
    return level.stream().mapToInt(Box::width).sum() + (level.size() - 1) * SPACE;
  }

  private static void arrows(Graphics2D g, Box from, int height) {
    double x = from.x + from.width() / 2.0;
    double y = y(from, height) + (from.lines.isEmpty() ? height : from.height());
    g.setColor(Color.GRAY);
    g.setStroke(new BasicStroke(1.5f));
    if (from.lines.isEmpty()) {
      Path2D through = new Path2D.Double();
      through.moveTo(x, y(from, height));
      through.lineTo(x, y);
      g.draw(through);
    }
    for (Box to : from.to) {
      double endX = to.x + to.width() / 2.0;
      double endY = y(to, height);
      double bend = (endY - y) / 2;
      Path2D path = new Path2D.Double();
      path.moveTo(x, y);
      path.curveTo(x, y + bend, endX, endY - bend, endX, endY);
      g.draw(path);
      if (!to.lines.isEmpty()) {
        Path2D head = new Path2D.Double();
        head.moveTo(endX - 4, endY - 8);
        head.lineTo(endX + 4, endY - 8);
        head.lineTo(endX, endY);
        head.closePath();
        g.fill(head);
      }
    }
  }

  private static void draw(Graphics2D g, Box box, int height) {
    Color colour = Drawing.colour(box.colour);
    int x = (int) Math.round(box.x);
    int y = (int) Math.round(y(box, height));
    g.setColor(Color.WHITE);
    g.fillRoundRect(x, y, WIDTH, box.height(), 10, 10);
    g.setColor(Drawing.pale(colour));
    g.fillRoundRect(x, y, WIDTH, box.height(), 10, 10);
    g.setColor(colour.darker());
    g.setStroke(new BasicStroke(1.5f));
    g.drawRoundRect(x, y, WIDTH, box.height(), 10, 10);
    g.setColor(Color.BLACK);
    for (int i = 0; i < box.lines.size(); i++) {
      g.setFont(Drawing.font(i == 0 ? Font.BOLD : Font.PLAIN, 12));
      String text = Drawing.fitting(g, box.lines.get(i), WIDTH - 12);
      Drawing.centred(g, text, x + WIDTH / 2, y + 5 + LINE * (i + 1) - 4);
    }
  }
}
