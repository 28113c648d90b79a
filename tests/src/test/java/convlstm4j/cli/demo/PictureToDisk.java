package convlstm4j.cli.demo;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A process that draws a picture, without the minutes of training before it. */
public final class PictureToDisk {
  private PictureToDisk() {}

  /**
   * Draws.
   *
   * @param args the file
   */
  public static void main(String[] args) {
    Tensor video = Tensor.zeros(DType.FLOAT32, Shape.of(6, 3, 8, 8));
    List<Tensor> scores = List.of(Tensor.zeros(DType.FLOAT32, Shape.of(1, 6, 1)));
    try {
      Picture.write("picture", video, List.of("genre"), scores, scores, Path.of(args[0]));
    } catch (IOException e) {
      System.err.println("convlstm4j: " + e.getMessage());
      System.exit(1);
    }
  }
}
