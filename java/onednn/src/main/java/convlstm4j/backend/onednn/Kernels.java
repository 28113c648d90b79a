package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Plan;
import convlstm4j.backend.RecurrencePlan;
import convlstm4j.backend.StandardizePlan;
import convlstm4j.op.Activate;
import convlstm4j.op.Affine;
import convlstm4j.op.BatchNorm;
import convlstm4j.op.ClipGradients;
import convlstm4j.op.Concat;
import convlstm4j.op.Conv;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.ConvTranspose;
import convlstm4j.op.Drop;
import convlstm4j.op.GlobalAveragePool;
import convlstm4j.op.Lookup;
import convlstm4j.op.MatMul;
import convlstm4j.op.Merge;
import convlstm4j.op.Noise;
import convlstm4j.op.NotFinite;
import convlstm4j.op.Op;
import convlstm4j.op.Pad;
import convlstm4j.op.Penalty;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Pool;
import convlstm4j.op.Recurrence;
import convlstm4j.op.Reduce;
import convlstm4j.op.Resample;
import convlstm4j.op.Reverse;
import convlstm4j.op.Standardize;
import convlstm4j.op.Transpose;
import convlstm4j.op.UpdateTrial;
import convlstm4j.op.WeightedLoss;
import convlstm4j.op.Winners;
import convlstm4j.op.WonAt;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;

/** Picks the plan of an op. */
final class Kernels {
  private Kernels() {}

  /** What plans are put together from. */
  private static NativeParts parts(Dnnl engine) {
    return new NativeParts((part, in, how) -> plan(engine, part, in, how));
  }

  /** In C++ where that is there and takes the shape. */
  private static Plan standardize(Dnnl engine, Standardize op, List<Shape> inputs, Mode mode) {
    NativeKernels kernels = engine.kernels();
    Optional<NativeStandardizePlan.Slices> slices =
        kernels == null ? Optional.empty() : NativeStandardizePlan.slices(op, inputs.get(0));
    return kernels != null && slices.isPresent()
        ? new NativeStandardizePlan(kernels, slices.get(), op, inputs, mode)
        : new StandardizePlan(parts(engine), op, inputs, mode);
  }

  static Plan plan(Dnnl engine, Op op, List<Shape> inputs, Mode mode) {
    if (op instanceof Conv o) {
      return new ConvPlan(engine, o, inputs, mode);
    }
    if (op instanceof ConvTranspose o) {
      return new ConvPlan(engine, o, inputs, mode);
    }
    if (op instanceof ConvLstm2d o) {
      return Winograd.isChosen(engine, o, inputs, mode)
          ? new WinogradPlan(engine, o, inputs, mode)
          : new ConvLstm2dPlan(engine, o, inputs, mode);
    }
    if (op instanceof Affine o) {
      return new AffinePlan(engine, o, inputs, mode);
    }
    if (op instanceof BatchNorm o) {
      return new BatchNormPlan(engine, o, inputs, mode);
    }
    if (op instanceof Activate o) {
      return new ActivatePlan(o, inputs);
    }
    if (op instanceof ClipGradients o) {
      return new ClipPlan(o, inputs);
    }
    if (op instanceof Concat o) {
      return new ConcatPlan(o, inputs);
    }
    if (op instanceof Drop o) {
      return new DropPlan(o, inputs);
    }
    if (op instanceof GlobalAveragePool o) {
      return new GlobalAveragePoolPlan(o, inputs);
    }
    if (op instanceof Merge o) {
      return new MergePlan(o, inputs);
    }
    if (op instanceof NotFinite o) {
      return new NotFinitePlan(o, inputs);
    }
    if (op instanceof UpdateTrial o) {
      UpdatePlan update =
          UpdateRules.plan(o.update(), o.withGuard(inputs, Shape.of(1))).orElseThrow();
      return new UpdateTrialPlan(o, inputs, update);
    }
    if (op instanceof Pad o) {
      return new PadPlan(o, inputs);
    }
    if (op instanceof Penalty o) {
      return new PenaltyPlan(o, inputs);
    }
    if (op instanceof Pointwise o) {
      return new PointwisePlan(o, inputs);
    }
    if (op instanceof Recurrence o) {
      return new RecurrencePlan(parts(engine), o, inputs, mode);
    }
    if (op instanceof Reduce o) {
      return new ReducePlan(o, inputs);
    }
    if (op instanceof Pool o) {
      return engine.kernels() == null
          ? new JavaPoolPlan(o, inputs)
          : new NativePoolPlan(engine.kernels(), o, inputs);
    }
    if (op instanceof Lookup o) {
      return new LookupPlan(o, inputs);
    }
    if (op instanceof MatMul o) {
      return new MatMulPlan(engine, o, inputs, mode);
    }
    if (op instanceof Noise o) {
      return new NoisePlan(o, inputs);
    }
    if (op instanceof Resample o) {
      return engine.kernels() == null
          ? new ResamplePlan(o, inputs)
          : new NativeResamplePlan(engine.kernels(), o, inputs);
    }
    if (op instanceof Reverse o) {
      return new ReversePlan(o, inputs);
    }
    if (op instanceof Standardize o) {
      return standardize(engine, o, inputs, mode);
    }
    if (op instanceof Transpose o) {
      return new TransposePlan(engine, o, inputs);
    }
    if (op instanceof WeightedLoss o) {
      return new WeightedLossPlan(o, inputs);
    }
    if (op instanceof Winners o) {
      return new WinnersPlan(o, inputs);
    }
    if (op instanceof WonAt o) {
      return new WonAtPlan(o, inputs);
    }
    Optional<UpdatePlan> update = UpdateRules.plan(op, inputs);
    if (update.isPresent()) {
      return update.get();
    }
    throw new BackendException(OneDnnBackend.NAME + ": no plan for " + op.opName());
  }
}
