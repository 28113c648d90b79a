package convlstm4j.backend;

import java.util.List;

/** Host values on their way to a backend: {@link Memory#stage}. */
@FunctionalInterface
public interface Upload {
  /**
   * Brings the values into buffers.
   *
   * @param targets one per value, of its type and number of elements
   */
  void into(List<? extends Buffer> targets);
}
