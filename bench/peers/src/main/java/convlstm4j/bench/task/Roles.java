package convlstm4j.bench.task;

import convlstm4j.graph.Network;
import convlstm4j.graph.Node;
import convlstm4j.program.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names for the weights of the article's network by what they do, for libraries that build it. */
public final class Roles {
  static final String STAGE = "stage";
  static final int STAGES = 2;
  private static final String GENRE = "genre";

  private Roles() {}

  /**
   * Names the weights: {@code stage0.kernel}, {@code stage0.gamma}, {@code genre3.kernel}, {@code
   * genre3.dense0.bias} and so on.
   *
   * @param network the article's ConvLSTM network
   * @return name to weight
   */
  public static Map<String, Parameter> of(Network network) {
    Map<String, Parameter> roles = new LinkedHashMap<>();
    int convLstms = 0;
    int dense = 0;
    String where = "";
    for (Node node : network.nodes()) {
      String kind = node.layer().kerasClass();
      String prefix = where;
      if (kind.equals("ConvLSTM2D")) {
        where = convLstms < STAGES ? STAGE + convLstms + "." : GENRE + (convLstms - STAGES) + ".";
        prefix = where;
        convLstms++;
        dense = 0;
      } else if (kind.equals("TimeDistributed") && !node.layer().parameters().isEmpty()) {
        prefix = where + "dense" + dense++ + ".";
      }
      for (Parameter p : node.layer().parameters()) {
        Parameter other = roles.put(prefix + p.localName(), p);
        if (other != null) {
          throw new IllegalArgumentException(
              "not the article's network: " + p + " and " + other + " have one place");
        }
      }
    }
    return roles;
  }

  /** The number of the stage or genre. */
  static int index(String role) {
    return Integer.parseInt(role.substring(STAGE.length(), role.indexOf('.')));
  }
}
