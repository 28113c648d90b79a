package convlstm4j.model;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Memory.Place;
import convlstm4j.backend.ProcessMemory;
import convlstm4j.backend.ProcessMemory.Left;
import convlstm4j.data.Batch;
import convlstm4j.data.Dataset;
import convlstm4j.graph.Network;
import convlstm4j.model.Pass.Kind;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether there is room for a run: in the backend's memory, and on the Java heap for the batches
 * that are loaded ahead, the copies of this one and the results; and for all of it in what the
 * process may have.
 */
final class Room {
  private static final String ADVICE =
      "use fewer frames (windows), smaller frames, a smaller batch or fewer filters";

  private final Backend backend;
  private final Memory memory;
  private final DType dtype;
  private final Limits limits;
  private final long largestWeight;

  /** Not counted yet: what comes beside the batch at work. */
  private int ahead;

  private long kept;
  private long batchBytes;

  /** What of this is in a limit of the user's. */
  private long countedBytes;

  /** What the batch's pixels take less, as bytes, than as numbers. */
  private long pixelSavings;

  private long copyBytes;

  /** Whether the process trains or has trained. */
  private boolean trains;

  Room(Network network, Backend backend, DType dtype, Limits limits) {
    this.largestWeight =
        network.parameters().stream().mapToLong(p -> p.shape().elements()).max().orElse(0)
            * dtype.bytes();
    this.limits = limits;
    this.backend = backend;
    this.memory = backend.memory();
    this.dtype = dtype;
  }

  /**
   * Says what comes, to be counted with the first batch.
   *
   * @param resultsKept of how many batches the outputs stay in memory
   */
  void expect(Collection<Dataset> data, long resultsKept) {
    ahead = data.stream().mapToInt(d -> Math.min(d.batchesAhead(), d.batches() - 1)).sum();
    kept = resultsKept;
  }

  /** Takes the sizes of a batch to train on, which are in a limit of the user's. */
  void takeToTrain(Batch batch) {
    trains = true;
    take(batch);
    countedBytes = batchBytes;
  }

  /** The same before there is a batch. */
  Room toTrain(boolean value) {
    trains = value;
    return this;
  }

  /** Takes the sizes of a batch, which is on the heap already. */
  void take(Batch batch) {
    countedBytes = 0;
    batchBytes = 0;
    pixelSavings = 0;
    copyBytes = 0;
    Stream.of(batch.inputs(), batch.targets(), batch.sampleWeights())
        .flatMap(List::stream)
        .filter(Objects::nonNull)
        .forEach(this::take);
  }

  private void take(Tensor t) {
    batchBytes += t.heapBytes();
    pixelSavings += t.isPixels() ? (long) t.size() * (dtype.bytes() - 1) : 0;
    if (t.dtype() != dtype) {
      copyBytes += (long) t.size() * dtype.bytes();
    }
  }

  /** Takes the sizes of inputs that are still to be read. */
  void takeUnread(List<Shape> inputs) {
    countedBytes = 0;
    batchBytes = 0;
    pixelSavings = 0;
    // Bytes, or elements of the file's type, then those of the model's.
    copyBytes = inputs.stream().mapToLong(Shape::elements).sum() * (dtype.bytes() + 1);
  }

  boolean trains() {
    return trains;
  }

  /** Bytes that Java itself takes beside some of the heap. */
  long java(long heap) {
    return Limits.java(trains, heap, largestWeight);
  }

  /** Bytes in the backend's memory now, the weights' first of all. */
  long liveBytes() {
    return memory.liveBytes();
  }

  /** The smallest limit of the user's with which a run can be done. */
  long smallest(long need, long heap) {
    int n = limits.together();
    return add(add(liveBytes(), times(n, need)), besideMemory(times(n, heap)));
  }

  /** What of the heap, and of Java itself, is in a limit of the user's. */
  private long besideMemory(long heap) {
    return memory.place() == Place.DEVICE ? 0 : add(heap, countedBytes + java(heap));
  }

  /** Bytes on the heap beside the batch at work, as said by {@link #expect}. */
  long besideBytes(long resultBytes) {
    return ahead * batchBytes + Math.max(0, kept - 1) * resultBytes;
  }

  /** {@link #besideBytes}, which are counted with this: what comes then is something else. */
  long takeBeside(long resultBytes) {
    long bytes = besideBytes(resultBytes);
    ahead = 0;
    kept = 0;
    return bytes;
  }

  /**
   * Whether there is room.
   *
   * @param need bytes of the backend's memory
   * @param heap bytes of the Java heap
   */
  boolean has(long need, long heap) {
    return refusal("", need, heap).isEmpty();
  }

  /** Why there is no room, in words; empty if there is. */
  Optional<String> obstacle(long need, long heap) {
    String needs = "needs " + MemoryEstimate.gib(need) + " and " + onHeap(heap, "arrays");
    return refusal(needs, need, heap).map(BackendException::getMessage);
  }

  private static String onHeap(long heap, String what) {
    return MemoryEstimate.gib(heap) + " of Java heap for " + what;
  }

  /** Fails if weights do not fit. */
  void checkWeights(long bytes) {
    check("the model's weights need ", bytes, 0, "");
  }

