package convlstm4j.cli.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.data.ByteScale;
import convlstm4j.data.Frames;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ThumbnailsTest {
  private static Tensor video(Shape shape, double... values) {
    Tensor t = Tensor.zeros(DType.FLOAT32, shape);
    for (int i = 0; i < values.length; i++) {
      t.set(i, values[i]);
    }
    return t;
  }

  private static int pixel(Tensor video, ByteScale scale, boolean blueFirst) {
    return Thumbnails.image(video, 0, scale, blueFirst).getRGB(1, 0) & 0xFFFFFF;
  }

  @Test
  void coloursAndScales() {
    Tensor planes = video(Shape.of(1, 1, 3, 1, 2), 0, 10, 0, 20, 0, 30);
    assertEquals(0x0A141E, pixel(planes, ByteScale.NONE, false));
    assertEquals(0x1E140A, pixel(planes, ByteScale.NONE, true));
    assertEquals(0x0A141E, pixel(planes, null, false), "from 0 to 255");
    Tensor last = video(Shape.of(1, 1, 1, 2, 3), 0, 0, 0, 10, 20, 30);
    assertEquals(
        0x0A141E,
        pixel(
            video(Shape.of(1, 1, 4, 2, 3), last.floats()[3] - 10, 0, 0, 10, 20, 30),
            ByteScale.NONE,
            false));
    assertEquals(
        0x808080, pixel(video(Shape.of(1, 1, 1, 1, 2), 0, 128 / 255.0), ByteScale.UNIT, false));
    ByteScale centred = new ByteScale(2 / 255.0, -1);
    assertEquals(0xFFFFFF, pixel(video(Shape.of(1, 1, 1, 1, 2), -1, 1), centred, false));
    assertEquals(0x808080, pixel(video(Shape.of(1, 1, 1, 1, 2), 1, 0.5), null, false));
    assertEquals(0xFFFFFF, pixel(video(Shape.of(1, 1, 1, 1, 2), -3, 5), null, false));
    Tensor pixels = Tensor.ofPixels(new byte[] {0, (byte) 200}, Shape.of(1, 1, 1, 1, 2));
    assertEquals(0xC8C8C8, pixel(pixels, ByteScale.UNIT, false));
  }

  /** However the frames are read. */
  @Test
  void keepsThoseThatAreWanted() {
    Tensor video = Tensor.zeros(DType.FLOAT32, Shape.of(1, 10, 1, 600, 900));
    Thumbnails some = new Thumbnails(f -> f == 2 || f == 7);
    Frames frames = watched(video, some);
    frames.read(0, 3);
    frames.read(2, 6);
    assertEquals(Set.of(2L), some.images().keySet());
    frames.read(6, 10);
    assertEquals(Set.of(2L, 7L), some.images().keySet());
    assertEquals(240, some.images().get(7L).getHeight());
    assertEquals(360, some.images().get(7L).getWidth());
    Thumbnails all = new Thumbnails(f -> f == 9);
    watched(video, all).all();
    assertEquals(Set.of(9L), all.images().keySet());
  }

  private static Frames watched(Tensor video, Thumbnails by) {
    Frames frames = Frames.of(video);
    return frames.watched((t, from) -> by.add(t, from, frames.byteScale(), frames.form()));
  }
}
