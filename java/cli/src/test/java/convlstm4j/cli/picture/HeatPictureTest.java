package convlstm4j.cli.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Frames;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeatPictureTest {
  private static final int CELL = 190;

  private static HeatPicture picture(Tensor video, Tensor gradient) {
    int frames = (int) video.shape().dim(1);
    Track track = new Track("x", true, Tracks.bounds(frames, 2), List.of(), List.of(), List.of());
    return new HeatPicture(video, gradient, Frames.of(video), track);
  }

  /** The hottest is nearly white. */
  private static boolean isHot(BufferedImage image, int x, int y) {
    return (image.getRGB(x, y) >> 8 & 255) > 150;
  }

  /** Hot is where gradient times input is, in the frame that has it; of all channels together. */
  @Test
  void hotIsWhatMadeTheScore() {
    for (boolean last : new boolean[] {false, true}) {
      Shape shape = last ? Shape.of(1, 3, 4, 5, 3) : Shape.of(1, 3, 3, 4, 5);
      Tensor video = Tensor.zeros(DType.FLOAT32, shape);
      Tensor gradient = Tensor.zeros(DType.FLOAT32, shape);
      for (int i = 0; i < video.size(); i++) {
        video.set(i, 0.5);
      }
      // Frame 1, row 1, column 3, the last channel; a black pixel has no part.
      int at = last ? 60 + (1 * 5 + 3) * 3 + 2 : 60 + 2 * 20 + 1 * 5 + 3;
      gradient.set(at, -2);
      gradient.set(at + (last ? 3 : 1), 9);
      video.set(at + (last ? 3 : 1), 0);
      BufferedImage image = picture(video, gradient).still("title");
      int high = CELL * 4 / 5;
      int top = 34 + 22 + high + 2;
      for (int frame = 0; frame < 3; frame++) {
        int left = 14 + frame * (CELL + 4);
        for (int row = 0; row < 4; row++) {
          for (int column = 0; column < 5; column++) {
            int x = left + column * CELL / 5 + CELL / 10;
            int y = top + row * high / 4 + high / 8;
            boolean hot = frame == 1 && row == 1 && column == 3;
            assertEquals(
                hot,
                x < image.getWidth() && frame < 2 && isHot(image, x, y),
                frame + " " + row + " " + column);
          }
        }
      }
      assertEquals(
          0xFFFFFF, image.getRGB(14 + 2 * (CELL + 4) + 5, 100) & 0xFFFFFF, "it ends there");
    }
  }

  @Test
  void nothingIsNoHeat() {
    Tensor none = Tensor.zeros(DType.FLOAT32, Shape.of(1, 1000, 1, 2, 900));
    HeatPicture picture = picture(none, none);
    BufferedImage image = picture.still("t".repeat(3000));
    assertTrue(image.getWidth() < 1300 && image.getHeight() < 2000, image.toString());
    assertTrue(picture.bytes("gif", "").length > 1000);
  }
}
