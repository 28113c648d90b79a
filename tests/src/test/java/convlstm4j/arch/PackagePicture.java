package convlstm4j.arch;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The picture of packages in CONTRIBUTING.md, drawn from the imports of compiled classes: every
 * arrow points down, and one that others imply is left out.
 */
final class PackagePicture {
  private static final String ROOT = "convlstm4j.";
  private static final String BEGIN = "```mermaid\ngraph TD\n";
  private static final String END = "```\n";

  private PackagePicture() {}

  /** A text with the picture that is in it drawn anew. */
  static String redrawn(String text, JavaClasses classes) {
    int from = text.indexOf(BEGIN) + BEGIN.length();
    return text.substring(0, from)
        + draw(imports(classes))
        + text.substring(text.indexOf(END, from));
  }

  private static Map<String, Set<String>> imports(JavaClasses classes) {
    Map<String, Set<String>> imports = new TreeMap<>();
    for (JavaClass c : classes) {
      Set<String> to = imports.computeIfAbsent(name(c), k -> new TreeSet<>());
      for (Dependency d : c.getDirectDependenciesFromSelf()) {
        JavaClass target = d.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith(ROOT) && !name(target).equals(name(c))) {
          to.add(name(target));
        }
      }
    }
    return imports;
  }

  /** A package's name below the root; the reference's parts count as one. */
  private static String name(JavaClass c) {
    String name = c.getPackageName().substring(ROOT.length());
    String reference = "backend.reference";
    return name.startsWith(reference) ? reference : name;
  }

  private static String draw(Map<String, Set<String>> imports) {
    StringBuilder b = new StringBuilder();
    imports.forEach(
        (from, all) -> {
          List<String> direct = new ArrayList<>(all);
          direct.removeIf(
              to ->
                  all.stream().anyMatch(other -> !other.equals(to) && reaches(imports, other, to)));
          direct.forEach(to -> b.append("  ").append(from).append(" --> ").append(to).append('\n'));
        });
    return b.toString();
  }

  private static boolean reaches(Map<String, Set<String>> imports, String from, String to) {
    Set<String> next = imports.getOrDefault(from, Set.of());
    return next.contains(to) || next.stream().anyMatch(n -> reaches(imports, n, to));
  }
}
