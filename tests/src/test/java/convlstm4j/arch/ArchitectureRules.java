package convlstm4j.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import convlstm4j.tensor.Philox;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The import table and the other rules between packages, for the packages under {@code root}; the
 * root is a parameter so that the same rules can be shown to fail on planted violations.
 */
final class ArchitectureRules {
  /**
   * Package to packages that it may import. A key {@code x.*} stands for each package below x with
   * all that is below it, but for those with a key of their own: these may import what the value
   * says, and themselves, but not each other. Everything else may import itself. A package in no
   * key is a violation: decide where it belongs.
   */
  static final Map<String, Set<String>> MAY_IMPORT =
      table(
          "tensor",
          "",
          "option",
          "tensor",
          // Arithmetic as a value.
          "formula",
          "",
          "op",
          "formula option tensor",
          "data",
          "tensor",
          // How other modules are found.
          "spi",
          "",
          "backend",
          "spi op formula option tensor",
          "backend.*",
          "backend op formula option tensor",
          "program",
          "op formula option tensor",
          "program.layout",
          "program backend op formula option tensor",
          "program.time",
          "program op formula option tensor",
          "execution",
          "program.layout program.time program backend op formula option tensor",
          "graph",
          "spi program op formula option tensor",
          // Keras's configs, which know no layer.
          "config",
          "graph program op formula option tensor",
          "layer",
          "config graph program op formula option tensor",
          "objective",
          "program op formula option tensor",
          "optim",
          "execution program backend op formula option tensor",
          "model",
          // A log that is brought in line is a file that appears whole.
          "spi data.folder io.npy io.file objective optim layer config graph execution program.time program data backend op formula option tensor",
          // What other files are made of.
          "io.file",
          "",
          "io.npy",
          "io.file data tensor",
          "data.folder",
          "spi io.npy io.file data tensor",
          // Films, as a service of data.folder.
          "video",
          "spi data.folder io.file data tensor",
          // A program for it, as a service.
          "ffmpeg",
          "video backend",
          "io.architecture",
          "layer config graph op formula option tensor",
          "io.*",
          "io.file io.npy io.architecture model objective optim layer config graph program data op formula option tensor",
          // Backends only through ServiceLoader, so not backend.*.
          "contract",
          "backend op formula option tensor",
          "cli",
          "contract video io.* io.file io.npy io.architecture model data.folder objective optim layer config graph program execution data backend op formula option tensor");

  private ArchitectureRules() {}

  /** Every import between packages is in {@link #MAY_IMPORT}. */
  static ArchRule importsFollowTable(String root) {
    return classes()
        .that(Predicates.resideInAPackage(root + ".."))
        .should(followTable(root))
        .as("imports between packages follow the table in ArchitectureRules")
        .allowEmptyShould(true);
  }

  /** No two packages import each other, directly or through others. */
  static ArchRule noCycles(String root) {
    return slices()
        .matching(root + ".(**)")
        .should()
        .beFreeOfCycles()
        .as("packages are free of cycles")
        .allowEmptyShould(true);
  }

  /** A library is used in its packages only. */
  static ArchRule confined(String root, String library, String... packages) {
    String[] allowed =
        Arrays.stream(packages).map(p -> root + "." + p + "..").toArray(String[]::new);
    return noClasses()
        .that(Predicates.resideInAPackage(root + ".."))
        .and(Predicates.resideOutsideOfPackages(allowed))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .as(library + " is used only in " + String.join(", ", packages))
        .allowEmptyShould(true);
  }

  /** Only the command line talks to the console; everything else throws or logs. */
  static ArchRule consoleOnlyInCli(String root) {
    return noClasses()
        .that(Predicates.resideInAPackage(root + ".."))
        .and(Predicates.resideOutsideOfPackage(root + ".cli.."))
        .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
        .as("System.out, System.err and printStackTrace are used only in cli")
        .allowEmptyShould(true);
  }

  /** No two uses share a stream of random numbers, since one class knows all of them. */
  static ArchRule streamsHaveOneHome(String root) {
    return noClasses()
        .that(Predicates.resideInAPackage(root + ".."))
        .and(
            Predicates.resideOutsideOfPackages(
                root + ".tensor..", root + ".cli..", root + ".contract.."))
        .should()
        .callConstructor(Philox.class, long.class, long.class)
        .as("streams of random numbers are made only by tensor.Streams")
        .allowEmptyShould(true);
  }

  /**
   * The key of {@link #MAY_IMPORT} that a package belongs to, or the package itself if there is
   * none.
   */
  static String key(String root, String packageName) {
    if (packageName.equals(root)) {
      return packageName;
    }
    String[] parts = packageName.substring(root.length() + 1).split("\\.", -1);
    if (parts.length > 1 && MAY_IMPORT.containsKey(parts[0] + "." + parts[1])) {
      return parts[0] + "." + parts[1];
    }
    String below = parts[0] + ".*";
    if (parts.length > 1 && MAY_IMPORT.containsKey(below)) {
      return below;
    }
    return MAY_IMPORT.containsKey(parts[0]) ? parts[0] : packageName;
  }

  private static ArchCondition<JavaClass> followTable(String root) {
    return new ArchCondition<>("follow the import table") {
      @Override
      public void check(JavaClass from, ConditionEvents events) {
        String fromKey = key(root, from.getPackageName());
        if (!MAY_IMPORT.containsKey(fromKey)) {
          events.add(
              SimpleConditionEvent.violated(
                  from, from.getName() + ": package is not in the import table"));
          return;
        }
        for (Dependency d : from.getDirectDependenciesFromSelf()) {
          JavaClass to = d.getTargetClass().getBaseComponentType();
          if (inside(root, to.getPackageName()) && !allowed(root, from, to)) {
            events.add(SimpleConditionEvent.violated(d, d.getDescription()));
          }
        }
      }
    };
  }

  private static boolean allowed(String root, JavaClass from, JavaClass to) {
    String fromKey = key(root, from.getPackageName());
    String toKey = key(root, to.getPackageName());
    if (fromKey.equals(toKey)) {
      return !toKey.endsWith(".*")
          || second(root, from.getPackageName()).equals(second(root, to.getPackageName()));
    }
    return MAY_IMPORT.get(fromKey).contains(toKey);
  }

  /** The second name below the root: {@code reference} of {@code convlstm4j.backend.reference}. */
  private static String second(String root, String packageName) {
    return packageName.substring(root.length() + 1).split("\\.", -1)[1];
  }

  private static boolean inside(String root, String packageName) {
    return packageName.equals(root) || packageName.startsWith(root + ".");
  }

  private static Map<String, Set<String>> table(String... keysAndValues) {
    Map<String, Set<String>> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i], Set.of(keysAndValues[i + 1].split(" ", -1)));
    }
    return map;
  }
}
