package convlstm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.cli.Main;
import java.lang.reflect.Field;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * A field of an option that may be left out says {@code @Nullable}, and no other does. NullAway
 * takes for granted that picocli sets these fields (pom.xml), so it does not see that by itself.
 */
class OptionNullTest {
  @Test
  void whatMayBeLeftOutIsNullable() {
    Set<String> seen = new TreeSet<>();
    Set<String> wrong = new TreeSet<>();
    for (CommandLine command : new CommandLine(Main.class).getSubcommands().values()) {
      check(command, seen, wrong);
    }
    assertTrue(seen.size() > 80, "saw only " + seen);
    assertEquals(Set.of(), wrong);
  }

  private static void check(CommandLine command, Set<String> seen, Set<String> wrong) {
    for (ArgSpec arg : command.getCommandSpec().args()) {
      if (arg.userObject() instanceof Field field && !field.getType().isPrimitive()) {
        String name = field.getDeclaringClass().getSimpleName() + "." + field.getName();
        boolean mayBeNull =
            !arg.required() && arg.initialValue() == null && arg.defaultValue() == null;
        seen.add(name);
        if (mayBeNull != field.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
          wrong.add(name + (mayBeNull ? " may be null" : " is never null"));
        }
      }
    }
  }

  /** Two that say the contrary of what they are, and two that are right. */
  @Command(name = "planted")
  static final class Planted implements Runnable {
    @Option(names = "--optional")
    String optional;

    @Option(names = "--needed", required = true)
    @Nullable String needed;

    @Option(names = "--right")
    @Nullable String right;

    @Option(names = "--given")
    String given = "";

    @Parameters(arity = "0..1")
    String position;

    @Override
    public void run() {}
  }

  @Test
  void seesThoseThatAreWrong() {
    Set<String> seen = new TreeSet<>();
    Set<String> wrong = new TreeSet<>();
    check(new CommandLine(new Planted()), seen, wrong);
    assertEquals(5, seen.size(), seen.toString());
    assertEquals(
        Set.of(
            "Planted.needed is never null",
            "Planted.optional may be null",
            "Planted.position may be null"),
        wrong);
  }
}
