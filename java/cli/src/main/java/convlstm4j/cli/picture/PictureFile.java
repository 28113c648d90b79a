package convlstm4j.cli.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** Pictures as files that say what made them, so that those of people are not replaced. */
public final class PictureFile {
  private static final int CENTISECONDS = 100;

  private PictureFile() {}

  /** A PNG. */
  public static byte[] png(BufferedImage image) {
    return write(
        "png",
        (writer, out) -> {
          IIOMetadata metadata = metadata(writer, image);
          IIOMetadataNode root = new IIOMetadataNode("javax_imageio_png_1.0");
          IIOMetadataNode text = child(root, "tEXt");
          IIOMetadataNode entry = child(text, "tEXtEntry");
          entry.setAttribute("keyword", "Software");
          entry.setAttribute("value", ScoresJson.GENERATOR);
          metadata.mergeTree("javax_imageio_png_1.0", root);
          writer.setOutput(out);
          writer.write(new IIOImage(image, null, metadata));
        });
  }

  /**
   * A moving GIF that begins again at its end.
   *
   * @param images at least one, drawn one by one as they are written
   * @param seconds that each is shown
   */
  static byte[] gif(Iterator<BufferedImage> images, double seconds) {
    return write(
        "gif",
        (writer, out) -> {
          writer.setOutput(out);
          writer.prepareWriteSequence(null);
          boolean first = true;
          while (images.hasNext()) {
            BufferedImage image = images.next();
            writer.writeToSequence(
                new IIOImage(image, null, frame(metadata(writer, image), seconds, first)), null);
            first = false;
          }
          writer.endWriteSequence();
        });
  }

  private static IIOMetadata frame(IIOMetadata metadata, double seconds, boolean first)
      throws IOException {
    String format = metadata.getNativeMetadataFormatName();
    IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(format);
    IIOMetadataNode control = child(root, "GraphicControlExtension");
    control.setAttribute("disposalMethod", "none");
    control.setAttribute("userInputFlag", "FALSE");
    control.setAttribute("transparentColorFlag", "FALSE");
    control.setAttribute("transparentColorIndex", "0");
    control.setAttribute(
        "delayTime", Long.toString(Math.max(2, Math.round(seconds * CENTISECONDS))));
    if (first) {
      IIOMetadataNode comment = child(child(root, "CommentExtensions"), "CommentExtension");
      comment.setAttribute("value", ScoresJson.GENERATOR);
      IIOMetadataNode loop = child(child(root, "ApplicationExtensions"), "ApplicationExtension");
      loop.setAttribute("applicationID", "NETSCAPE");
      loop.setAttribute("authenticationCode", "2.0");
      loop.setUserObject(new byte[] {1, 0, 0});
    }
    metadata.setFromTree(format, root);
    return metadata;
  }

  private static IIOMetadataNode child(IIOMetadataNode parent, String name) {
    for (int i = 0; i < parent.getLength(); i++) {
      if (parent.item(i).getNodeName().equals(name)) {
        return (IIOMetadataNode) parent.item(i);
      }
    }
    IIOMetadataNode node = new IIOMetadataNode(name);
    parent.appendChild(node);
    return node;
  }

  private static IIOMetadata metadata(ImageWriter writer, BufferedImage image) {
    ImageWriteParam standard = writer.getDefaultWriteParam();
    return writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), standard);
  }

  private interface Writing {
    void write(ImageWriter writer, ImageOutputStream out) throws IOException;
  }

  private static byte[] write(String kind, Writing writing) {
    ImageIO.setUseCache(false); // no file beside the one asked for
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName(kind);
    if (!writers.hasNext()) {
      throw new IllegalStateException("this Java cannot write pictures of kind " + kind);
    }
    ImageWriter writer = writers.next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writing.write(writer, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** What pictures can be written as. */
  public static List<String> endings() {
    return List.of("png", "gif", "html");
  }
}
