package convlstm4j.backend.cuda;

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
import convlstm4j.op.PointwiseUpdate;
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
final class Plans {
  private Plans() {}

  /** What plans are put together from. */
  private static DeviceParts parts(Device device, DeviceMemory memory) {
    return new DeviceParts(device, (part, in, how) -> plan(device, memory, part, in, how));
  }

  static Plan plan(Device device, DeviceMemory memory, Op op, List<Shape> inputs, Mode mode) {
    if (op instanceof ConvLstm2d o) {
      return new ConvLstm2dPlan(device, o, inputs, mode);
    }
    if (op instanceof Conv o) {
      return new ConvPlan(device, o, inputs, mode);
    }
    if (op instanceof ConvTranspose o) {
      return new ConvPlan(device, o, inputs, mode);
    }
    if (op instanceof Affine o) {
      return new AffinePlan(device, o, inputs, mode);
    }
    if (op instanceof BatchNorm o) {
      return new BatchNormPlan(device, o, inputs, mode);
    }
    if (op instanceof Activate o) {
      return new ActivatePlan(device, o, inputs);
    }
    if (op instanceof ClipGradients o) {
      return new ClipPlan(device, o, inputs);
    }
    if (op instanceof Concat o) {
      return new ConcatPlan(device, o, inputs);
    }
    if (op instanceof Drop o) {
      return new DropPlan(device, o, inputs);
    }
    if (op instanceof GlobalAveragePool o) {
      return new GlobalAveragePoolPlan(device, o, inputs);
    }
    if (op instanceof Merge o) {
      return new MergePlan(device, o, inputs);
    }
    if (op instanceof NotFinite o) {
      return new NotFinitePlan(device, o, inputs);
    }
    if (op instanceof UpdateTrial o) {
      Plan update = plan(device, memory, o.update(), o.withGuard(inputs, Shape.of(1)), mode);
      return new UpdateTrialPlan(device, o, inputs, (UpdateTrialPlan.Update) update);
    }
    if (op instanceof Pad o) {
      return new PadPlan(device, o, inputs);
    }
    if (op instanceof Penalty o) {
      return new PenaltyPlan(device, o, inputs);
    }
    if (op instanceof Pointwise o) {
      return new PointwisePlan(device, o, inputs);
    }
    if (op instanceof PointwiseUpdate o) {
      return new PointwiseUpdatePlan(device, o, inputs);
    }
    if (op instanceof Recurrence o) {
      return new RecurrencePlan(parts(device, memory), o, inputs, mode);
    }
    if (op instanceof Reduce o) {
      return new ReducePlan(device, o, inputs);
    }
    if (op instanceof Pool o) {
      return new PoolPlan(device, o, inputs);
    }
    if (op instanceof Lookup o) {
      return new LookupPlan(device, o, inputs);
    }
    if (op instanceof MatMul o) {
      return new MatMulPlan(device, o, inputs);
    }
    if (op instanceof Noise o) {
      return new NoisePlan(device, o, inputs);
    }
    if (op instanceof Resample o) {
      return new ResamplePlan(device, memory, o, inputs);
    }
    if (op instanceof Reverse o) {
      return new ReversePlan(device, o, inputs);
    }
    if (op instanceof Standardize o) {
      return new StandardizePlan(parts(device, memory), o, inputs, mode);
    }
    if (op instanceof Transpose o) {
      return new TransposePlan(device, o, inputs);
    }
    if (op instanceof WeightedLoss o) {
      return new WeightedLossPlan(device, o, inputs);
    }
    if (op instanceof Winners o) {
      return new WinnersPlan(device, o, inputs);
    }
    if (op instanceof WonAt o) {
      return new WonAtPlan(device, o, inputs);
    }
    Optional<UpdatePlan> update = UpdatePlan.of(device, op, inputs);
    if (update.isPresent()) {
      return update.get();
    }
    throw new BackendException(CudaBackend.NAME + " has no plan for " + op.opName());
  }
}
