package convlstm4j.io.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Add;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.LayerZoo;
import convlstm4j.program.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ArchitectureRoundTripTest {
  @TestFactory
  List<DynamicTest> everyLayerKind() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Layer l : LayerZoo.layers()) {
      tests.add(DynamicTest.dynamicTest(l.label(), () -> checkRoundTrip(LayerZoo.networkOf(l))));
    }
    return tests;
  }

  private static Network checkRoundTrip(Network network) {
    String json = Architecture.toJson(network, "m");
    Network back = Architecture.fromJson(json);
    assertEquals(json, Architecture.toJson(back, "m"));
    assertEquals(weights(network), weights(back));
    assertEquals(network.outputNames(), back.outputNames());
    assertEquals(shapes(network.outputs()), shapes(back.outputs()));
    return back;
  }

  private static List<String> weights(Network n) {
    return n.parameters().stream().map(Parameter::toString).toList();
  }

  private static List<String> shapes(List<Symbol> symbols) {
    return symbols.stream().map(s -> s.shape().toString()).toList();
  }

  @Test
  void encoderAndDecoderWithStatesMaskAndSharedLayer() {
    Symbol x = Input.named("past", Input.ANY, 8, 7, 2);
    Symbol y = Input.named("future", Input.ANY, 8, 7, 2);
    Symbol m = Input.named("mask", Input.ANY);
    List<Symbol> encoded = new ConvLSTM2D(3, 3).returnState(true).on(x).mask(m).outputs();
    ConvLSTM2D decoder = new ConvLSTM2D(3, 3).returnSequences(true).named("decoder");
    Symbol one = decoder.on(y).initialState(encoded.get(1), encoded.get(2)).outputs().get(0);
    Symbol two =
        decoder.on(x).initialState(encoded.get(2), encoded.get(1)).mask(m).outputs().get(0);
    Dense shared = new Dense(4);
    Symbol a = shared.apply(one);
    Symbol b = shared.apply(two);
    Network network = Network.of(List.of(m, x, y), List.of(b, a, encoded.get(2)));
    Network back = checkRoundTrip(network);
    assertTrue(
        back.outputs()
            .get(0)
            .node()
            .arguments()
            .data()
            .get(0)
            .node()
            .arguments()
            .mask()
            .isPresent());
    assertEquals(2, back.outputs().get(2).index());
  }

  @Test
  void bidirectionalWithStates() {
    Symbol x = Input.shape(Input.ANY, 2);
    List<Symbol> s = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      s.add(Input.named("s" + i, 3));
    }
    List<Symbol> out =
        new Bidirectional(new LSTM(3).returnState(true))
            .on(x)
            .initialState(s.get(0), s.get(1), s.get(2), s.get(3))
            .outputs();
    List<Symbol> inputs = new ArrayList<>(s);
    inputs.add(x);
    assertEquals(5, out.size());
    checkRoundTrip(Network.of(inputs, out));
  }

  @Test
  void initialiserOfTheUsersOwnIsRefused() {
    Symbol x = Input.shape(2);
    Dense d = new Dense(1).named("d").kernelInitializer((shape, random) -> new double[2]);
    Network n = Network.of(List.of(x), List.of(new Add().apply(d.apply(x), d.apply(x))));
    String message =
        assertThrows(ArchitectureException.class, () -> Architecture.toJson(n)).getMessage();
    assertTrue(message.startsWith("Dense \"d\": initializer "), message);
    assertTrue(message.contains("has no Keras form"), message);
  }
}
