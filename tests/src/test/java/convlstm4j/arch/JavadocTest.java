package convlstm4j.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything public has a comment. The compiler's doclint checks what comments say; that none is
 * missing is checked here, because doclint of JDK 17 wants a record's comment again on its compact
 * constructor.
 */
class JavadocTest {
  @Test
  void everythingPublicHasAComment() throws IOException {
    List<Path> sources = mainSources(Path.of(System.getProperty("convlstm4j.root", "..")));
    assertTrue(sources.size() > 50, "saw only " + sources.size() + " files");
    assertEquals(List.of(), uncommented(sources));
  }

  @Test
  void aMissingCommentIsFound(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("Bare.java");
    Files.writeString(
        file,
        """
        /** Has a comment. */
        public class Bare {
          public static final int CONSTANT = 1;
          int hidden;
          public void method() {}
          @Override public String toString() { return ""; }
          /** Fine. */
          public record Point(int x) { public Point { } }
          public enum Colour { /** Fine. */ RED, BLUE }
        }
        """);
    List<String> found = uncommented(List.of(file));
    assertEquals(
        List.of("CONSTANT", "method", "Colour", "BLUE"),
        found.stream().map(s -> s.substring(s.lastIndexOf(' ') + 1)).toList());
  }

  private static List<Path> mainSources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve("java"))) {
      return files
          .filter(p -> p.toString().endsWith(".java"))
          .filter(p -> p.toString().replace('\\', '/').contains("/src/main/java/"))
          .toList();
    }
  }

  private static List<String> uncommented(List<Path> sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> missing = new ArrayList<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources));
      Trees trees = Trees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        new Finder(trees, unit, missing).scan(unit, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return missing;
  }

  /** Walks through what is visible outside: nothing inside a class that is not public. */
  private static final class Finder extends TreePathScanner<Void, Void> {
    private final Trees trees;
    private final CompilationUnitTree unit;
    private final List<String> missing;

    Finder(Trees trees, CompilationUnitTree unit, List<String> missing) {
      this.trees = trees;
      this.unit = unit;
      this.missing = missing;
    }

    @Override
    public Void visitClass(ClassTree tree, Void unused) {
      if (!isVisible(tree.getModifiers())) {
        return null;
      }
      check(tree, tree.getSimpleName().toString());
      return super.visitClass(tree, null);
    }

    @Override
    public Void visitMethod(MethodTree tree, Void unused) {
      boolean overrides =
          tree.getModifiers().getAnnotations().stream()
              .anyMatch(a -> a.getAnnotationType().toString().equals("Override"));
      if (isVisible(tree.getModifiers()) && !overrides && !isCanonicalConstructor(tree)) {
        check(tree, tree.getName().toString());
      }
      return null;
    }

    @Override
    public Void visitVariable(VariableTree tree, Void unused) {
      boolean isComponent =
          enclosing().getKind() == Tree.Kind.RECORD
              && !tree.getModifiers().getFlags().contains(Modifier.STATIC);
      if (isVisible(tree.getModifiers()) && !isComponent) {
        check(tree, tree.getName().toString());
      }
      return null;
    }

    @Override
    public Void visitBlock(BlockTree tree, Void unused) {
      return null;
    }

    private ClassTree enclosing() {
      return (ClassTree) getCurrentPath().getParentPath().getLeaf();
    }

    private boolean isCanonicalConstructor(MethodTree tree) {
      return tree.getReturnType() == null && enclosing().getKind() == Tree.Kind.RECORD;
    }

    private boolean isVisible(ModifiersTree modifiers) {
      Tree parent = getCurrentPath().getParentPath().getLeaf();
      return modifiers.getFlags().contains(Modifier.PUBLIC)
          || modifiers.getFlags().contains(Modifier.PROTECTED)
          || (parent.getKind() == Tree.Kind.INTERFACE
              && !modifiers.getFlags().contains(Modifier.PRIVATE));
    }

    private void check(Tree tree, String name) {
      if (trees.getDocComment(getCurrentPath()) == null) {
        missing.add(where(tree) + " " + name);
      }
    }

    private String where(Tree tree) {
      long line =
          unit.getLineMap().getLineNumber(trees.getSourcePositions().getStartPosition(unit, tree));
      return Path.of(unit.getSourceFile().getName()).getFileName() + ":" + line;
    }
  }
}
