package convlstm4j.bench;

import convlstm4j.cli.article.Architectures;
import convlstm4j.data.Batch;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to name a budget of memory that does not bind: training steps of the article's
 * network, as {@code model.trainOnBatch} does them. {@code bench/budget} runs the two in turns.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 5)
@Measurement(iterations = 2, time = 5)
@State(Scope.Benchmark)
public class BudgetBenchmark {
  /** Small, so that many steps on one batch do not drive the weights out of range. */
  private static final double RATE = 1e-9;

  private static final List<String> GENRES = List.of("a", "b", "c", "d", "e", "f");
  private static final int FRAMES = 16;
  private static final Shape FRAME = Shape.of(3, 100, 100);

  /** Bytes that are never reached. */
  private static final long WIDE = 1L << 40;

  /** Whether a budget is named. */
  @Param({"none", "wide"})
  public String budget;

  private Model model;
  private Batch batch;

  /** Makes model and batch. */
  @Setup(Level.Trial)
  public void start() {
    model = Architectures.convLstm(FRAME, GENRES, 20, 10, 32).backend("onednn");
    if (budget.equals("wide")) {
      model.memory(WIDE);
    }
    model.compile(new Adam(RATE), Loss.binaryCrossentropy());
    List<Tensor> targets = new ArrayList<>();
    GENRES.forEach(g -> targets.add(uniform(Shape.of(1, FRAMES, 1), 1 + targets.size())));
    Tensor video = uniform(FRAME.prepend(FRAMES).prepend(1), 0);
    batch = new Batch(List.of(video), targets, List.of(), "random");
  }

  private static Tensor uniform(Shape shape, int stream) {
    Tensor t = Tensor.zeros(DType.FLOAT32, shape);
    Philox random = new Philox(20150612, 0).stream(1, stream);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, random.uniform(i));
    }
    return t;
  }

  /** Gives everything back. */
  @TearDown(Level.Trial)
  public void stop() {
    model.close();
  }

  /**
   * A training step.
   *
   * @return the losses
   */
  @Benchmark
  public Object trainingStep() {
    return model.trainOnBatch(batch);
  }
}
