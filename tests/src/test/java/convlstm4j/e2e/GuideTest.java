package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every block of Java in docs/guide.md compiles. */
class GuideTest {
  private static final Path GUIDE =
      Path.of(System.getProperty("convlstm4j.root", ".."), "docs", "guide.md");

  private static final Pattern BLOCK =
      Pattern.compile("^```java\\n(.*?)\\n```$", Pattern.DOTALL | Pattern.MULTILINE);

  @Test
  void blocksCompile(@TempDir Path dir) throws Exception {
    String guide = Files.readString(GUIDE);
    List<String> blocks = BLOCK.matcher(guide).results().map(r -> r.group(1)).toList();
    assertTrue(blocks.size() >= 9, () -> blocks.size() + " blocks");
    for (int i = 0; i < blocks.size(); i++) {
      Path source = dir.resolve("Block" + i + ".java");
      Files.writeString(source, program("Block" + i, blocks.get(i)));
      int exit =
          ToolProvider.getSystemJavaCompiler()
              .run(
                  null,
                  null,
                  null,
                  "-d",
                  dir.toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  source.toString());
      assertEquals(0, exit, "javac of " + Files.readString(source));
    }
  }

  private static String program(String name, String block) {
    String imports =
        block.lines().filter(l -> l.startsWith("import ")).collect(Collectors.joining("\n"));
    String body =
        block.lines().filter(l -> !l.startsWith("import ")).collect(Collectors.joining("\n"));
    return """
        import convlstm4j.layer.*;
        import convlstm4j.model.*;
        import convlstm4j.tensor.Tensor;
        import java.nio.file.Path;
        import java.util.*;
        %s
        class %s {
          void run(Model model, Path folder, Tensor x, Tensor y) throws Exception {
            %s
          }
        }
        """
        .formatted(imports, name, body);
  }
}
