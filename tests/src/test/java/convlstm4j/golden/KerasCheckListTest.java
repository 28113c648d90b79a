package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.layer.Layers;
import convlstm4j.model.Callback;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Metric;
import convlstm4j.optim.Optimizer;
import convlstm4j.optim.Schedule;
import convlstm4j.option.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The check-list in docs/from-keras.md is what Keras has (keras_names.json) against what the code
 * has, with a reason for all that is not here (keras_missing.json). {@code -Dkeras.list.write=true}
 * writes it anew.
 */
class KerasCheckListTest {
  private static final String BEGIN = "<!-- check-list: made by KerasCheckListTest -->\n";
  private static final String END = "<!-- check-list: end -->\n";
  private static final Path DOCS = Path.of(System.getProperty("convlstm4j.root", ".."), "docs");

  private static Map<String, Object> json(String name) throws IOException {
    return JSON.std.mapFrom(Files.readString(DOCS.resolve(name)));
  }

  private static List<String> texts(Object list) {
    return ((List<?>) list).stream().map(String::valueOf).toList();
  }

  /** Whether the code has it. */
  private static boolean isHere(String kind, String name, Map<?, ?> callbacks) {
    return switch (kind) {
      case "layers" -> name.equals("InputLayer") || Layers.kinds().contains(name);
      case "losses" -> lossClasses().contains(name);
      case "metrics" -> isKnown(() -> Metric.fromConfig(Config.of(name)));
      case "optimizers" -> Optimizer.names().contains(name);
      case "schedules" -> isKnown(() -> Schedule.fromConfig(Config.of(name)));
      default -> callbacks.containsKey(name);
    };
  }

  private static Set<String> lossClasses() {
    return Loss.names().stream()
        .map(n -> Loss.ofName(n).config().className())
        .collect(Collectors.toSet());
  }

  /** It is, if it is made or refused for an option that is missing. */
  private static boolean isKnown(Runnable made) {
    try {
      made.run();
      return true;
    } catch (IllegalArgumentException e) {
      return !e.getMessage().contains("is not known");
    }
  }

  @Test
  void callbacksAreCallbacks() throws Exception {
    for (Map.Entry<?, ?> e : ((Map<?, ?>) json("keras_missing.json").get("callbacks")).entrySet()) {
      Class<?> here = Class.forName((String) e.getValue());
      assertTrue(Callback.class.isAssignableFrom(here), here + " is no callback");
    }
  }

  @Test
  void isTrue() throws IOException {
    Path page = DOCS.resolve("from-keras.md");
    String text = Files.readString(page);
    int from = text.indexOf(BEGIN) + BEGIN.length();
    int to = text.indexOf(END, from);
    String drawn = list();
    if (Boolean.getBoolean("keras.list.write")) {
      Files.writeString(page, text.substring(0, from) + drawn + text.substring(to));
      return;
    }
    assertEquals(
        drawn,
        text.substring(from, to),
        "-Dtest=KerasCheckListTest -Dkeras.list.write=true writes it anew");
  }

  private static String list() throws IOException {
    Map<String, Object> names = json("keras_names.json");
    Map<String, Object> ours = json("keras_missing.json");
    Map<?, ?> callbacks = (Map<?, ?>) ours.get("callbacks");
    StringBuilder b = new StringBuilder("\n| of Keras " + names.get("keras") + " | | why not |\n");
    b.append("|---|---|---|\n");
    List<String> unsaid = new ArrayList<>();
    for (Object key : names.keySet().stream().filter(k -> !k.equals("keras")).toList()) {
      String kind = (String) key;
      List<String> all = texts(names.get(kind));
      Set<String> here = new TreeSet<>(all);
      here.removeIf(n -> !isHere(kind, n, callbacks));
      String shown =
          here.stream()
              .map(n -> "`" + n + "`" + as(n, kind, callbacks))
              .collect(Collectors.joining(", "));
      String count = kind + ": " + here.size() + " of " + all.size() + " are here";
      b.append("| ").append(count).append(" | ").append(shown).append(" | |\n");
      Map<String, List<String>> byReason = new TreeMap<>();
      Map<?, ?> reasons = (Map<?, ?>) ((Map<?, ?>) ours.get("not_here")).get(kind);
      for (String name : all) {
        if (!here.contains(name)) {
          byReason.computeIfAbsent(reason(reasons, name), r -> new ArrayList<>()).add(name);
        }
      }
      unsaid.addAll(byReason.getOrDefault("", List.of()));
      byReason.forEach(
          (reason, missing) ->
              b.append("| ")
                  .append(kind)
                  .append(" not here | `")
                  .append(String.join("`, `", missing))
                  .append("` | ")
                  .append(reason)
                  .append(" |\n"));
    }
    assertEquals(List.of(), unsaid, "not here, and keras_missing.json does not say why");
    return b.append('\n').toString();
  }

  /** A callback's name here. */
  private static String as(String name, String kind, Map<?, ?> callbacks) {
    if (!kind.equals("callbacks")) {
      return "";
    }
    String here = (String) callbacks.get(name);
    String simple = here.substring(here.lastIndexOf('.') + 1);
    return simple.equals(name) ? "" : " (`" + simple + "`)";
  }

  /** Empty if none is given. */
  private static String reason(Map<?, ?> reasons, String name) {
    return reasons.entrySet().stream()
        .filter(e -> texts(e.getValue()).contains(name))
        .map(e -> (String) e.getKey())
        .findFirst()
        .orElse("");
  }
}
