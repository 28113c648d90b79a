package convlstm4j.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.data.FramePreparation;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pixels of pictures, of every kind that PNG has and of JPEG, against the samples that were written
 * or that another decoder, the JDK's, finds. Alpha is no colour: what is transparent keeps its own.
 */
@ExtendWith(WithFfmpeg.class)
class PicturePixelsTest {
  private static final int SIDE = 13;
  private static final int BYTE = 8;

  /** ffmpeg makes bytes of 16 bits by a pattern that rounds one pixel up and the next down. */
  private static final double ROUNDING = 1.5;

  /** Chroma of fewer pixels is spread differently by each decoder; in the mean it is the same. */
  private static final double JPEG_MEAN = 3;

  /** Pictures of Debian's packages; PNGSuite is in golang-1.19-src. */
  private static final List<String> PACKAGES =
      List.of(
          "go-1.19/src/image/png/testdata/pngsuite",
          "go-1.19/src/image/testdata",
          "forensics-samples/original-files/pic1",
          "forensics-samples/original-files/pic2",
          "pymecavideo/data/help");

  /** Else of each package the smallest few pictures. */
  private static final boolean FULL = Boolean.getBoolean("full");

  private static final int FEW = 3;

  @TempDir Path dir;

  /**
   * Samples drawn at random, alpha among them. Those that ffmpeg decodes to the same kind of pixels
   * are one video, with {@code -Dfull=true} each is one.
   */
  @TestFactory
  Stream<DynamicTest> kindsOfPng() {
    List<DynamicTest> all = new ArrayList<>();
    for (int type : new int[] {DataBuffer.TYPE_BYTE, DataBuffer.TYPE_USHORT}) {
      for (int bands = 1; bands <= 4; bands++) {
        BufferedImage image = samples(bands, type);
        String name = bands + " bands of " + image.getSampleModel().getSampleSize(0) + " bits";
        add(all, name, List.of(image));
      }
    }
    List<BufferedImage> palettes = new ArrayList<>();
    for (int bits : new int[] {1, 2, 4, BYTE}) {
      for (boolean transparent : new boolean[] {false, true}) {
        palettes.add(indices(bits, transparent));
      }
    }
    add(all, "palettes", palettes);
    return all.stream();
  }

  /** Each plain and interlaced. */
  private void add(List<DynamicTest> all, String name, List<BufferedImage> kinds) {
    List<BufferedImage> images = new ArrayList<>(kinds);
    images.addAll(kinds);
    int each = FULL ? 1 : images.size();
    for (int from = 0; from < images.size(); from += each) {
      int first = from;
      String own = name + " from " + from;
      all.add(
          DynamicTest.dynamicTest(
              own,
              () -> {
                Path folder = Files.createDirectory(dir.resolve(own));
                for (int i = first; i < first + each; i++) {
                  write(images.get(i), folder.resolve(i + ".png"), i >= kinds.size());
                }
                check(images.subList(first, first + each), folder, 0);
              }));
    }
  }

  private static BufferedImage samples(int bands, int type) {
    boolean alpha = bands % 2 == 0;
    int[] bits = new int[bands];
    java.util.Arrays.fill(bits, DataBuffer.getDataTypeSize(type));
    ColorSpace space = ColorSpace.getInstance(bands < 3 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB);
    ColorModel colours =
        new ComponentColorModel(
            space,
            bits,
            alpha,
            false,
            alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
            type);
    WritableRaster raster = Raster.createInterleavedRaster(type, SIDE, SIDE, bands, null);
    Random random = new Random(bands);
    for (int i = 0; i < SIDE * SIDE * bands; i++) {
      int sample = random.nextInt(1 << bits[0]);
      // Every third pixel is seen wholly or not at all.
      boolean extreme = alpha && i % bands == bands - 1 && i / bands % 3 == 0;
      raster.setSample(
          i / bands % SIDE,
          i / bands / SIDE,
          i % bands,
          extreme ? i / bands % 2 * ((1 << bits[0]) - 1) : sample);
    }
    return new BufferedImage(colours, raster, false, null);
  }

