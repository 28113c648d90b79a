package convlstm4j.contract;

import convlstm4j.op.Activate;
import convlstm4j.op.AdamUpdate;
import convlstm4j.op.Affine;
import convlstm4j.op.Assign;
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
import convlstm4j.op.RmspropUpdate;
import convlstm4j.op.SgdUpdate;
import convlstm4j.op.Standardize;
import convlstm4j.op.Transpose;
import convlstm4j.op.UpdateTrial;
import convlstm4j.op.WeightedLoss;
import convlstm4j.op.Winners;
import convlstm4j.op.WonAt;
import convlstm4j.tensor.Philox;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/** The cases of every op kind: a new kind of op is one entry here. */
final class OpCases {
  private static final Map<Class<? extends Op>, Function<Philox, List<OpCase>>> CASES =
      new LinkedHashMap<>();

  static {
    CASES.put(Activate.class, ElementCases::activate);
    CASES.put(AdamUpdate.class, UpdateCases::adam);
    CASES.put(Assign.class, UpdateCases::assign);
    CASES.put(BatchNorm.class, BatchNormCases::all);
    CASES.put(ClipGradients.class, UpdateCases::clip);
    CASES.put(Concat.class, ElementCases::concat);
    CASES.put(Conv.class, WindowCases::conv);
    CASES.put(ConvLstm2d.class, ConvLstm2dCases::all);
    CASES.put(ConvTranspose.class, WindowCases::convTranspose);
    CASES.put(Affine.class, ElementCases::dense);
    CASES.put(Drop.class, ElementCases::dropout);
    CASES.put(GlobalAveragePool.class, WindowCases::globalAveragePool);
    CASES.put(Lookup.class, ArrayCases::lookup);
    CASES.put(MatMul.class, ArrayCases::matMul);
    CASES.put(Merge.class, ElementCases::merge);
    CASES.put(Noise.class, ArrayCases::noise);
    CASES.put(NotFinite.class, UpdateCases::notFinite);
    CASES.put(Pad.class, ElementCases::pad);
    CASES.put(Penalty.class, ElementCases::penalty);
    CASES.put(Pointwise.class, FormulaCases::pointwise);
    CASES.put(PointwiseUpdate.class, FormulaCases::update);
    CASES.put(Recurrence.class, RecurrenceCases::all);
    CASES.put(Reduce.class, FormulaCases::reduce);
    CASES.put(Resample.class, ArrayCases::resample);
    CASES.put(Pool.class, WindowCases::pool);
    CASES.put(Reverse.class, ElementCases::reverse);
    CASES.put(RmspropUpdate.class, UpdateCases::rmsprop);
    CASES.put(SgdUpdate.class, UpdateCases::sgd);
    CASES.put(Standardize.class, StandardizeCases::all);
    CASES.put(Transpose.class, ElementCases::transpose);
    CASES.put(UpdateTrial.class, UpdateCases::trial);
    CASES.put(WeightedLoss.class, LossCases::all);
    CASES.put(Winners.class, WindowCases::winners);
    CASES.put(WonAt.class, ArrayCases::wonAt);
  }

  private OpCases() {}

  /** Kinds of op that have cases. */
  static Set<Class<? extends Op>> kinds() {
    return CASES.keySet();
  }

  /** The cases of a kind. */
  static List<OpCase> of(Class<? extends Op> kind, Philox random) {
    return Objects.requireNonNull(CASES.get(kind), kind.getSimpleName()).apply(random);
  }
}
