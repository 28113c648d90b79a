package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.contract.TestBackends;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Call;
import convlstm4j.layer.ConvGRU1D;
import convlstm4j.layer.ConvGRU2D;
import convlstm4j.layer.ConvGRU3D;
import convlstm4j.layer.GruLayer;
import convlstm4j.layer.Input;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** ConvGRUs give the outputs and gradients of PyTorch, which resources/conv-gru/make.py wrote. */
class ConvGruTest {
  private static final double OF_LARGEST = 2e-6;

  @TestFactory
  Stream<DynamicTest> agreesWithPyTorch() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    List<Map<String, Object>> cases;
    try (InputStream in = ConvGruTest.class.getResourceAsStream("/conv-gru/cases.json")) {
      cases = JSON.std.listOfFrom(Object.class, in).stream().map(ConvGruTest::map).toList();
    }
    for (String backend : List.of("reference", "onednn", "cuda")) {
      for (Map<String, Object> c : cases) {
        if (TestBackends.include(backend)) {
          String what = backend + " " + c.get("kernel_size") + " after=" + c.get("reset_after");
          tests.add(DynamicTest.dynamicTest(what, () -> check(backend, c)));
        }
      }
    }
    assertFalse(tests.isEmpty());
    return tests.stream();
  }

  @SuppressWarnings("unchecked") // JSON objects have string keys
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  private static void check(String name, Map<String, Object> c) {
    Map<String, Object> in = map(c.get("inputs"));
    List<Tensor> fed = new ArrayList<>(List.of(tensor(in.get("x")), tensor(in.get("h0"))));
    if (c.get("mask") != null) {
      fed.add(tensor(c.get("mask")));
    }
    List<Symbol> inputs = new ArrayList<>();
    fed.forEach(t -> inputs.add(Input.shape(t.shape().from(1).dims())));
    Call call = layer(c).returnSequences(true).on(inputs.get(0)).initialState(inputs.get(1));
    List<Symbol> y = (inputs.size() > 2 ? call.mask(inputs.get(2)) : call).outputs();
    List<Shape> shapes = fed.stream().map(Tensor::shape).toList();
    try (Backend backend = Backends.named(name);
        NetworkRun run =
            new NetworkRun(Network.of(inputs, y), backend, DType.FLOAT32, false, shapes)) {
      run.setWeights(
          Stream.of("kernel", "recurrent_kernel", "bias").map(k -> tensor(in.get(k))).toList());
      close("y", c.get("y"), run.forward(fed).get(0));
      run.backward(List.of(tensor(c.get("dy"))));
      Map<String, Object> gradients = map(c.get("gradients"));
      close("dx", gradients.get("x"), run.inputGradient(0));
      close("dh0", gradients.get("h0"), run.inputGradient(1));
      close("dkernel", gradients.get("kernel"), run.weightGradient(0));
      close("drecurrent_kernel", gradients.get("recurrent_kernel"), run.weightGradient(1));
      close("dbias", gradients.get("bias"), run.weightGradient(2));
    }
  }

  private static GruLayer<?> layer(Map<String, Object> c) {
    int[] k = ints(c.get("kernel_size"));
    int f = (Integer) c.get("filters");
    GruLayer<?> layer =
        switch (k.length) {
          case 1 -> new ConvGRU1D(f, k[0]);
          case 2 -> new ConvGRU2D(f, k[0], k[1]);
          default -> new ConvGRU3D(f, k[0], k[1], k[2]);
        };
    layer.goBackwards((Boolean) c.get("go_backwards"));
    layer.resetAfter((Boolean) c.get("reset_after"));
    return layer;
  }

  private static int[] ints(Object list) {
    return ((List<?>) list).stream().mapToInt(v -> (Integer) v).toArray();
  }

  private static Tensor tensor(Object array) {
    Map<String, Object> a = map(array);
    Tensor t =
        Tensor.zeros(
            DType.FLOAT32, Shape.of(Arrays.stream(ints(a.get("shape"))).asLongStream().toArray()));
    List<?> data = (List<?>) a.get("data");
    for (int i = 0; i < t.size(); i++) {
      t.set(i, ((Number) data.get(i)).doubleValue());
    }
    return t;
  }

  private static void close(String what, Object expected, Tensor actual) {
    Tensor e = tensor(expected);
    assertEquals(e.shape(), actual.shape(), what);
    double largest = 0;
    for (int i = 0; i < e.size(); i++) {
      largest = Math.max(largest, Math.abs(e.get(i)));
    }
    for (int i = 0; i < e.size(); i++) {
      assertEquals(e.get(i), actual.get(i), OF_LARGEST * largest + 1e-7, what + " " + i);
    }
  }
}
