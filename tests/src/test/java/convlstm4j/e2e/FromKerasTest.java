package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.Layers;
import convlstm4j.model.Model;
import convlstm4j.option.Activation;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/from-keras.md shows is what works. */
class FromKerasTest {
  private static final Path PAGE =
      Path.of(System.getProperty("convlstm4j.root", ".."), "docs", "from-keras.md");

  @Test
  void theProgramRuns(@TempDir Path dir) throws Exception {
    Matcher block =
        Pattern.compile("^```java\\n(.*?)\\n```$", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(Files.readString(PAGE));
    assertTrue(block.find());
    Path source = dir.resolve("FromKeras.java");
    Files.writeString(source, block.group(1));
    String classes = System.getProperty("java.class.path");
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", dir.toString(), "-cp", classes, source.toString()));
    Symbol x = Input.shape(2, 5, 4, 1);
    Symbol y =
        new Dense(1)
            .activation(Activation.SIGMOID)
            .apply(new Flatten().apply(new ConvLSTM2D(2, 3).apply(x)));
    try (Model model = Model.of(x, y).backend("reference")) {
      KerasModels.save(model, dir.resolve("model.h5"));
    }
    NpyWriter.write(dir.resolve("x.npy"), Tensor.zeros(DType.FLOAT32, Shape.of(3, 2, 5, 4, 1)));
    NpyWriter.write(dir.resolve("y.npy"), Tensor.of(new float[] {0, 1, 1}, 3, 1));
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {dir.toUri().toURL()}, Model.class.getClassLoader())) {
      loader
          .loadClass("FromKeras")
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[] {dir.toString()});
    }
    try (Model further = KerasModels.load(dir.resolve("further.keras"))) {
      assertEquals(4, further.progress().step());
    }
  }

  @Test
  void everyKindOfLayerIsInTheTable() throws Exception {
    String page = Files.readString(PAGE);
    for (String kind : Layers.kinds()) {
      String name = kind.replaceAll("[23]D$", "");
      assertTrue(page.contains("`" + name) || page.contains(name + "2D/3D"), kind);
    }
  }
}
