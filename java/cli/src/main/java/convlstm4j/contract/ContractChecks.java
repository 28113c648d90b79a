package convlstm4j.contract;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Recording;
import convlstm4j.contract.Compare.Closeness;
import convlstm4j.contract.Compare.Runs;
import convlstm4j.op.Affine;
import convlstm4j.op.Conv;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.ConvTranspose;
import convlstm4j.op.Recurrence;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** What every backend must do with every case. */
final class ContractChecks {
  private static final double OUTPUTS = 1;
  private static final double GRADIENTS = 3;

  /** Errors grow over time in a recurrence, by chance much less in one run than in another. */
  private static final int NEIGHBOURS = 2;

  /** Looked at where few say that an error is too large: is the case that sensitive? */
  private static final int MORE_NEIGHBOURS = 30;

  /** Plainly, captured, replayed. */
  private static final int TIMES = 3;

  private ContractChecks() {}

  /** Outputs and gradients of an op. */
  private record Results(List<Tensor> outputs, List<Tensor> inference, List<Tensor> gradients) {}

  /**
   * All of the checks: {@link #agrees}, {@link #repeats}, {@link #writes}, and in place where that
   * may be. They share one run of the case.
   */
  static Closeness all(Backend backend, OpCase c, Philox random, ProductPrecision precision) {
    List<Tensor> dy = c.outputGradients(random);
    Results got = run(backend, DType.FLOAT32, c, random, dy);
    Closeness close = agrees(got, c, random, dy, 1, unit(c, precision), Compare::close);
    repeats(backend, c, random, dy, got);
    writes(backend, c, random, dy);
    if (c.op().inputNames().containsAll(c.op().outputNames())) {
      worksInPlace(backend, c, random, got);
    }
    return close;
  }

  /** {@link #agrees} and {@link #repeats}: what sizes may change. They share one run. */
  static void agreesAndRepeats(Backend backend, OpCase c, Philox random) {
    List<Tensor> dy = c.outputGradients(random);
    Results got = run(backend, DType.FLOAT32, c, random, dy);
    agrees(got, c, random, dy, 1, Compare.FLOAT32, Compare::close);
    repeats(backend, c, random, dy, got);
  }

  /** Forward, backward and inference agree with the float64 reference; float32. */
  static Closeness agrees(Backend backend, OpCase c, Philox random) {
    return agrees(backend, c, random, ProductPrecision.FLOAT32);
  }

  /** The same on a backend that may multiply less exactly: docs/adr/0048. */
  static Closeness agrees(Backend backend, OpCase c, Philox random, ProductPrecision precision) {
    List<Tensor> dy = c.outputGradients(random);
    Results got = run(backend, DType.FLOAT32, c, random, dy);
    return agrees(got, c, random, dy, 1, unit(c, precision), Compare::close);
  }

  private static double unit(OpCase c, ProductPrecision precision) {
    return precision == ProductPrecision.TF32 && multiplies(c) ? Compare.TF32 : Compare.FLOAT32;
  }

  /** Whether an op is made of products whose operands a backend may round. */
  static boolean multiplies(OpCase c) {
    return c.op() instanceof Conv
        || c.op() instanceof ConvTranspose
        || c.op() instanceof Affine
        || isRecurrent(c);
  }

  private static boolean isRecurrent(OpCase c) {
    return c.op() instanceof ConvLstm2d || c.op() instanceof Recurrence;
  }

  /** The same with so many times the allowed error, relative to the largest element. */
  static void agreesInNorm(Backend backend, OpCase c, Philox random, double slack) {
    List<Tensor> dy = c.outputGradients(random);
    Results got = run(backend, DType.FLOAT32, c, random, dy);
    agrees(got, c, random, dy, slack, Compare.FLOAT32, Compare::closeInNorm);
  }

  /** Runs of the float32 reference: see {@link Runs}. */
  private record Plain(List<Results> common, List<Results> each) {
    /** Those of one tensor. */
    Runs of(Function<Results, List<Tensor>> part, int i) {
      return new Runs(
          common.stream().map(r -> part.apply(r).get(i)).toList(),
          each.stream().map(r -> part.apply(r).get(i)).toList());
    }
  }

  private interface Comparison {
    Closeness check(
        String what, Tensor exact, Runs plain, Tensor got, long terms, double factor, double unit);
  }

