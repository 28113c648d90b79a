package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.FramePreparation;
import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.data.FramePreparation.Fit;
import convlstm4j.data.folder.FolderException;
import convlstm4j.data.folder.FrameFiles;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of pictures as videos. */
@ExtendWith(WithFfmpeg.class)
class PictureFolderTest {
  private static final int RATE = 25;

  /** How many rates had their turn: by default each is tried with one preparation. */
  private static int rates;

  @TempDir static Path common;

  @TempDir Path dir;

  /** A film without loss, and its frames as PNG: the same video, however it is prepared. */
  @ParameterizedTest
  @CsvSource({"0", "25", "8", "12.5", "60", "0.7"})
  void aFilmAndItsPicturesAreOneVideo(double rate) throws IOException {
    Path film = common.resolve("film.mkv");
    Path folder = common.resolve("film");
    if (Files.notExists(film)) {
      Files.createDirectory(folder);
      String source = "testsrc2=s=50x38:r=25:d=1.32,format=bgr0";
      Clips.run(
          ("ffmpeg -v error -f lavfi -i "
                  + source
                  + " -c:v ffv1 "
                  + film
                  + " "
                  + folder
                  + "/f%d.png")
              .split(" "));
    }
    List<FramePreparation> all =
        List.of(
            new FramePreparation(0, 0, Fit.STRETCH, rate, Colours.RGB),
            new FramePreparation(12, 20, Fit.CROP, rate, Colours.BGR),
            new FramePreparation(20, 20, Fit.LETTERBOX, rate, Colours.GREY));
    List<FramePreparation> turn = List.of(all.get(rates++ % all.size()));
    for (FramePreparation p : Boolean.getBoolean("full") ? all : turn) {
      try (VideoFile a = VideoFile.open(film, p);
          VideoFile b = VideoFile.ofPictures(folder, p, RATE)) {
        assertEquals(a.shape(), b.shape());
        assertEquals(p.scales() ? p.height() : 38, a.shape().dim(2));
        int frames = (int) a.shape().dim(0);
        assertArrayEquals(
            a.readFrames(0, frames, DType.FLOAT32).floats(),
            b.readFrames(0, frames, DType.FLOAT32).floats());
        for (int i = 0; i < frames; i++) {
          assertEquals(a.seconds(i).getAsDouble(), b.seconds(i).getAsDouble(), 0.0011);
        }
        assertEquals(a.end().getAsDouble(), b.end().getAsDouble(), 0.0411);
      }
    }
  }

  @Test
  void numbersInNamesCount() {
    List<String> names =
        List.of(
            "1.png",
            "01.png",
            "2.png",
            "9.png",
            "010.png",
            "11.png",
            "a.png",
            "a1b2.png",
            "a1b10.png",
            "a2.png",
            "a10b.png",
            "b99999999999999999999.png",
            "b100000000000000000000.png");
    List<String> shuffled = new ArrayList<>(names);
    Collections.shuffle(shuffled, new Random(5));
    shuffled.sort(PictureFolder::inOrder);
    List<String> expected = new ArrayList<>(names);
    Collections.swap(expected, 0, 1); // equal but for zeros: as text
    assertEquals(expected, shuffled);
  }