  /**
   * Fails if a run does not fit.
   *
   * @param peak bytes of values, gradients and scratch memory
   */
  void check(Pass pass, @Nullable Objectives objectives, List<Shape> inputs, long peak) {
    check(pass, objectives, inputs, peak, feedBytes(pass));
  }

  /** Whether a run fits into the memory of a device, if that is where it is done. */
  boolean fits(Pass pass, long peak) {
    return memory.place() != Place.DEVICE || peak + feedBytes(pass) <= free();
  }

  /** Whether half as much again as a run takes would not fit. */
  boolean isTight(Pass pass, long peak) {
    return !has(peak + peak / 2 + feedBytes(pass), 0);
  }

  /** Bytes of the batch at work, and of the next, which waits as it came: pixels as bytes. */
  private long feedBytes(Pass pass) {
    boolean ahead = memory.stagesAhead() && pass.kind() == Kind.TRAIN;
    return pass.batchBytes(dtype, memory.stagesAhead()) - (ahead ? pixelSavings : 0);
  }

  private long free() {
    return memory.capacityBytes() - memory.liveBytes() - memory.reservedBytes();
  }

  /** Fails if what is expected beside a run, which has had room before, does not fit. */
  void checkAgain(Pass pass, @Nullable Objectives objectives, List<Shape> inputs) {
    if (ahead > 0 || kept > 0) {
      check(pass, objectives, inputs, 0, 0);
    }
  }

  private void check(
      Pass pass, @Nullable Objectives objectives, List<Shape> inputs, long peak, long feedBytes) {
    long out = 0;
    for (int k = 0; k < pass.outputs().size(); k++) {
      if (objectives == null
          || pass.kind() == Kind.PREDICT
          || !objectives.outputs().get(k).metrics().isEmpty()) {
        out += pass.outputs().get(k).shape().elements() * dtype.bytes();
      }
    }
    long heap = ahead * batchBytes + copyBytes + Math.max(1, kept) * out;
    String what =
        "copies and results"
            + (kept > 1 ? " of " + kept + " batches" : "")
            + (ahead > 0 ? " and " + ahead + " batches loaded ahead" : "");
    takeBeside(out); // counted, also if it is refused
    check("a step on inputs of shape " + inputs + " needs ", peak + feedBytes, heap, what);
  }

  private void check(String subject, long need, long heap, String what) {
    String needs =
        subject + MemoryEstimate.gib(need) + (heap == 0 ? "" : " and " + onHeap(heap, what));
    if (refusal(needs, need, heap).isPresent()) {
      System.gc(); // what is garbage counts as taken until then
      refusal(needs, need, heap)
          .ifPresent(
              e -> {
                throw e;
              });
    }
  }

  /**
   * Why something does not fit.
   *
   * @param needs begins the message
   * @param need bytes of the backend's memory
   * @param heap bytes of the Java heap
   */
  private Optional<BackendException> refusal(String needs, long need, long heap) {
    int n = limits.together();
    return n == 1
        ? refusalOfAll(needs, need, heap)
        : refusalOfAll(needs + ", " + n + " times at once,", times(n, need), times(n, heap));
  }

  private static long times(int n, long bytes) {
    return bytes > Long.MAX_VALUE / n ? Long.MAX_VALUE : n * bytes;
  }

  private Optional<BackendException> refusalOfAll(String needs, long need, long heap) {
    Place place = memory.place();
    long budget = limits.bytes() - memory.liveBytes() - besideMemory(heap);
    if (limits.bytes() > 0 && need > budget) {
      String name =
          "the "
              + MemoryEstimate.gib(limits.bytes())
              + " that the model may take"
              + (place == Place.DEVICE ? "" : ", Java itself included");
      long left = place == Place.DEVICE ? budget : budget + heap;
      return refused(needs, left, new Left(0, 0, name, "let it take more (memory)"));
    }
    long onHeap = place == Place.HEAP ? add(need, heap) : heap;
    Left left = ProcessMemory.heap();
    if (onHeap > left.bytes()) {
      return refused(needs, left.bytes(), left);
    }
    long free = free();
    if (place == Place.DEVICE && need > free) {
      return refused(needs, free, new Left(free, 0, "the memory of the device", ""));
    }
    Left process = ProcessMemory.process(ProcessMemory.heapGrowth(onHeap));
    if (place == Place.PROCESS) {
      // What the backend has of the system and does not use is free, too.
      long spare = memory.heldBytes() - memory.liveBytes();
      return need > Math.min(free, process.outsideHeap() + spare)
          ? refused(needs, Math.min(free, process.bytes() + spare), process)
          : Optional.empty();
    }
    return process.outsideHeap() < 0 ? refused(needs, process.bytes(), process) : Optional.empty();
  }

  private static long add(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  private Optional<BackendException> refused(String needs, long free, Left limit) {
    return Optional.of(
        BackendException.noRoom(
            backend.name()
                + ": "
                + needs
                + "; "
                + MemoryEstimate.gib(Math.max(0, free))
                + " are left of "
                + limit.name()
                + ": "
                + ADVICE
                + (limit.remedy().isEmpty() ? "" : ", or " + limit.remedy())));
  }
}