  private static Closeness agrees(
      Results got,
      OpCase c,
      Philox random,
      List<Tensor> dy,
      double slack,
      double unit,
      Comparison comparison) {
    try (Backend reference = Backends.named("reference")) {
      Results exact = run(reference, DType.FLOAT64, c, random, dy);
      List<Results> plain = new ArrayList<>();
      plain.add(run(reference, DType.FLOAT32, c, random, dy));
      boolean grows = isRecurrent(c) || unit != Compare.FLOAT32;
      for (int i = 0; grows && i < NEIGHBOURS; i++) {
        OpCase near = c.neighbour(random.stream(9, i), unit);
        plain.add(run(reference, DType.FLOAT32, near, random, dy));
      }
      try {
        return compare(c, exact, new Plain(plain, List.of()), got, slack, unit, comparison);
      } catch (AssertionError e) {
        // A long sum of products may cancel to little, and then depends on roundings.
        if (!multiplies(c)) {
          throw e;
        }
        List<Results> more = new ArrayList<>();
        for (int i = grows ? NEIGHBOURS : 0; i < MORE_NEIGHBOURS; i++) {
          OpCase near = c.neighbour(random.stream(9, i), unit);
          more.add(run(reference, DType.FLOAT32, near, random, dy));
        }
        // One sum that cancels says nothing of others; in a recurrence an error spreads to all.
        Plain all =
            isRecurrent(c)
                ? new Plain(Stream.concat(plain.stream(), more.stream()).toList(), List.of())
                : new Plain(plain, more);
        return compare(c, exact, all, got, slack, unit, comparison);
      }
    }
  }

  private static Closeness compare(
      OpCase c,
      Results exact,
      Plain plain,
      Results got,
      double slack,
      double unit,
      Comparison comparison) {
    List<String> outputs = c.op().outputNames();
    Check check = new Check(c, exact, plain, got, unit, comparison);
    return check
        .of("", outputs, Results::outputs, c.terms(), slack * OUTPUTS)
        .worse(check.of("at inference ", outputs, Results::inference, c.terms(), slack * OUTPUTS))
        .worse(
            check.of(
                "d",
                c.op().inputNames(),
                Results::gradients,
                c.gradientTerms(),
                slack * GRADIENTS));
  }

  /** What is compared with what. */
  private record Check(
      OpCase c, Results exact, Plain plain, Results got, double unit, Comparison comparison) {
    /** Compares the tensors of one part. */
    Closeness of(
        String prefix,
        List<String> names,
        Function<Results, List<Tensor>> part,
        long terms,
        double factor) {
      Closeness worst = new Closeness(0, 0);
      List<Tensor> expected = part.apply(exact);
      for (int i = 0; i < expected.size(); i++) {
        if (expected.get(i) != null) {
          String what = c + ": " + prefix + names.get(i);
          if (!c.mayBeZero()) {
            Compare.checkWorthIt(what, expected.get(i));
          }
          Tensor actual = part.apply(got).get(i);
          worst =
              worst.worse(
                  comparison.check(
                      what, expected.get(i), plain.of(part, i), actual, terms, factor, unit));
        }
      }
      return worst;
    }
  }

  private static Results run(Backend backend, DType dtype, OpCase c, Philox random) {
    return run(backend, dtype, c, random, c.outputGradients(random));
  }

  private static Results run(
      Backend backend, DType dtype, OpCase c, Philox random, List<Tensor> dy) {
    List<Tensor> outputs;
    List<Tensor> gradients = new ArrayList<>();
    try (OpRun run = new OpRun(backend, dtype, Mode.TRAINING, c.op(), c.inputs(), random)) {
      outputs = run.forward();
      if (isDifferentiable(c)) {
        gradients = run.backward(dy);
      }
      run.checkInputsUnchanged();
    }
    try (OpRun run = new OpRun(backend, dtype, Mode.INFERENCE, c.op(), c.inputs(), random)) {
      return new Results(outputs, run.forward(), gradients);
    }
  }

  /** Whether float32 is too small for a case: then there is nothing to compare with. */
  static boolean overflows(OpCase c, Philox random) {
    try (Backend reference = Backends.named("reference")) {
      Results r = run(reference, DType.FLOAT32, c, random);
      return Stream.of(r.outputs, r.inference, r.gradients)
          .flatMap(List::stream)
          .anyMatch(t -> t != null && !t.isFinite());
    }
  }

