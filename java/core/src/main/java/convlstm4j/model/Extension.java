package convlstm4j.model;

import convlstm4j.layer.CustomLayers;
import convlstm4j.objective.CustomMetrics;

/**
 * The user's own kinds of layers and metrics in a jar, for the command line: {@code convlstm4j
 * predict --classpath mine.jar ..}. They are found by {@link java.util.ServiceLoader}, so the jar
 * has a file {@code META-INF/services/convlstm4j.model.Extension} with the name of a public class
 * that implements this and has a public constructor without arguments:
 *
 * <pre>
 * public final class Mine implements Extension {
 *   &#64;Override
 *   public CustomLayers layers() {
 *     return CustomLayers.none().with("Scale", config -&gt; new Scale(config));
 *   }
 * }
 * </pre>
 */
public interface Extension {
  /**
   * Kinds of layers.
   *
   * @return none by default
   */
  default CustomLayers layers() {
    return CustomLayers.none();
  }

  /**
   * Kinds of metrics.
   *
   * @return none by default
   */
  default CustomMetrics metrics() {
    return CustomMetrics.none();
  }
}
