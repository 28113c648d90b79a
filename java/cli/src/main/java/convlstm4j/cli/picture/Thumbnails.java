package convlstm4j.cli.picture;

import convlstm4j.data.ByteScale;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.InputForm;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Small pictures of some frames of one video, made as the frames are read, so that nothing is
 * decoded twice and hours take no more memory than seconds.
 */
public final class Thumbnails {
  private static final int MOST_HEIGHT = 240;
  private static final int MOST_WIDTH = 426;
  private static final int CHANNELS = 3;

  private final LongPredicate wanted;
  private final SortedMap<Long, BufferedImage> images = new TreeMap<>();

  /**
   * Of one video.
   *
   * @param wanted whether a picture of a frame is kept; of few of them
   */
  public Thumbnails(LongPredicate wanted) {
    this.wanted = wanted;
  }

  /** The pictures of the frames that were seen, by frame. */
  public SortedMap<Long, BufferedImage> images() {
    return images;
  }

  /**
   * Sees some frames.
   *
   * @param read {@code [1, T, C, H, W]}, or {@code [1, T, H, W, C]}
   * @param from number of the first frame
   * @param scale what bytes became, if that is known
   * @param form how the frames are made
   */
  public void add(Tensor read, long from, Optional<ByteScale> scale, InputForm form) {
    boolean blueFirst = form.frames().map(f -> f.colours() == Colours.BGR).orElse(false);
    for (int i = 0; i < read.shape().dim(1); i++) {
      long frame = from + i;
      if (wanted.test(frame) && !images.containsKey(frame)) {
        BufferedImage image = image(read, i, scale.orElse(null), blueFirst);
        images.put(frame, Drawing.reduced(image, MOST_WIDTH, MOST_HEIGHT));
      }
    }
  }

  /**
   * Draws a frame.
   *
   * @param video {@code [1, T, C, H, W]}, or {@code [1, T, H, W, C]} where the last axis alone can
   *     be colours
   * @param scale what bytes became; null if that is not known
   * @param blueFirst whether the first of three channels is blue
   */
  public static BufferedImage image(
      Tensor video, int frame, @Nullable ByteScale scale, boolean blueFirst) {
    Shape s = video.shape();
    boolean last = isLast(s);
    int channels = (int) s.dim(last ? 4 : 2);
    int height = (int) s.dim(last ? 2 : 3);
    int width = (int) s.dim(last ? 3 : 4);
    int start = frame * channels * height * width;
    int pixelStep = last ? channels : 1;
    int channelStep = last ? 1 : height * width;
    double[] byteOf =
        scale == null ? guess(video, start, channels * height * width) : inverse(scale);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < height * width; i++) {
      int rgb = 0;
      for (int c = 0; c < CHANNELS; c++) {
        int channel = channels < CHANNELS ? 0 : blueFirst ? CHANNELS - 1 - c : c;
        double v = video.get(start + i * pixelStep + channel * channelStep);
        rgb = rgb << 8 | (int) Math.max(0, Math.min(255, Math.round(v * byteOf[0] + byteOf[1])));
      }
      image.setRGB(i % width, i / width, rgb);
    }
    return image;
  }

  /** Whether the colours are the last axis. */
  static boolean isLast(Shape s) {
    return !isColours(s.dim(2)) && isColours(s.dim(4));
  }

  private static boolean isColours(long n) {
    return n == 1 || n == CHANNELS;
  }

  private static double[] inverse(ByteScale scale) {
    return new double[] {1 / scale.factor(), -scale.offset() / scale.factor()};
  }

  /** Numbers are from 0 to 1, from 0 to 255, or are spread over what there is. */
  private static double[] guess(Tensor video, int start, int length) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (int i = start; i < start + length; i++) {
      min = Math.min(min, video.get(i));
      max = Math.max(max, video.get(i));
    }
    if (min >= 0 && max <= 255) {
      return new double[] {max <= 1 ? 255 : 1, 0};
    }
    double factor = 255 / (max - min);
    return new double[] {factor, -min * factor};
  }
}