  /** Whether any input has a gradient. */
  static boolean isDifferentiable(OpCase c) {
    for (int i = 0; i < c.inputs().size(); i++) {
      if (c.op().differentiable(i)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The same bits again, run after run, by itself and as a recording: when that runs the first
   * time, when it is captured and when it is replayed with other values and other random numbers.
   */
  static void repeats(Backend backend, OpCase c, Philox random) {
    List<Tensor> dy = c.outputGradients(random);
    repeats(backend, c, random, dy, run(backend, DType.FLOAT32, c, random, dy));
  }

  private static void repeats(
      Backend backend, OpCase c, Philox random, List<Tensor> dy, Results first) {
    OpCase other = c.reversed();
    Philox otherRandom = random.stream(8, 1);
    List<Tensor> otherDy = other.outputGradients(otherRandom);
    Results second = run(backend, DType.FLOAT32, other, otherRandom, otherDy);
    for (Mode mode : Mode.values()) {
      boolean backward = mode == Mode.TRAINING && isDifferentiable(c);
      try (OpRun run = new OpRun(backend, DType.FLOAT32, mode, c.op(), c.inputs(), random)) {
        if (backward) {
          run.prepareBackward(dy, i -> true);
        }
        try (Recording recording = run.recording(backend, backward)) {
          for (int time = 0; time < TIMES; time++) {
            boolean last = time == TIMES - 1;
            OpCase now = last ? other : c;
            Philox drawn = last ? otherRandom : random;
            Results expected = last ? second : first;
            run.refill(now.inputs(), last ? otherDy : dy);
            recording.run(List.of(drawn));
            same(c, mode == Mode.TRAINING ? expected.outputs : expected.inference, run.outputs());
            if (backward) {
              same(c, expected.gradients, run.gradients());
            }
          }
        }
      }
    }
  }

  /**
   * A gradient that is written is what is added to zeros otherwise, whatever was there before: all
   * that can be are written at once, then each by itself while the others are added to, and keep
   * what was there.
   */
  private static void writes(Backend backend, OpCase c, Philox random, List<Tensor> dy) {
    if (!isDifferentiable(c)) {
      return;
    }
    Set<Integer> all;
    try (OpRun run = training(backend, c, random)) {
      all = run.writable();
    }
    if (all.isEmpty()) {
      return;
    }
    List<Tensor> toZeros = gradients(backend, c, random, dy, Set.of(), 0);
    boolean several = toZeros.stream().filter(Objects::nonNull).count() > 1;
    List<Tensor> toOthers =
        several ? gradients(backend, c, random, dy, Set.of(), OpRun.BEFORE) : toZeros;
    Set<Set<Integer>> some = new LinkedHashSet<>(Set.of(all));
    all.forEach(i -> some.add(Set.of(i)));
    for (Set<Integer> written : some) {
      List<Tensor> expected = new ArrayList<>();
      for (int i = 0; i < toZeros.size(); i++) {
        expected.add((written.contains(i) ? toZeros : toOthers).get(i));
      }
      checkWritten(c, written, expected, gradients(backend, c, random, dy, written, OpRun.BEFORE));
    }
  }

  private static OpRun training(Backend backend, OpCase c, Philox random) {
    return new OpRun(backend, DType.FLOAT32, Mode.TRAINING, c.op(), c.inputs(), random);
  }

  private static List<Tensor> gradients(
      Backend backend,
      OpCase c,
      Philox random,
      List<Tensor> dy,
      Set<Integer> written,
      double before) {
    try (OpRun run = training(backend, c, random)) {
      run.forward();
      return run.backwardWriting(dy, written, before);
    }
  }

  private static void checkWritten(
      OpCase c, Set<Integer> written, List<Tensor> added, List<Tensor> got) {
    for (int i = 0; i < got.size(); i++) {
      for (int k = 0; got.get(i) != null && k < got.get(i).size(); k++) {
        double a = added.get(i).get(k);
        double b = got.get(i).get(k);
        if (a != b && !(Double.isNaN(a) && Double.isNaN(b))) { // but 0 may be -0
          throw new AssertionError(
              "%s: d%s[%d] is %s where the gradients of inputs %s are written, %s where all are added to"
                  .formatted(c, c.op().inputNames().get(i), k, b, written, a));
        }
      }
    }
  }

  /** An op whose outputs may share memory with the inputs gives the same bits when they do. */
  private static void worksInPlace(Backend backend, OpCase c, Philox random, Results expected) {
    try (OpRun run = OpRun.inPlace(backend, DType.FLOAT32, c.op(), c.inputs(), random)) {
      same(c, expected.outputs, run.forward());
    }
  }

  private static void same(OpCase c, List<Tensor> a, List<Tensor> b) {
    for (int i = 0; i < a.size(); i++) {
      int k = a.get(i) == null ? -1 : Compare.firstDifference(a.get(i), b.get(i));
      if (k >= 0) {
        throw new AssertionError(c + ": two runs differ at element " + k + " of array " + i);
      }
    }
  }
}
