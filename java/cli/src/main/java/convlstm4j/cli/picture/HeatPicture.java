package convlstm4j.cli.picture;

import convlstm4j.data.Frames;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.LongPredicate;

/**
 * Which pixels made a score: gradient times input, without its sign, added up over the channels, as
 * heat on the frames. Scaled by one number for the whole video, so that frames compare.
 */
public final class HeatPicture {
  private static final int STILL = 24;
  private static final int MOVING = 60;
  private static final int COLUMNS = 6;
  private static final int CELL = 190;
  private static final int MOVING_CELL = 320;
  private static final int MARGIN = 14;
  private static final int TITLE = 34;
  private static final int CAPTION = 22;

  /** The hottest few pixels do not make all others dark. */
  private static final double FULL = 0.999;

  private final Tensor heat;
  private final double full;
  private final Tensor video;
  private final Frames frames;
  private final Track track;

  /**
   * Of one video.
   *
   * @param video {@code [1, T, C, H, W]}, or {@code [1, T, H, W, C]}
   * @param gradient of the same shape
   * @param frames how the video is read
   * @param track a row for each frame
   */
  public HeatPicture(Tensor video, Tensor gradient, Frames frames, Track track) {
    this.video = video;
    this.frames = frames;
    this.track = track;
    this.heat = heat(video, gradient);
    double[] sorted = new double[heat.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = heat.get(i);
    }
    Arrays.sort(sorted);
    double most = sorted[(int) Math.min(sorted.length - 1L, Math.round(FULL * sorted.length))];
    this.full = most > 0 ? most : Math.max(sorted[sorted.length - 1], Double.MIN_NORMAL);
  }

  /** {@code [T, H, W]}. */
  private static Tensor heat(Tensor video, Tensor gradient) {
    Shape s = video.shape();
    boolean last = Thumbnails.isLast(s);
    int channels = (int) s.dim(last ? 4 : 2);
    int plane = (int) (s.dim(last ? 2 : 3) * s.dim(last ? 3 : 4));
    int steps = (int) s.dim(1);
    Tensor heat =
        Tensor.zeros(gradient.dtype(), Shape.of(steps, s.dim(last ? 2 : 3), s.dim(last ? 3 : 4)));
    for (int t = 0; t < steps; t++) {
      for (int i = 0; i < plane; i++) {
        double sum = 0;
        for (int c = 0; c < channels; c++) {
          int at = t * plane * channels + (last ? i * channels + c : c * plane + i);
          sum += Math.abs(video.get(at) * gradient.get(at));
        }
        heat.set(t * plane + i, sum);
      }
    }
    return heat;
  }

  /**
   * The file.
   *
   * @param ending png or gif
   * @param title one line
   */
  public byte[] bytes(String ending, String title) {
    return ending.equals("gif") ? moving(title) : PictureFile.png(still(title));
  }

  /** Some frames, up to the last with any heat: what comes after a score has no part in it. */
  private SortedMap<Long, BufferedImage> some(int most) {
    int shown = shown();
    double[] bounds = new double[shown + 1];
    for (int i = 0; i < shown; i++) {
      bounds[i] = track.start(i);
    }
    bounds[shown] = track.end(shown - 1);
    LongPredicate wanted = TrackPicture.evenly(bounds, most);
    Thumbnails thumbnails = new Thumbnails(wanted);
    thumbnails.add(video, 0, frames.byteScale(), frames.form());
    return thumbnails.images();
  }

  private int shown() {
    int plane = heat.size() / track.rows();
    for (int i = heat.size() - 1; i >= 0; i--) {
      if (heat.get(i) > 0) {
        return i / plane + 1;
      }
    }
    return track.rows();
  }

