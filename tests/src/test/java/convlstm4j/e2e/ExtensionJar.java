package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A jar as a user would make it: a layer, a metric and the extension that registers them. */
final class ExtensionJar {
  private static final String LAYER =
      """
      package my;

      import convlstm4j.graph.*;
      import convlstm4j.option.*;
      import convlstm4j.program.*;
      import convlstm4j.layer.Initializers;
      import convlstm4j.tensor.Shape;
      import java.util.*;

      public final class Mix extends Layer {
        private final int units;

        public Mix(int units) {
          this.units = units;
        }

        @Override
        public Map<String, Object> config() {
          return Map.of("units", units);
        }

        @Override
        public List<Value> lower(Lowering g, Arguments<Value> arguments) {
          Value x = arguments.first();
          Shape w = Shape.of(x.shape().dim(-1), units);
          return List.of(
              g.op(
                  new convlstm4j.op.Affine(units, false),
                  x,
                  parameter(g, "mix", w, Initializers.ones(), Regularizer.NONE, true)));
        }
      }
      """;

  private static final String METRIC =
      """
      package my;

      import convlstm4j.tensor.Tensor;
      import convlstm4j.objective.*;
      import convlstm4j.option.Config;
      import java.util.Map;

      public final class Largest implements Metric {
        @Override
        public String name() {
          return "largest";
        }

        @Override
        public Config config() {
          return new Config("Largest", Map.of("name", "largest"));
        }

        @Override
        public Accumulator start() {
          return new Accumulator() {
            private double largest = Double.NEGATIVE_INFINITY;

            @Override
            public void add(Tensor target, Tensor prediction, Tensor weights) {
              for (float v : prediction.floats()) {
                largest = Math.max(largest, v);
              }
            }

            @Override
            public double result() {
              return largest;
            }

            @Override
            public double[] state() {
              return new double[] {largest};
            }

            @Override
            public void restore(double[] state) {
              largest = state[0];
            }
          };
        }
      }
      """;

  private static final String EXTENSION =
      """
      package my;

      import convlstm4j.layer.CustomLayers;
      import convlstm4j.model.Extension;
      import convlstm4j.objective.CustomMetrics;

      public final class Mine implements Extension {
        @Override
        public CustomLayers layers() {
          return CustomLayers.none()
              .with("Mix", config -> new Mix(((Number) config.get("units")).intValue()));
        }

        @Override
        public CustomMetrics metrics() {
          return CustomMetrics.none().with("Largest", config -> new Largest());
        }
      }
      """;

  private ExtensionJar() {}

  /** Compiles and packs it. */
  static Path write(Path folder) throws IOException {
    Path sources = Files.createDirectories(folder.resolve("sources").resolve("my"));
    Path classes = Files.createDirectories(folder.resolve("classes"));
    Files.writeString(sources.resolve("Mix.java"), LAYER);
    Files.writeString(sources.resolve("Largest.java"), METRIC);
    Files.writeString(sources.resolve("Mine.java"), EXTENSION);
    String[] words = {
      "-d",
      classes.toString(),
      "-proc:none",
      "-cp",
      System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
      sources.resolve("Mix.java").toString(),
      sources.resolve("Largest.java").toString(),
      sources.resolve("Mine.java").toString()
    };
    assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, words));
    Path jar = folder.resolve("mine.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream to = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        entry(to, "my/" + file.getFileName(), Files.readAllBytes(file));
      }
      entry(
          to,
          "META-INF/services/convlstm4j.model.Extension",
          "my.Mine\n".getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  private static void entry(JarOutputStream to, String name, byte[] bytes) throws IOException {
    to.putNextEntry(new JarEntry(name));
    to.write(bytes);
    to.closeEntry();
  }

  /** A network of the jar's layer between two of the library's, as Keras's JSON. */
  static List<String> json() {
    return List.of(
        "{\"class_name\": \"Sequential\", \"keras_version\": \"3.8.0\", \"config\": {\"layers\": [",
        " {\"class_name\": \"InputLayer\", \"config\":",
        "   {\"name\": \"frames\", \"batch_shape\": [null, 4, 5, 6, 1]}},",
        " {\"class_name\": \"Flatten\", \"config\": {\"name\": \"flat\"}},",
        " {\"class_name\": \"Mix\", \"config\": {\"name\": \"mix\", \"units\": 2}},",
        " {\"class_name\": \"Activation\", \"config\": {\"name\": \"out\", \"activation\":"
            + " \"tanh\"}}",
        "]}}");
  }
}
