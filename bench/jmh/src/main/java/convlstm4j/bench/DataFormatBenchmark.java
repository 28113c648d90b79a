package convlstm4j.bench;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.cli.article.Architectures;
import convlstm4j.data.Batch;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * What it is worth to compute a channels-first model in the format that a backend prefers: training
 * steps on one batch, as {@code model.trainOnBatch} does them.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 1, time = 5)
@Measurement(iterations = 4, time = 5)
@State(Scope.Benchmark)
public class DataFormatBenchmark {
  /** Small, so that many steps on one batch do not drive the weights out of range. */
  private static final double RATE = 1e-9;

  private static final List<String> GENRES = List.of("a", "b", "c", "d", "e", "f");

  /** The article's networks, channels first. */
  public enum Net {
    /** ConvLSTM2D of 8 filters on 16 frames of 3x200x200. */
    CONVLSTM_8(16, 200) {
      @Override
      Model model(Shape frame) {
        return Architectures.convLstm(frame, GENRES, 8, 8, 16);
      }
    },
    /** ConvLSTM2D of 20 filters on 8 frames of 3x100x100. */
    CONVLSTM_20(8, 100) {
      @Override
      Model model(Shape frame) {
        return Architectures.convLstm(frame, GENRES, 20, 20, 16);
      }
    },
    /** Conv2D of 8 filters, then an LSTM of 8 units, on 16 frames of 3x200x200. */
    CONV2D_8(16, 200) {
      @Override
      Model model(Shape frame) {
        return Architectures.convolutionLstm(frame, GENRES, 8, 8, 16);
      }
    };

    private final int frames;
    private final Shape frame;

    Net(int frames, int side) {
      this.frames = frames;
      this.frame = Shape.of(3, side, side);
    }

    abstract Model model(Shape frameShape);
  }

  /** Which network. */
  @Param public Net net;

  /** The format that the backend asks for, or the one that the model was written in. */
  @Param({"preferred", "own"})
  public String format;

  /** Name of the backend. */
  @Param("onednn")
  public String backend;

  private Backend started;
  private Model model;
  private Batch batch;

  /** Starts the backend and makes the batch. */
  @Setup(Level.Trial)
  public void start() {
    started = Backends.named(backend);
    model = net.model(net.frame).backend(format.equals("own") ? indifferent(started) : started);
    model.compile(new Adam(RATE), Loss.binaryCrossentropy());
    Tensor video = uniform(net.frame.prepend(1, net.frames), 0);
    List<Tensor> targets = new ArrayList<>();
    GENRES.forEach(g -> targets.add(uniform(Shape.of(1, net.frames, 1), 1 + targets.size())));
    batch = new Batch(List.of(video), targets, List.of(), "random");
  }

  /** The same backend without a preference. */
  private static Backend indifferent(Backend backend) {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) ->
                method.getName().equals("preferredFormat")
                    ? Optional.empty()
                    : method.invoke(backend, arguments));
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
    started.close();
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
