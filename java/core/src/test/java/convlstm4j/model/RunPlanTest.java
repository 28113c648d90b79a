package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.ForwardingBackend;
import convlstm4j.backend.ForwardingPlan;
import convlstm4j.backend.Plan;
import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.data.Batch;
import convlstm4j.execution.TrackingBackend;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Conv3D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Input;
import convlstm4j.objective.Loss;
import convlstm4j.op.Op;
import convlstm4j.optim.SGD;
import convlstm4j.option.Activation;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A plan says what the run then does. */
class RunPlanTest {
  private static final long TOO_MUCH = 1L << 60;

  /** A device whose algorithms want more than there is, unless they are asked for frugal ones. */
  private static final class Frugal extends ForwardingBackend {
    private final int least;
    private int level;

    /** Frugal from a level on; has no algorithms at all above. */
    Frugal(int least) {
      super(new TrackingBackend());
      this.least = least;
    }

    @Override
    public int frugality() {
      return 2;
    }

    @Override
    public <T> T frugal(int asked, Supplier<T> planning) {
      int before = level;
      level = asked;
      try {
        return planning.get();
      } finally {
        level = before;
      }
    }

    @Override
    public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
      if (level > 0 && level > least) {
        throw new BackendException("no algorithm");
      }
      boolean isLight = level == least;
      return new ForwardingPlan(super.plan(op, inputs, dtype, mode)) {
        @Override
        public long workspaceBytes() {
          return isLight ? super.workspaceBytes() : TOO_MUCH;
        }

        @Override
        public void forward(Forward call) {
          assertTrue(isLight);
          super.forward(call);
        }
      };
    }
  }

  @Test
  void doesWithLessWhereARunDoes() {
    for (int least = 1; least <= 2; least++) {
      try (Backend backend = new Frugal(least);
          Model model =
              Sequential.of(Mini.input("x", 2), Mini.dense(1, Activation.TANH)).backend(backend)) {
        RunPlan plan = model.plan(false, Shape.of(3, 2));
        assertEquals(Optional.empty(), plan.refusal(), plan.toString());
        assertTrue(plan.run() < TOO_MUCH, plan.toString());
        model.predict(Tensor.zeros(DType.FLOAT32, Shape.of(3, 2)));
      }
    }
  }

  @Test
  void tellsThatARunDoesNotFitWhereNoAlgorithmDoesWithSoLittle() {
    try (Backend backend = new Frugal(-1);
        Model model =
            Sequential.of(Mini.input("x", 2), Mini.dense(1, Activation.TANH)).backend(backend)) {
      String refusal = model.plan(false, Shape.of(3, 2)).refusal().orElseThrow();
      assertTrue(refusal.contains("needs"), refusal);
    }
  }

  /** It is read, or drawn, before anything runs. */
  @Test
  void countsTheLargestWeightOnTheHeap() {
    Shape shape = Shape.of(1, 4096);
    try (Model small = dense(2);
        Model large = dense(4096)) {
      long mib = 1 << 20;
      RunPlan few = small.plan(false, shape);
      assertEquals((112 + 32) * mib, few.java() + few.heap());
      RunPlan many = large.plan(false, shape);
      assertEquals((112 + 64) * mib, many.java() + many.heap());
      assertEquals(168 * mib, small.plan(true, shape).java());
      assertEquals((112 + 64) * mib, large.plan(true, shape).java());
    }
  }

  private static Model dense(int units) {
    return Sequential.of(Mini.input("x", 4096), Mini.dense(units, Activation.TANH))
        .backend("reference")
        .compile(new SGD(0.1), Loss.meanSquaredError());
  }

  /** Counts what is started. */
  private static final class Counting extends ForwardingBackend {
    private int forward;
    private int backward;

    Counting() {
      super(new ReferenceBackend());
    }

    @Override
    public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
      return new ForwardingPlan(super.plan(op, inputs, dtype, mode)) {
        @Override
        public void forward(Forward call) {
          forward++;
          super.forward(call);
        }

        @Override
        public void backward(Backward call) {
          backward++;
          super.backward(call);
        }
      };
    }
  }

  @Test
  void countsWhatIsStarted() {
    Shape shape = Shape.of(2, 9, 4, 5, 1);
    Symbol v = Input.named("x", Input.ANY, 4, 5, 1);
    Symbol x = new ConvLSTM2D(2, 3).padding("same").returnSequences(true).apply(v);
    x = new Conv3D(1, 3).padding(Padding.SAME).apply(new BatchNormalization().apply(x));
    try (Counting backend = new Counting();
        Model model = Model.of(v, x).backend(backend)) {
      Tensor video = Tensor.zeros(DType.FLOAT32, shape);
      model.compile(Compile.with(new SGD(0.1)).loss(Loss.meanSquaredError()));
      Tensor target = model.predict(video).get(0);
      Batch batch = new Batch(List.of(video), List.of(target), List.of(), "batch");
      for (int frames : new int[] {9, 4, 2}) {
        model.stretch(frames);
        backend.forward = 0;
        model.predict(video);
        assertEquals(model.plan(false, shape).ops(), backend.forward, frames + " at a time");
        backend.forward = 0;
        backend.backward = 0;
        model.trainOnBatch(batch);
        long started = (long) backend.forward + backend.backward;
        long planned = model.plan(true, shape).ops();
        // The update and what guards it are no part of it.
        assertTrue(planned <= started && started <= planned + 6, planned + " of " + started);
      }
    }
  }
}
