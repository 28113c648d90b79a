package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;
import convlstm4j.contract.TestBackends;
import convlstm4j.golden.OracleChecks.Called;
import convlstm4j.model.Model;
import convlstm4j.tensor.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The oracle's networks, predicted one and two frames at a time, against all frames at once. */
class OracleStretchesTest {
  /** Sums may be in another order where layouts differ. */
  private static final double CLOSE = 2e-5;

  @TestFactory
  Stream<DynamicTest> asAtOnce() throws URISyntaxException {
    List<DynamicTest> tests = new ArrayList<>();
    for (BackendProvider provider : TestBackends.providers()) {
      for (OracleCase c : cases()) {
        if (List.of("layer", "sequential", "functional").contains(c.string("kind"))) {
          tests.add(
              DynamicTest.dynamicTest(provider.name() + " " + c.name(), () -> check(provider, c)));
        }
      }
    }
    assertTrue(tests.size() >= 10, "only " + tests.size() + " cases");
    return tests.stream();
  }

  private static List<OracleCase> cases() throws URISyntaxException {
    Path whole =
        Path.of(System.getProperty("convlstm4j.root", ".."), "..", "shared", "oracle")
            .toAbsolutePath()
            .normalize();
    return OracleCase.all(
        Files.isDirectory(whole)
            ? whole
            : Path.of(OracleStretchesTest.class.getResource("/oracle").toURI()));
  }

  private static void check(BackendProvider provider, OracleCase c) {
    Called called = OracleChecks.called(c);
    Tensor[] inputs = called.inputs().toArray(Tensor[]::new);
    try (Backend backend = provider.start();
        Model model = Model.of(called.network()).backend(backend).seed(7)) {
      List<Tensor> expected = model.predict(inputs);
      for (int frames = 1; frames <= 2; frames++) {
        model.resetStates();
        List<Tensor> got = model.stretch(frames).predict(inputs);
        for (int k = 0; k < expected.size(); k++) {
          Tensor e = expected.get(k);
          assertEquals(e.shape(), got.get(k).shape());
          for (int i = 0; i < e.size(); i++) {
            double close = provider.name().equals("reference") ? 0 : CLOSE;
            double most = close * Math.max(1, Math.abs(e.get(i)));
            assertEquals(e.get(i), got.get(k).get(i), most, frames + " frames [" + i + "]");
          }
        }
      }
    }
  }
}
