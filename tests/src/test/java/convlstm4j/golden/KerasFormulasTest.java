package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.contract.TestBackends;
import convlstm4j.formula.Formula;
import convlstm4j.model.Compile;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Losses of Keras, written as the formulas that a user would write, give the losses that Keras
 * gave, and after a step of training its outputs.
 */
class KerasFormulasTest {
  private static final Formula PREDICTION = Formula.input(0);
  private static final Formula TARGET = Formula.input(1);
  private static final Formula EPSILON = Formula.constant(1e-7);

  @TempDir static Path folder;
  private static List<KerasCase> cases;

  @BeforeAll
  static void unpack() throws IOException {
    cases = KerasCase.unpack(folder);
  }

  private static Map<String, Formula> losses() {
    Formula error = PREDICTION.minus(TARGET).abs();
    Formula logs = PREDICTION.max(EPSILON).plus(1).log().minus(TARGET.max(EPSILON).plus(1).log());
    return Map.of(
        "compile_loss_logcosh", error.plus(error.times(-2).exp().log1p()).minus(Math.log(2)),
        "compile_loss_msle", logs.square(),
        "compile_loss_mape", error.over(TARGET.abs().max(EPSILON)).times(100));
  }

  static Stream<Arguments> all() {
    List<Arguments> all = new ArrayList<>();
    for (String backend : List.of("reference", "onednn")) {
      if (TestBackends.include(backend)) {
        losses()
            .forEach(
                (name, f) ->
                    all.add(
                        Arguments.of(
                            backend, name, Compile.with(new Adam()).loss(Loss.of(name, f)))));
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("all")
  void trainAsKeras(String backend, String name, Compile compile) {
    List<KerasCase> some = cases.stream().filter(c -> name.equals(c.row().get("case"))).toList();
    List<KerasCase> files = some.stream().filter(c -> c.file().endsWith(".keras")).toList();
    assertEquals(1, files.size(), name);
    assertEquals(
        Optional.empty(), files.get(0).trainsAsKeras(backend, model -> model.compile(compile)));
  }
}
