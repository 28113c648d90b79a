package convlstm4j.model;

import convlstm4j.backend.SpillFolder;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a model may take, as its user says; read whenever something is planned. */
final class Limits {
  /**
   * What Java itself and native libraries take beside all that is counted: classes, compiled code,
   * stacks.
   */
  private static final long JAVA = 112L << 20;

  /** What the heap takes at least, of garbage if not of arrays. */
  private static final long LEAST_HEAP = 32L << 20;

  /** The same where models are trained, beside all that is counted. */
  private static final long LEAST_HEAP_TRAINING = 56L << 20;

  /**
   * What Java itself takes.
   *
   * @param heap bytes of the Java heap that are counted beside
   * @param weight bytes of the largest weight, which is on the heap while it is read, before others
   */
  static long java(boolean trains, long heap, long weight) {
    return JAVA
        + (trains
            ? Math.max(LEAST_HEAP_TRAINING, weight)
            : Math.max(0, Math.max(LEAST_HEAP, weight) - heap));
  }

  /** Bytes of memory; 0 for what is free. */
  private long bytes;

  /** How many runs there may be at a time, each of which takes what it takes. */
  private final int together;

  /** Frames at a time; 0 for as many as fit. */
  private long frames;

  /** Where what is kept may lie in files; null for nowhere. */
  private @Nullable SpillFolder spill;

  /** Frames after which gradients of states are cut; 0 for never. */
  private long truncation;

  Limits() {
    this.together = 1;
  }

  /** The same for several runs at a time. */
  Limits(Limits of, int together) {
    this.bytes = of.bytes;
    this.frames = of.frames;
    this.truncation = of.truncation;
    this.spill = of.spill;
    this.together = together;
  }

  int together() {
    return together;
  }

  void bytes(long value) {
    if (value < 1) {
      throw new IllegalArgumentException("memory=" + value + " bytes, must be at least 1");
    }
    bytes = value;
  }

  long bytes() {
    return bytes;
  }

  void frames(long value) {
    if (value < 1) {
      throw new IllegalArgumentException("stretch=" + value + " frames, must be at least 1");
    }
    frames = value;
  }

  long frames() {
    return frames;
  }

  void spill(Path folder) {
    spill = new SpillFolder(folder);
  }

  Optional<SpillFolder> spill() {
    return Optional.ofNullable(spill);
  }

  void truncation(long value) {
    if (value < 1) {
      throw new IllegalArgumentException("truncate=" + value + " frames, must be at least 1");
    }
    truncation = value;
  }

  long truncation() {
    return truncation;
  }
}