  /** Each frame is of one brightness. */
  @Test
  void anyOrderIsThatOfTheNumbers() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("v"));
    for (int i = 1; i <= 40; i++) {
      grey(folder.resolve("img" + i + ".png"), 5 * i);
    }
    Files.writeString(folder.resolve("notes.txt"), "no frame");
    Files.writeString(folder.resolve(".hidden.png"), "no frame");
    try (VideoFile v = VideoFile.ofPictures(folder, FramePreparation.NONE, 10)) {
      assertEquals(Shape.of(40, 3, 8, 8), v.shape());
      assertEquals(3.9, v.seconds(39).getAsDouble(), 1e-12);
      assertEquals(4.0, v.end().getAsDouble(), 1e-12);
      for (int from : new int[] {0, 30, 5, 6, 39, 0}) {
        assertEquals(5 * (from + 1), v.readFrames(from, from + 1, DType.FLOAT32).get(0));
      }
    }
  }

  /** Kinds and sizes that change, sixteen bits, transparency, palettes. */
  @Test
  void allKindsOfPictures() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("v"));
    String source = "color=c=0x6496C8:s=16x16";
    List<Clips.Clip> made = new ArrayList<>();
    int n = 0;
    for (String pixels : List.of("rgb24", "rgba", "rgb48be", "rgba64be")) {
      made.add(Clips.Clip.of(n++ + ".png", source, "-frames:v", "1", "-pix_fmt", pixels));
    }
    for (String pixels : List.of("yuvj420p", "yuvj444p", "yuvj422p")) {
      made.add(
          Clips.Clip.of(n++ + ".jpg", source, "-frames:v", "1", "-pix_fmt", pixels, "-q:v", "1"));
    }
    made.add(Clips.Clip.of(n++ + ".JPEG", "color=c=0x6496C8:s=40x24", "-frames:v", "1"));
    Clips.makeAll(folder, made);
    byte[][] palette = {{0, 0x64}, {0, (byte) 0x96}, {0, (byte) 0xC8}};
    var colours = new IndexColorModel(8, 2, palette[0], palette[1], palette[2]);
    BufferedImage few = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_INDEXED, colours);
    BufferedImage clear = new BufferedImage(16, 16, BufferedImage.TYPE_INT_ARGB);
    for (int i = 0; i < 256; i++) {
      few.getRaster().setSample(i % 16, i / 16, 0, 1);
      clear.setRGB(i % 16, i / 16, 0x016496C8); // hardly seen, and a colour all the same
    }
    ImageIO.write(few, "png", folder.resolve(n++ + ".png").toFile());
    ImageIO.write(clear, "png", folder.resolve(n++ + ".png").toFile());
    FramePreparation p = new FramePreparation(8, 8, Fit.STRETCH, 0, Colours.RGB);
    try (VideoFile v = VideoFile.ofPictures(folder, p, RATE)) {
      assertEquals(Shape.of(n, 3, 8, 8), v.shape());
      Tensor all = v.readFrames(0, n, DType.FLOAT32);
      int[] colour = {0x64, 0x96, 0xC8};
      for (int i = 0; i < all.size(); i++) {
        assertEquals(colour[i / 64 % 3], all.get(i), 3, "picture " + i / 192);
      }
    }
    refused(folder, FramePreparation.NONE, "7.JPEG is of 24x40 pixels (height x width), 0.png of");
  }

  /** A picture of four quarters, written in each of the eight ways, is seen as it is. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void turnedAsExifSays(int orientation) throws IOException {
    Path folder = Files.createDirectory(dir.resolve("v"));
    int height = 32;
    int width = 48;
    boolean transposed = orientation >= 5;
    int storedHeight = transposed ? width : height;
    int storedWidth = transposed ? height : width;
    BufferedImage stored =
        new BufferedImage(storedWidth, storedHeight, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < storedHeight; y++) {
      for (int x = 0; x < storedWidth; x++) {
        // EXIF 2.32, tag 274: where the stored rows and columns lie in what is seen.
        int row = transposed ? x : y;
        int column = transposed ? y : x;
        boolean upsideDown = List.of(3, 4, 7, 8).contains(orientation);
        boolean mirrored = List.of(2, 3, 6, 7).contains(orientation);
        row = upsideDown ? height - 1 - row : row;
        column = mirrored ? width - 1 - column : column;
        stored.getRaster().setSample(x, y, 0, value(row, column, height, width));
      }
    }
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    ImageIO.write(stored, "jpg", jpeg);
    Files.write(folder.resolve("1.jpg"), withExif(jpeg.toByteArray(), orientation));
    FramePreparation grey = FramePreparation.NONE.colours(Colours.GREY);
    try (VideoFile v = VideoFile.ofPictures(folder, grey, RATE)) {
      assertEquals(Shape.of(1, 1, height, width), v.shape());
      Tensor seen = v.readFrames(0, 1, DType.FLOAT32);
      for (int y = 4; y < height; y += 8) {
        for (int x = 4; x < width; x += 8) {
          assertEquals(value(y, x, height, width), seen.get(y * width + x), 6, y + ", " + x);
        }
      }
    }
  }

  private static int value(int row, int column, int height, int width) {
    return 20 + (row < height / 2 ? 0 : 60) + (column < width / 2 ? 0 : 120);
  }

  private static byte[] withExif(byte[] jpeg, int orientation) {
    byte[] exif = {
      (byte) 0xFF,
      (byte) 0xE1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      1,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      (byte) orientation,
      0,
      0,
      0,
      0,
      0,
      0
    };
    return inserted(jpeg, exif);
  }

  /** A segment behind the first marker. */
  private static byte[] inserted(byte[] jpeg, byte[] segment) {
    byte[] all = new byte[jpeg.length + segment.length];
    System.arraycopy(jpeg, 0, all, 0, 2);
    System.arraycopy(segment, 0, all, 2, segment.length);
    System.arraycopy(jpeg, 2, all, 2 + segment.length, jpeg.length - 2);
    return all;
  }

  /** Telephones write a second picture behind the first. */
  @Test
  void whatComesAfterAPictureIsNoFrame() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("v"));
    // Those of one kind, one after the other, are decoded by one run.
    for (int i = 0; i < 6; i++) {
      String ending = i < 3 ? "jpg" : "png";
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.write(image(40 * i), ending, bytes);
      ImageIO.write(image(255), ending, bytes);
      Files.write(folder.resolve(i + "." + ending), bytes.toByteArray());
    }
    try (VideoFile v = VideoFile.ofPictures(folder, FramePreparation.NONE, RATE)) {
      assertEquals(6, v.shape().dim(0));
      Tensor all = v.readFrames(0, 6, DType.FLOAT32);
      for (int i = 0; i < 6; i++) {
        assertEquals(40 * i, all.get(i * 192), 3);
      }
    }
  }

  /** Pictures for print: Adobe's inks, which are stored inverted. */
  @Test
  void fourColours() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("v"));
    WritableRaster raster = Raster.createInterleavedRaster(0, 16, 16, 4, null);
    for (int i = 0; i < 256; i++) {
      raster.setPixel(i % 16, i / 16, new int[] {255, 155, 55, 235});
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (var out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(new IIOImage(raster, null, null));
    } finally {
      writer.dispose();
    }
    byte[] adobe = {
      (byte) 0xFF, (byte) 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };
    Files.write(folder.resolve("1.jpg"), bytes.toByteArray());
    refused(folder, FramePreparation.NONE, "1.jpg: has four colours, and no Adobe marker");
    Files.write(folder.resolve("1.jpg"), inserted(bytes.toByteArray(), adobe));
    try (VideoFile v = VideoFile.ofPictures(folder, FramePreparation.NONE, RATE)) {
      assertEquals(Shape.of(1, 3, 16, 16), v.shape());
      Tensor x = v.readFrames(0, 1, DType.FLOAT32);
      int[] expected = {255 * 235 / 255, 155 * 235 / 255, 55 * 235 / 255};
      for (int i = 0; i < x.size(); i++) {
        assertEquals(expected[i / 256], x.get(i), 4, "" + i);
      }
    }
  }

  @Test
  void whatIsNoFolderOfPicturesIsRefused() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("v"));
    refused(folder, FramePreparation.NONE, "holds no pictures, expected files that end in png");
    Path text = Files.writeString(folder.resolve("3.png"), "no picture");
    refused(folder, FramePreparation.NONE, "3.png: is no picture, expected a PNG or JPEG");
    Files.write(text, new byte[0]);
    refused(folder, FramePreparation.NONE, "3.png: is empty");
    Files.delete(text);
    grey(folder.resolve("1.png"), 50);
    grey(folder.resolve("2.png"), 60);
    byte[] png = Files.readAllBytes(folder.resolve("2.png"));
    Files.write(folder.resolve("2.png"), Arrays.copyOf(png, png.length - 9));
    refused(folder, FramePreparation.NONE, "2.png: is cut off after " + (png.length - 9));
    png[45] ^= 8; // in the pixels
    Files.write(folder.resolve("2.png"), png);
    refused(folder, FramePreparation.NONE, "2.png: is damaged: a checksum of it is wrong");
    grey(folder.resolve("2.png"), 60);
    grey(folder.resolve("2.jpg"), 60);
    refused(folder, FramePreparation.NONE, "holds 2.jpg and 2.png, expected one picture");
    Files.delete(folder.resolve("2.png"));
    byte[] jpeg = Files.readAllBytes(folder.resolve("2.jpg"));
    Files.write(folder.resolve("2.jpg"), Arrays.copyOf(jpeg, jpeg.length - 2));
    refused(folder, FramePreparation.NONE, "2.jpg: is cut off after");
    assertThrows(
        IllegalArgumentException.class,
        () -> VideoFile.ofPictures(folder, FramePreparation.NONE, 0));
  }

  /** Sound by its structure, and its pixels are not: said by its name when it is read. */
  @Test
  void whatCannotBeDecodedIsNamed() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("v"));
    for (int i = 0; i < 4; i++) {
      ImageIO.write(noise(i), "jpg", folder.resolve(i + ".jpg").toFile());
    }
    byte[] jpeg = Files.readAllBytes(folder.resolve("2.jpg"));
    int half = jpeg.length / 2;
    byte[] cut = Arrays.copyOf(jpeg, half + 2);
    cut[half] = (byte) 0xFF;
    cut[half + 1] = (byte) 0xD9;
    Files.write(folder.resolve("2.jpg"), cut);
    try (VideoFile v = VideoFile.ofPictures(folder, FramePreparation.NONE, RATE)) {
      String message =
          assertThrows(VideoException.class, () -> v.readFrames(0, 4, DType.FLOAT32)).getMessage();
      assertTrue(message.contains("2.jpg: ffmpeg cannot decode it"), message);
    }
  }

  @Test
  void aPictureThatGoesWhileItIsReadIsNamed() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("v"));
    for (int i = 0; i < 3; i++) {
      grey(folder.resolve(i + ".png"), 10 * i);
    }
    try (VideoFile v = VideoFile.ofPictures(folder, FramePreparation.NONE, RATE)) {
      Files.delete(folder.resolve("1.png"));
      String message =
          assertThrows(VideoException.class, () -> v.readFrames(0, 3, DType.FLOAT32)).getMessage();
      assertTrue(message.contains("1.png: cannot be read"), message);
    }
  }

  @Test
  void aReaderThatStopsLeavesNoProcess() throws IOException {
    Path folder = Files.createDirectory(dir.resolve("v"));
    // More than are decoded ahead.
    for (int i = 0; i < 120; i++) {
      ImageIO.write(noise(i), "png", folder.resolve(i + ".png").toFile());
    }
    VideoFile v = VideoFile.ofPictures(folder, FramePreparation.NONE, RATE);
    v.readFrames(0, 1, DType.FLOAT32);
    v.close();
    assertEquals(0, Clips.running());
  }

  /** Beside films and arrays, in folders for labels, and with labels by seconds. */
  @Test
  void inAFolderOfVideos() throws IOException {
    Path data = Files.createDirectory(dir.resolve("data"));
    Clips.make(data.resolve("film.mkv"), "testsrc2=s=8x8:r=5:d=2");
    for (int i = 0; i < 10; i++) {
      grey(Files.createDirectories(data.resolve("take 2")).resolve(i + ".png"), i);
    }
    Files.createDirectory(data.resolve("empty"));
    Files.writeString(
        data.resolve("labels.csv"), "id,start,end,label\ntake 2,1,1.5,goal\nfilm,0,1,goal\n");
    VideoFolder videos = VideoFolder.open(data).pictureRate(5);
    assertEquals(List.of("film", "take 2"), videos.ids());
    assertEquals(10, videos.frames("take 2"));
    assertEquals(2, videos.seconds("take 2").orElseThrow()[10], 1e-12);
    try (var batches = videos.open(0, 0)) {
      batches.next();
      var batch = batches.next();
      assertEquals(Shape.of(1, 10, 3, 8, 8), batch.inputs().get(0).shape());
      for (int i = 0; i < 10; i++) {
        assertEquals(i == 5 || i == 6 || i == 7 ? 1 : 0, batch.targets().get(0).get(i), "" + i);
        assertEquals(i / 255f, (float) batch.inputs().get(0).get(192 * i), 1e-6);
      }
    }
    Files.delete(data.resolve("labels.csv"));
    Path classes = Files.createDirectory(dir.resolve("classes"));
    Files.move(data, classes.resolve("goal"));
    assertEquals(List.of("goal/film", "goal/take 2"), VideoFolder.open(classes).ids());
    String message =
        assertThrows(
                FolderException.class,
                () -> VideoFolder.open(classes.resolve("goal").resolve("take 2")))
            .getMessage();
    assertTrue(message.contains("its pictures are one video"), message);
    grey(classes.resolve("goal").resolve("take 2").resolve("a/1.png"), 3);
    assertTrue(
        assertThrows(FolderException.class, () -> VideoFolder.open(classes))
            .getMessage()
            .contains("take 2: holds pictures and folders of pictures such as a"));
    assertTrue(
        assertThrows(
                FolderException.class,
                () ->
                    FrameFiles.open(
                        classes.resolve("goal").resolve("empty"), FramePreparation.NONE, RATE))
            .getMessage()
            .contains("holds no pictures"));
  }

  private static BufferedImage image(int value) {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 64; i++) {
      image.getRaster().setSample(i % 8, i / 8, 0, value);
    }
    return image;
  }

  private static BufferedImage noise(long seed) {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(96, 96, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 96 * 96; i++) {
      image.getRaster().setSample(i % 96, i / 96, 0, random.nextInt(256));
    }
    return image;
  }

  private static void grey(Path file, int value) throws IOException {
    Files.createDirectories(file.getParent());
    String name = file.toString();
    ImageIO.write(image(value), name.substring(name.lastIndexOf('.') + 1), file.toFile());
  }

  private static void refused(Path folder, FramePreparation p, String reason) {
    String message =
        assertThrows(VideoException.class, () -> VideoFile.ofPictures(folder, p, RATE).close())
            .getMessage();
    assertTrue(message.contains(reason), message);
  }
}