  private static BufferedImage indices(int bits, boolean transparent) {
    int size = 1 << bits;
    Random random = new Random(bits);
    byte[][] palette = new byte[4][size];
    for (byte[] channel : palette) {
      random.nextBytes(channel);
    }
    palette[3][0] = 0;
    IndexColorModel colours =
        transparent
            ? new IndexColorModel(bits, size, palette[0], palette[1], palette[2], palette[3])
            : new IndexColorModel(bits, size, palette[0], palette[1], palette[2]);
    int type = bits == BYTE ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY;
    BufferedImage image = new BufferedImage(SIDE, SIDE, type, colours);
    for (int i = 0; i < SIDE * SIDE; i++) {
      image.getRaster().setSample(i % SIDE, i / SIDE, 0, random.nextInt(size));
    }
    return image;
  }

  private static void write(BufferedImage image, Path file, boolean interlaced) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    param.setProgressiveMode(
        interlaced ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), param);
    } finally {
      writer.dispose();
    }
  }

  /** Pictures that other programs made. */
  @TestFactory
  Stream<DynamicTest> picturesOfPackages() {
    return PACKAGES.stream()
        .map(Path.of("/usr/share")::resolve)
        .map(
            folder ->
                DynamicTest.dynamicTest(
                    folder.toString(),
                    () -> {
                      assumeTrue(Files.isDirectory(folder), "the package is not installed");
                      assertTrue(checkAll(folder) >= FEW, "pictures of " + folder);
                    }));
  }

  private int checkAll(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.{png,jpg,jpeg,JPG}")) {
      all.forEach(files::add);
    }
    files.sort(Comparator.<Path>comparingLong(f -> f.toFile().length()).thenComparing(f -> f));
    int checked = 0;
    for (Path file : files) {
      if (!FULL && checked == FEW) {
        break;
      }
      boolean png = file.toString().endsWith("png");
      BufferedImage image = Files.size(file) == 0 ? null : read(file);
      // The JDK does not turn four inks into colours.
      if (image != null && (png || image.getRaster().getNumBands() < 4)) {
        Path own = Files.createTempDirectory(dir, "one");
        Files.copy(file, own.resolve(png ? "1.png" : "1.jpg"));
        check(List.of(image), own, png ? 0 : JPEG_MEAN);
        checked++;
      }
    }
    return checked;
  }

  /** With the samples that are in the file, not brought to other colours. */
  private static BufferedImage read(Path file) throws IOException {
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      ImageReader reader = ImageIO.getImageReaders(in).next();
      reader.setInput(in);
      try {
        return reader.read(0);
      } finally {
        reader.dispose();
      }
    }
  }

  /** Equal, of 16 bits but for rounding; of JPEG, nearly so in the mean. */
  private static void check(List<BufferedImage> images, Path folder, double mean) {
    int height = images.get(0).getHeight();
    int width = images.get(0).getWidth();
    try (VideoFile video = VideoFile.ofPictures(folder, FramePreparation.NONE, 25)) {
      assertEquals(Shape.of(images.size(), 3, height, width), video.shape());
      for (int i = 0; i < images.size(); i++) {
        float[] values = video.readFrames(i, i + 1, DType.FLOAT32).floats();
        check(images.get(i), values, mean, folder + ", picture " + i);
      }
    }
    assertEquals(0, Clips.running());
  }

  private static void check(BufferedImage image, float[] values, double mean, String what) {
    Raster raster = image.getRaster();
    boolean palette = image.getColorModel() instanceof IndexColorModel;
    int bits = palette ? BYTE : raster.getSampleModel().getSampleSize(0);
    double allowed = mean > 0 ? 255 : bits > BYTE ? ROUNDING : 0;
    int height = image.getHeight();
    int width = image.getWidth();
    double sum = 0;
    int[] samples = {};
    for (int i = 0; i < values.length; i++) {
      int at = i % (width * height);
      int c = i / (width * height);
      if (at == 0 && (c == 0 || raster.getNumBands() >= 3)) {
        samples = raster.getSamples(0, 0, width, height, c, (int[]) null);
      }
      double there =
          palette
              ? (image.getColorModel().getRGB(samples[at]) >> (16 - 8 * c)) & 0xFF
              : samples[at] * 255.0 / ((1 << bits) - 1);
      double off = Math.abs(there - values[i]);
      sum += off;
      if (off > allowed) {
        assertEquals(
            there,
            values[i],
            allowed,
            what + ": channel " + c + " at " + at % width + "," + at / width);
      }
    }
    assertTrue(sum / values.length <= Math.max(mean, allowed), what + ": " + sum / values.length);
  }
}
