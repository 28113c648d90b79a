package convlstm4j.bench;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Backends;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One ConvLSTM layer on a backend: a forward pass as at inference, and a training step (forward,
 * all gradients, SGD). {@code -p backend=NAME -p shape=S1,S2,S3} choose; the counter {@code gflops}
 * is the arithmetic of the convolutions, in 1e9 per second.
 */
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(3)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 3)
public class ConvLstm2dBenchmark {
  /** Which layer on which backend. */
  @State(Scope.Benchmark)
  public static class Layer {
    /** Name of the backend. */
    @Param("reference")
    public String backend;

    /** Which layer. */
    @Param public BenchShape shape;

    private Backend started;
    private LayerUnderTest inference;
    private LayerUnderTest training;

    /** Starts the backend and allocates the data. */
    @Setup(Level.Trial)
    public void start() {
      started = Backends.named(backend);
      inference = new LayerUnderTest(started, shape, Mode.INFERENCE);
      training = new LayerUnderTest(started, shape, Mode.TRAINING);
    }

    /** Gives everything back. */
    @TearDown(Level.Trial)
    public void stop() {
      inference.close();
      training.close();
      started.close();
    }
  }

  /** Counts arithmetic. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Arithmetic {
    /** Operations of the convolutions since the iteration began, in 1e9. */
    public double gflops;

    /** Starts from 0. */
    @Setup(Level.Iteration)
    public void reset() {
      gflops = 0;
    }
  }

  /**
   * A forward pass.
   *
   * @param layer which layer
   * @param arithmetic counts
   * @return the output
   */
  @Benchmark
  public Object forward(Layer layer, Arithmetic arithmetic) {
    layer.inference.forward();
    arithmetic.gflops += layer.shape.forwardFlops() / 1e9;
    return layer.inference.result();
  }

  /**
   * A training step.
   *
   * @param layer which layer
   * @param arithmetic counts
   * @return the output
   */
  @Benchmark
  public Object trainingStep(Layer layer, Arithmetic arithmetic) {
    layer.training.trainingStep();
    arithmetic.gflops += 3 * layer.shape.forwardFlops() / 1e9;
    return layer.training.result();
  }
}