  /** Frames above, with their heat below. */
  BufferedImage still(String title) {
    SortedMap<Long, BufferedImage> images = some(STILL);
    int high = high(images, CELL);
    int rows = (images.size() + COLUMNS - 1) / COLUMNS;
    BufferedImage all =
        Drawing.blank(
            2 * MARGIN + COLUMNS * (CELL + 4), TITLE + rows * (2 * high + CAPTION + 10) + MARGIN);
    Graphics2D g = title(all, title);
    int i = 0;
    for (var e : images.entrySet()) {
      int x = MARGIN + i % COLUMNS * (CELL + 4);
      int y = TITLE + i / COLUMNS * (2 * high + CAPTION + 10);
      g.drawString(time(e.getKey()), x, y + 15);
      g.drawImage(e.getValue(), x, y + CAPTION, CELL, high, null);
      hot(g, e.getKey(), e.getValue(), x, y + CAPTION + high + 2, CELL, high);
      i++;
    }
    g.dispose();
    return all;
  }

  private byte[] moving(String title) {
    SortedMap<Long, BufferedImage> images = some(MOVING);
    int high = high(images, MOVING_CELL);
    List<Long> order = new ArrayList<>(images.keySet());
    Iterator<Long> left = order.iterator();
    double time = track.end(shown() - 1) - track.start();
    double length = track.isTimed() ? Math.min(20, time) : order.size() / 8.0;
    return PictureFile.gif(
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return left.hasNext();
          }

          @Override
          public BufferedImage next() {
            long frame = left.next();
            BufferedImage image =
                Drawing.blank(2 * MARGIN + 2 * MOVING_CELL + 4, TITLE + CAPTION + high + MARGIN);
            Graphics2D g = title(image, title);
            g.drawString(time(frame), MARGIN, TITLE + 15);
            g.drawImage(images.get(frame), MARGIN, TITLE + CAPTION, MOVING_CELL, high, null);
            int x = MARGIN + MOVING_CELL + 4;
            hot(
                g,
                frame,
                Objects.requireNonNull(images.get(frame)),
                x,
                TITLE + CAPTION,
                MOVING_CELL,
                high);
            g.dispose();
            return image;
          }
        },
        length / order.size());
  }

  private static int high(SortedMap<Long, BufferedImage> images, int wide) {
    BufferedImage first = Objects.requireNonNull(images.get(images.firstKey()));
    double high = (double) wide * first.getHeight() / first.getWidth();
    return (int) Math.max(1, Math.min(2.0 * wide, Math.rint(high)));
  }

  private static Graphics2D title(BufferedImage image, String title) {
    Graphics2D g = Drawing.on(image);
    g.setColor(Color.BLACK);
    g.setFont(Drawing.font(Font.BOLD, 15));
    g.drawString(Drawing.fitting(g, title, image.getWidth() - 2 * MARGIN), MARGIN, MARGIN + 10);
    g.setFont(Drawing.font(Font.PLAIN, 12));
    return g;
  }

  private String time(long frame) {
    return track.time((int) frame);
  }

  /** The frame, grey and dark, under its heat. */
  private void hot(
      Graphics2D g, long frame, BufferedImage image, int x, int y, int wide, int high) {
    BufferedImage grey =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D on = grey.createGraphics();
    on.drawImage(image, 0, 0, null);
    on.dispose();
    g.drawImage(grey, x, y, wide, high, null);
    g.setColor(new Color(0, 0, 0, 110));
    g.fillRect(x, y, wide, high);
    g.drawImage(colours(frame), x, y, wide, high, null);
    g.setColor(Color.BLACK);
  }

  /** From nothing over red and yellow to white. */
  private BufferedImage colours(long frame) {
    int h = (int) heat.shape().dim(1);
    int w = (int) heat.shape().dim(2);
    BufferedImage image = new BufferedImage(w, h, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < h * w; i++) {
      double v = Math.sqrt(Math.min(1, heat.get((int) frame * h * w + i) / full));
      int red = (int) Math.round(255 * Math.min(1, 2 * v));
      int green = (int) Math.round(255 * Math.max(0, Math.min(1, 2 * v - 0.7)));
      int blue = (int) Math.round(255 * Math.max(0, 4 * v - 3));
      int alpha = (int) Math.round(230 * Math.min(1, 1.5 * v));
      image.setRGB(i % w, i / w, alpha << 24 | red << 16 | green << 8 | blue);
    }
    return image;
  }
}
