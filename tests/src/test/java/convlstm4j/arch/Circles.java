package convlstm4j.arch;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Classes of one package that know each other, directly or through others of the package. A class
 * counts with those nested in it. Front doors are passed over: a class whose methods bring what
 * else is in its package, as {@code Metric} its kinds, has arrows to classes that know it.
 */
final class Circles {
  private Circles() {}

  /** The largest sets of top-level classes of which each reaches each other within its package. */
  static Set<Set<String>> among(Iterable<JavaClass> classes, Set<String> frontDoors) {
    Map<String, Set<String>> arrows = new TreeMap<>();
    for (JavaClass c : classes) {
      Set<String> to = arrows.computeIfAbsent(topLevel(c), k -> new TreeSet<>());
      for (Dependency d : c.getDirectDependenciesFromSelf()) {
        JavaClass target = d.getTargetClass().getBaseComponentType();
        if (target.getPackageName().equals(c.getPackageName())
            && !frontDoors.contains(topLevel(c))) {
          to.add(topLevel(target));
        }
      }
    }
    Map<String, Set<String>> reached = new TreeMap<>();
    arrows.keySet().forEach(from -> reached.put(from, from(from, arrows)));
    Set<Set<String>> circles = new LinkedHashSet<>();
    for (String a : arrows.keySet()) {
      Set<String> circle = new TreeSet<>(reached.get(a));
      circle.removeIf(b -> !reached.getOrDefault(b, Set.of()).contains(a));
      if (circle.stream().anyMatch(b -> !b.equals(a))) {
        circles.add(circle);
      }
    }
    return circles;
  }

  private static Set<String> from(String start, Map<String, Set<String>> arrows) {
    Set<String> seen = new TreeSet<>();
    Deque<String> next = new ArrayDeque<>(arrows.get(start));
    while (!next.isEmpty()) {
      String c = next.pop();
      if (seen.add(c)) {
        next.addAll(arrows.getOrDefault(c, Set.of()));
      }
    }
    return seen;
  }

  private static String topLevel(JavaClass c) {
    JavaClass top = c;
    while (top.getEnclosingClass().isPresent()) {
      top = top.getEnclosingClass().get();
    }
    return top.getName();
  }
}
