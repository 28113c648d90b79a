package convlstm4j.cli;

import convlstm4j.op.ClipGradients.Mode;
import convlstm4j.optim.Averaging;
import convlstm4j.optim.Common;
import convlstm4j.optim.Optimizer;
import convlstm4j.optim.RMSprop;
import convlstm4j.optim.SGD;
import convlstm4j.optim.Schedule;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How weights follow from gradients, in Keras's words. */
final class OptimizerOptions {
  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description = {
        "sgd, adam, adamw, rmsprop, adadelta, adagrad, adamax, nadam, lion or ftrl. Default: the"
            + " model's own, or adam."
      })
  @Nullable String optimizer;

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description = "Default: the model's own, or Keras's for the optimiser.")
  @Nullable Double learningRate;

  @Option(
      names = "--schedule",
      paramLabel = "KIND:..",
      description = {
        "How the learning rate goes on from --learning-rate R, in steps (batches):",
        "  cosine:STEPS[,alpha=A][,warmup=STEPS] down to A*R (0) as half a cosine, after a straight"
            + " line up from 0;",
        "  exponential:STEPS,FACTOR[,staircase] times FACTOR in every STEPS;",
        "  piecewise:STEP=RATE[,STEP=RATE..] another rate after each STEP;",
        "  restarts:STEPS[,t=T][,m=M][,alpha=A] cosines, each T (2) times as long, from M (1) times"
            + " the rate;",
        "  polynomial:STEPS[,end=E][,power=P][,cycle] down to E (1e-4) as (1 - step/STEPS)^P (1);",
        "  inverse:STEPS,RATE[,staircase] R / (1 + RATE step/STEPS);",
        "  onecycle:STEPS up from R/25 to R, then down, as PyTorch's OneCycleLR;",
        "  cyclic:STEPS,LEAST straight from LEAST to R in STEPS, back, and again."
      })
  @Nullable String schedule;

  @Option(names = "--momentum", paramLabel = "M", description = "Of sgd or rmsprop. Default: 0.")
  @Nullable Double momentum;

  @Option(
      names = "--nesterov",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Nesterov's form of sgd's momentum. Default: false.")
  @Nullable Boolean nesterov;

  @Option(
      names = "--weight-decay",
      paramLabel = "D",
      description = "Decoupled decay of weights. Default: the model's own, or Keras's.")
  @Nullable Double weightDecay;

  @Option(
      names = "--clip-value",
      paramLabel = "L",
      description = "Limit every element of the gradients to -L to L.")
  @Nullable Double clipValue;

  @Option(
      names = "--clip-norm",
      paramLabel = "L",
      description = "Limit the Euclidean norm of each weight's gradient to L.")
  @Nullable Double clipNorm;

  @Option(
      names = "--global-clip-norm",
      paramLabel = "L",
      description = "Limit the Euclidean norm of all gradients together to L.")
  @Nullable Double globalClipNorm;

  @Option(
      names = "--ema",
      paramLabel = "M",
      description = {
        "Keep a moving average of the weights with this momentum (Keras: 0.99), which takes their"
            + " place when training is done; 0 for none. Default: the model's own, or none."
      })
  @Nullable Double ema;

  @Option(
      names = "--ema-overwrite",
      paramLabel = "STEPS",
      description = "With --ema: the average takes the weights' place after every STEPS, too.")
  @Nullable Long emaOverwrite;

  @Option(
      names = "--accumulate",
      paramLabel = "STEPS",
      description = "Update the weights after every STEPS batches, by their mean gradient.")
  @Nullable Integer accumulation;

  /**
   * The optimiser that is asked for.
   *
   * @param before the model's own; null for none
   */
  Optimizer apply(@Nullable Optimizer before) {
    List<String> own =
        Given.of("--momentum", momentum != null).and("--nesterov", nesterov != null).names();
    if (optimizer == null && !own.isEmpty()) {
      throw new IllegalArgumentException(own.get(0) + " goes with --optimizer");
    }
    Optimizer o = optimizer == null && before != null ? before : named();
    Common c = o.common().withLearningRate(rate(o.common().learningRate()));
    c = weightDecay == null ? c : c.withWeightDecay(weightDecay);
    c = averaged(c);
    c = accumulation == null ? c : c.withAccumulation(accumulation);
    return clipped(o.common(c));
  }

  private Common averaged(Common c) {
    if (ema != null && ema == 0 && emaOverwrite != null) {
      throw new IllegalArgumentException("--ema-overwrite goes with an average, --ema 0 is none");
    }
    if (ema != null) {
      return c.withAveraging(
          ema == 0 ? null : new Averaging(ema, emaOverwrite == null ? 0 : emaOverwrite));
    }
    if (emaOverwrite == null) {
      return c;
    }
    if (c.averaging() == null) {
      throw new IllegalArgumentException("--ema-overwrite goes with --ema");
    }
    return c.withAveraging(new Averaging(c.averaging().momentum(), emaOverwrite));
  }

  private Schedule rate(Schedule before) {
    if (schedule != null) {
      return Schedules.parse(
          schedule, learningRate == null ? Schedules.first(before) : learningRate);
    }
    return learningRate == null ? before : Schedule.constant(learningRate);
  }

  private Optimizer clipped(Optimizer o) {
    List<String> clips =
        Given.of("--clip-value", clipValue != null)
            .and("--clip-norm", clipNorm != null)
            .and("--global-clip-norm", globalClipNorm != null)
            .names();
    if (clips.isEmpty()) {
      return o;
    }
    if (clips.size() > 1) {
      throw new IllegalArgumentException(clips.get(0) + " goes without " + clips.get(1));
    }
    Mode mode = clipValue != null ? Mode.VALUE : clipNorm != null ? Mode.NORM : Mode.GLOBAL_NORM;
    double limit =
        Stream.of(clipValue, clipNorm, globalClipNorm)
            .flatMap(Stream::ofNullable)
            .findFirst()
            .orElseThrow();
    return o.common(o.common().withLimit(mode, limit));
  }

  private Optimizer named() {
    String name = optimizer == null ? "adam" : optimizer;
    if (nesterov != null && !name.equals("sgd")) {
      throw new IllegalArgumentException("--nesterov goes with --optimizer sgd, not " + name);
    }
    if (momentum != null && !name.equals("sgd") && !name.equals("rmsprop")) {
      throw new IllegalArgumentException(
          "--momentum goes with --optimizer sgd or rmsprop, not " + name);
    }
    double m = momentum == null ? 0 : momentum;
    return switch (name) {
      case "sgd" -> new SGD().momentum(m).nesterov(nesterov != null && nesterov);
      case "rmsprop" -> new RMSprop().momentum(m);
      default -> Optimizer.ofName(name);
    };
  }
}
