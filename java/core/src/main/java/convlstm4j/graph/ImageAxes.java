package convlstm4j.graph;

import convlstm4j.option.DataFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * How a layer reads the last axes of its input; messages name axes by it.
 *
 * @param format where the channels stand
 * @param spatial number of spatial axes, 0 to 3
 */
public record ImageAxes(DataFormat format, int spatial) {
  private static final List<String> SPATIAL = List.of("T", "H", "W");

  /**
   * What the axes of an array are called.
   *
   * @param rank how many there are, the batch first
   * @return for instance {@code [N, T, H, W, C]}; empty if there are axes before the image that
   *     have no name
   */
  Optional<List<String>> names(int rank) {
    int before = rank - spatial - 1;
    boolean hasTime = spatial == SPATIAL.size();
    if (before < 1 || before > (hasTime ? 1 : 2)) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>(List.of("N"));
    names.addAll(Collections.nCopies(before - 1, "T"));
    names.addAll(SPATIAL.subList(SPATIAL.size() - spatial, SPATIAL.size()));
    names.add(format == DataFormat.CHANNELS_LAST ? names.size() : before, "C");
    return Optional.of(List.copyOf(names));
  }
}
