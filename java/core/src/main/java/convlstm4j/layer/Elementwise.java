package convlstm4j.layer;

import static convlstm4j.formula.Formula.constant;

import convlstm4j.config.ActivationFunction;
import convlstm4j.config.Config;
import convlstm4j.config.FunctionForms;
import convlstm4j.config.KerasVersion;
import convlstm4j.formula.Formula;
import convlstm4j.formula.Function;
import convlstm4j.op.Pointwise;
import convlstm4j.option.Activation;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Operations on each element, of tensors of equally many axes and of numbers. */
final class Elementwise {
  private static final List<String> TWO = List.of("x1", "x2");
  private static final Formula ONE = constant(1);
  private static final Map<String, String> ACTIVATIONS =
      Map.ofEntries(
          Map.entry("HardSigmoid", "hard_sigmoid"),
          Map.entry("HardSilu", "hard_silu"),
          Map.entry("HardTanh", "hard_tanh"),
          Map.entry("LogSigmoid", "log_sigmoid"),
          Map.entry("Mish", "mish"),
          Map.entry("Relu", "relu"),
          Map.entry("Relu6", "relu6"),
          Map.entry("Selu", "selu"),
          Map.entry("Sigmoid", "sigmoid"),
          Map.entry("Silu", "silu"),
          Map.entry("Softplus", "softplus"),
          Map.entry("Softsign", "softsign"),
          Map.entry("TanhShrink", "tanh_shrink"));

  private Elementwise() {}

  static void addTo(Map<String, OperationKind> all) {
    binary(all);
    one(all, "Abs", Formula::abs);
    one(all, "Absolute", Formula::abs);
    one(all, "Ceil", x -> floor(x.times(-1)).times(-1));
    one(all, "Exp", Formula::exp);
    one(all, "Expm1", x -> Formula.of(Function.EXPM1, x));
    one(all, "Floor", Elementwise::floor);
    one(all, "Log", Formula::log);
    one(all, "Log1p", Formula::log1p);
    one(all, "Log10", x -> x.log().over(Math.log(10)));
    one(all, "Log2", x -> x.log().over(Math.log(2)));
    one(all, "Negative", x -> x.times(-1));
    one(all, "Reciprocal", ONE::over);
    one(all, "Sign", Formula::sign);
    one(all, "Sqrt", Formula::sqrt);
    one(all, "Square", Formula::square);
    one(all, "Tanh", Formula::tanh);
    one(all, "LogicalNot", x -> x.equal(constant(0)));
    one(all, "OnesLike", x -> x.less(x).plus(1));
    one(all, "ZerosLike", x -> x.less(x));
    all.put("ConvertToTensor", kind("core", List.of("x"), a -> a[0]));
    all.put("Rsqrt", kind("math", List.of("x"), a -> ONE.over(a[0].sqrt())));
    all.put("Where", kind("numpy", List.of("condition", "x1", "x2"), a -> a[0].where(a[1], a[2])));
    all.put("Clip", OperationKind.of(List.of("x_min", "x_max"), Elementwise::clip));
    activations(all);
  }

  private static void binary(Map<String, OperationKind> all) {
    two(all, "Add", Formula::plus);
    two(all, "Divide", Formula::over);
    two(all, "Equal", Formula::equal);
    two(all, "FloorDivide", (a, b) -> floor(a.over(b)));
    two(all, "Greater", (a, b) -> b.less(a));
    two(all, "GreaterEqual", (a, b) -> b.less(a).max(a.equal(b)));
    two(all, "Less", Formula::less);
    two(all, "LessEqual", (a, b) -> a.less(b).max(a.equal(b)));
    two(all, "LogicalAnd", (a, b) -> not(a.equal(constant(0)).max(b.equal(constant(0)))));
    two(all, "LogicalOr", (a, b) -> not(a.equal(constant(0)).min(b.equal(constant(0)))));
    two(all, "Maximum", Formula::max);
    two(all, "Minimum", Formula::min);
    two(all, "Multiply", Formula::times);
    two(all, "NotEqual", (a, b) -> not(a.equal(b)));
    two(all, "Power", (a, b) -> Formula.of(Function.POWER, a, b));
    two(all, "Subtract", Formula::minus);
    two(all, "TrueDivide", Formula::over);
  }

  private static void activations(Map<String, OperationKind> all) {
    ACTIVATIONS.forEach(
        (kind, name) ->
            all.put(
                kind, activation(List.of(), c -> FunctionForms.named(name, KerasVersion.KERAS3))));
    all.put("Elu", activation(List.of("alpha"), FunctionForms::elu));
    all.put("LeakyRelu", activation(List.of("negative_slope"), Elementwise::leakyRelu));
    all.put("Gelu", activation(List.of("approximate"), Elementwise::gelu));
  }

  private static OperationKind activation(
      List<String> options, java.util.function.Function<Config, ActivationFunction> read) {
    return OperationKind.in("nn", options, c -> read.apply(c)::lower);
  }

  /** Keras's operation has another default than its layer. */
  private static ActivationFunction leakyRelu(Config c) {
    return ActivationFunction.of(Activation.leakyRelu(c.real("negative_slope", 0.2)));
  }

  /** With tanh, as Keras's operation is by default (Hendrycks and Gimpel 2016, section 2). */
  private static ActivationFunction gelu(Config c) {
    if (!c.bool("approximate", true)) {
      return FunctionForms.named("gelu", KerasVersion.KERAS3);
    }
    Formula x = Formula.input(0);
    Formula cubic = x.plus(x.times(x.square()).times(0.044715));
    Formula y = x.times(0.5).times(cubic.times(Math.sqrt(2 / Math.PI)).tanh().plus(1));
    return ActivationFunction.of("gelu", y);
  }

  private static OperationKind.Single clip(Config c) {
    Formula y = Formula.input(0);
    if (c.get("x_min") != null) {
      y = y.max(constant(c.real("x_min", 0)));
    }
    if (c.get("x_max") != null) {
      y = y.min(constant(c.real("x_max", 0)));
    }
    Pointwise op = new Pointwise(y, 1);
    return (g, x) -> g.op(op, x);
  }

  private static Formula floor(Formula x) {
    return Formula.of(Function.FLOOR, x);
  }

  private static Formula not(Formula a) {
    return ONE.minus(a);
  }

  private static void one(Map<String, OperationKind> all, String name, UnaryOperator<Formula> f) {
    all.put(name, kind("numpy", List.of("x"), a -> f.apply(a[0])));
  }

  private static void two(Map<String, OperationKind> all, String name, BinaryOperator<Formula> f) {
    all.put(name, kind("numpy", TWO, a -> f.apply(a[0], a[1])));
  }

  private static OperationKind kind(
      String module,
      List<String> parameters,
      java.util.function.Function<Formula[], Formula> formula) {
    return new OperationKind(
        module,
        parameters,
        List.of(),
        false,
        c -> {
          Formula[] arguments = new Formula[parameters.size()];
          int tensors = 0;
          for (int i = 0; i < arguments.length; i++) {
            String p = parameters.get(i);
            arguments[i] = c.get(p) == null ? Formula.input(tensors++) : constant(c.real(p, 0));
          }
          if (tensors == 0) {
            throw c.wrong(parameters.get(0), "expected a tensor among its arguments");
          }
          Pointwise op = new Pointwise(formula.apply(arguments), tensors);
          return (g, inputs) -> g.ops(op, inputs);
        });
  }
}
