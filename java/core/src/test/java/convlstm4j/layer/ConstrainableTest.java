package convlstm4j.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.config.ConstraintForms;
import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Layer;
import convlstm4j.option.Constraint;
import convlstm4j.program.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The weights that a layer says may have a constraint are those that it has. */
class ConstrainableTest {
  /** Options with which a layer has all weights that Keras's has, and no further ones. */
  private static final Map<String, Boolean> ALL_WEIGHTS =
      Map.of(
          "use_bias", true, "center", true, "scale", true, "peephole", false, "rms_scaling", false);

  /** Weights for which Keras has no constraint each: none, or one for several. */
  private static boolean isWithoutAny(KerasLayer<?> layer) {
    return layer instanceof RMSNormalization
        || layer instanceof Attention
        || layer instanceof AdditiveAttention
        || layer instanceof MultiHeadAttention;
  }

  @TestFactory
  List<DynamicTest> areWeightsOfEveryKind() {
    List<DynamicTest> tests = new ArrayList<>();
    for (KerasLayer<?> l : LayerZoo.layers()) {
      if (l.children().isEmpty()) {
        tests.add(DynamicTest.dynamicTest(l.label(), () -> check(l)));
      }
    }
    return tests;
  }

  private static void check(KerasLayer<?> like) {
    Map<String, Object> config = new HashMap<>(like.config());
    config.remove("layer_normalization"); // Keras has no such weights
    config.replaceAll((k, v) -> v instanceof Boolean b ? ALL_WEIGHTS.getOrDefault(k, b) : v);
    KerasLayer<?> layer = read(like.kerasClass(), config);
    TreeSet<String> names = new TreeSet<>();
    for (Parameter p : LayerZoo.networkOf(layer).parameters()) {
      if (p.isTrainable() && !isWithoutAny(layer)) {
        names.add(p.localName());
      }
    }
    assertEquals(names, new TreeSet<>(layer.constrainable()));
    for (String name : names) {
      String option = ConstraintForms.option(name);
      Map<String, Object> constrained = new HashMap<>(config);
      constrained.put(option + "_constraint", Map.of("class_name", "NonNeg", "config", Map.of()));
      KerasLayer<?> one = read(like.kerasClass(), constrained);
      assertEquals(Map.of(name, Constraint.nonNeg()), one.constraints());
      Map<?, ?> written = (Map<?, ?>) Layers.toKeras(one).get("config");
      assertEquals("NonNeg", ((Map<?, ?>) written.get(option + "_constraint")).get("class_name"));
      List<String> held =
          LayerZoo.networkOf(one).parameters().stream()
              .filter(p -> p.constraint().isPresent())
              .map(Parameter::localName)
              .toList();
      assertEquals(List.of(name), held);
    }
  }

  private static KerasLayer<?> read(String kind, Map<String, Object> config) {
    Layer l = Layers.fromConfig(kind, config, KerasVersion.KERAS3);
    return (KerasLayer<?>) l;
  }

  @Test
  void aKernelThatThereIsNotIsSaid() {
    for (KerasLayer<?> l : List.of(new SeparableConv2D(4, 3), new DepthwiseConv2D(3))) {
      String said =
          assertThrows(
                  IllegalArgumentException.class, () -> l.constraint("kernel", Constraint.nonNeg()))
              .getMessage();
      assertTrue(said.contains("expected one of [depthwise, "), said);
    }
    for (String option : List.of("kernel_constraint", "kernel_regularizer")) {
      Map<String, Object> config = new HashMap<>(new SeparableConv2D(4, 3).config());
      config.put(option, Map.of("class_name", "NonNeg", "config", Map.of()));
      String said =
          assertThrows(IllegalArgumentException.class, () -> read("SeparableConv2D", config))
              .getMessage();
      assertTrue(
          said.startsWith("SeparableConv2D has the option " + option)
              && said.endsWith("with which Keras does nothing and which is passed over"),
          said);
    }
  }
}
