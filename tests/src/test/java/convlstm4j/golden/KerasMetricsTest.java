package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.objective.Metric;
import convlstm4j.option.Config;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Metrics are what Keras gave (keras-numbers/metrics.py), also after a detour through their options
 * and with what they have counted so far taken elsewhere.
 */
class KerasMetricsTest {
  private static final int FIRST = 7;

  private static Map<String, Object> numbers() throws IOException {
    try (InputStream in =
        KerasMetricsTest.class.getResourceAsStream("/keras-numbers/metrics.json")) {
      return JSON.std.mapFrom(in);
    }
  }

  static Stream<Arguments> cases() throws IOException {
    List<Arguments> all = new ArrayList<>();
    for (Object o : (List<?>) numbers().get("cases")) {
      Map<?, ?> c = (Map<?, ?>) o;
      all.add(Arguments.of(Metric.fromConfig(Config.of(Config.copy(c))), c));
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isAsKerasHasIt(Metric metric, Map<String, Object> c) throws IOException {
    assertEquals(metric, Metric.fromConfig(Config.of(metric.config().toMap())));
    Tensor prediction = array(c.get("prediction"));
    Tensor target = array(c.get("target"));
    metric.check(target.shape(), prediction.shape());
    long samples = prediction.shape().dim(0);
    int first = samples < FIRST ? 2 : FIRST;
    List<?> values = (List<?>) c.get("values");
    Metric.Accumulator one = metric.start();
    add(one, c, 0, first);
    check(values.get(0), one.result());
    Metric.Accumulator other = metric.start();
    other.restore(one.state());
    add(other, c, first, (int) samples);
    check(values.get(1), other.result());
  }

  private static void check(Object expected, double got) {
    double keras = ((Number) expected).doubleValue();
    assertEquals(keras, got, 2e-5 * Math.max(1, Math.abs(keras)));
  }

  private static void add(Metric.Accumulator a, Map<String, Object> c, int from, int to)
      throws IOException {
    Tensor prediction = part(array(c.get("prediction")), from, to);
    Tensor weights = Tensor.zeros(DType.FLOAT32, prediction.shape().without(-1));
    Tensor given = array(c.get("weights"));
    int each = weights.size() / (to - from);
    for (int i = 0; i < weights.size(); i++) {
      weights.set(i, given.get(from + i / each));
    }
    a.add(part(array(c.get("target")), from, to), prediction, weights);
  }

  private static Tensor part(Tensor t, int from, int to) {
    int each = (int) (t.size() / t.shape().dim(0));
    Tensor part = Tensor.zeros(DType.FLOAT32, t.shape().with(0, to - from));
    for (int i = 0; i < part.size(); i++) {
      part.set(i, t.get(from * each + i));
    }
    return part;
  }

  private static Tensor array(Object name) throws IOException {
    Map<?, ?> a = (Map<?, ?>) ((Map<?, ?>) numbers().get("arrays")).get(name);
    List<?> values = (List<?>) a.get("values");
    long[] dims =
        ((List<?>) a.get("shape")).stream().mapToLong(d -> ((Number) d).longValue()).toArray();
    Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(dims));
    for (int i = 0; i < t.size(); i++) {
      t.set(i, ((Number) values.get(i)).doubleValue());
    }
    return t;
  }
}
