package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.execution.Profile;
import convlstm4j.execution.Profile.Line;
import convlstm4j.model.Model;
import convlstm4j.option.DataFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The article's network on onednn moves values at its edges only. */
class TranspositionsTest {
  private static final int BRANCHES = 6;

  private static List<Line> lines(DataFormat format) {
    Profile profile = new Profile();
    try (Backend backend = Backends.named("onednn");
        Model model =
            VideoNetworks.article(format, BRANCHES)
                .backend(backend)
                .profile(profile)
                .compile(VideoNetworks.quick())) {
      model.trainOnBatch(VideoNetworks.batch(format, BRANCHES));
    }
    return profile.lines();
  }

  private static List<String> transpositions(List<Line> lines) {
    return lines.stream()
        .filter(l -> l.op().equals("Transpose"))
        .map(l -> l.layer() + " " + l.calls())
        .toList();
  }

  @Test
  void channelsFirstIsTransposedOncePerEdge() {
    List<Line> lines = lines(DataFormat.CHANNELS_FIRST);
    // the video where it comes in; the pooled maps before they are flattened
    assertEquals(
        List.of(
            "conv_lstm2d 1",
            "time_distributed_1 1",
            "time_distributed_3 1",
            "time_distributed_5 1",
            "time_distributed_7 1",
            "time_distributed_9 1",
            "time_distributed_11 1"),
        transpositions(lines));
    assertTrue(lines.stream().anyMatch(l -> l.op().equals("Pool") && l.calls() == 1));
  }

  @Test
  void channelsLastIsNotTransposed() {
    assertEquals(List.of(), transpositions(lines(DataFormat.CHANNELS_LAST)));
  }
}
