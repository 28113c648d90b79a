package convlstm4j.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.data.BatchStream;
import convlstm4j.data.ByteScale;
import convlstm4j.data.FramePreparation;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.e2e.TestFilms;
import convlstm4j.gpusim.Simulator;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import convlstm4j.video.VideoFile;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How often the pixels of a frame are copied on the host between their file and the device: once,
 * from the mapped file, or as a film's frame was decoded, into pinned memory, from which the device
 * takes them as bytes.
 */
class CudaFrameCopiesTest {
  private static final int VIDEOS = 2;
  private static final Shape VIDEO = Shape.of(40, 3, 96, 96);
  private static final int PIXELS = (int) (VIDEOS * VIDEO.elements());

  /** Bytes on the heap beside the pixels: headers, lists. */
  private static final double BESIDE = 0.1;

  @AfterEach
  void forget() {
    TestFilms.quick().keySet().forEach(System::clearProperty);
  }

  private static byte pixel(int video, int i) {
    return (byte) (video * 7 + i * 31 + i / 977);
  }

  private static VideoFolder folder(Path folder) {
    for (int k = 0; k < VIDEOS; k++) {
      byte[] pixels = new byte[(int) VIDEO.elements()];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = pixel(k, i);
      }
      NpyWriter.write(folder.resolve("trailer_" + k + ".npy"), pixels, VIDEO);
    }
    return VideoFolder.open(folder).unlabeled().batch(VIDEOS);
  }

  private static Tensor first(VideoFolder videos) {
    try (BatchStream batches = videos.open(0, 0)) {
      return batches.next().inputs().get(0);
    }
  }

  private static long onHeap() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(p -> p.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  private static void check(Backend backend, Buffer buffer) {
    Tensor got = backend.memory().download(buffer);
    int each = PIXELS / VIDEOS;
    for (int i = 0; i < PIXELS; i++) {
      assertEquals((pixel(i / each, i % each) & 0xFF) / 255f, (float) got.get(i), "pixel " + i);
    }
  }

  /** Copies frames, of which hardly anything may lie on the heap; the trace is of this copy. */
  private static void checkHeap(Runnable copy) {
    Simulator.clearTrace();
    long heap = onHeap();
    copy.run();
    heap = onHeap() - heap;
    assertTrue(heap <= BESIDE * PIXELS, heap + " bytes on the heap for " + PIXELS);
  }

  @Test
  void aFrameOfATrainingBatchIsCopiedOnce(@TempDir Path dir) {
    VideoFolder videos = folder(dir);
    try (Backend backend = Backends.named("cuda");
        Buffer buffer = backend.memory().allocate(DType.FLOAT32, Shape.of(PIXELS))) {
      backend.memory().stage(List.of(first(videos))).into(List.of(buffer)); // loads classes
      backend.memory().fill(buffer, -1);
      long direct = direct();
      checkHeap(() -> backend.memory().stage(List.of(first(videos))).into(List.of(buffer)));
      assertEquals(direct, direct(), "bytes outside the heap");
      assertEquals(PIXELS, uploaded(), "bytes to the device");
      check(backend, buffer);
    }
  }

  /** They go up as floats, which pinned memory is the first to have. */
  @Test
  void aFrameOfAPredictionIsCopiedOnce(@TempDir Path dir) {
    VideoFolder videos = folder(dir);
    try (Backend backend = Backends.named("cuda");
        Buffer buffer = backend.memory().allocate(DType.FLOAT32, Shape.of(PIXELS))) {
      backend.memory().upload(first(videos), buffer); // loads classes
      backend.memory().fill(buffer, -1);
      checkHeap(() -> backend.memory().upload(first(videos), buffer));
      assertEquals(4L * PIXELS, uploaded(), "bytes to the device");
      check(backend, buffer);
    }
  }

  /** Decoded on a thread of its own, frame by frame; its channels are put apart on the way. */
  @Test
  void aFrameOfAFilmIsCopiedOnce(@TempDir Path dir) {
    Map<Path, String> films = new TreeMap<>();
    for (int k = 0; k < VIDEOS; k++) {
      films.put(dir.resolve(k + ".mkv"), "testsrc2=s=96x96:r=20:d=2,hue=h=" + 80 * k);
    }
    TestFilms.makeAll(films);
    TestFilms.quick().forEach(System::setProperty);
    VideoFolder videos = VideoFolder.open(dir).unlabeled().batch(VIDEOS);
    try (Backend backend = Backends.named("cuda");
        Buffer buffer = backend.memory().allocate(DType.FLOAT32, Shape.of(PIXELS))) {
      backend.memory().stage(List.of(first(videos))).into(List.of(buffer)); // loads classes
      backend.memory().fill(buffer, -1);
      checkHeap(() -> backend.memory().stage(List.of(first(videos))).into(List.of(buffer)));
      assertEquals(PIXELS, uploaded(), "bytes to the device");
      float[] got = backend.memory().download(buffer).floats();
      int each = PIXELS / VIDEOS;
      for (int k = 0; k < VIDEOS; k++) {
        Path film = dir.resolve(k + ".mkv");
        try (VideoFile file = VideoFile.open(film, FramePreparation.NONE).scaled(ByteScale.UNIT)) {
          assertArrayEquals(
              file.readFrames(0, VIDEO.dim(0), DType.FLOAT32).floats(),
              Arrays.copyOfRange(got, k * each, (k + 1) * each),
              film.toString());
        }
      }
    }
  }

  private static long uploaded() {
    return Simulator.trace().stream()
        .filter(l -> l.startsWith("cuMemcpyHtoD"))
        .mapToLong(l -> Long.parseLong(l.replaceAll(".*bytes=(\\d+).*", "$1")))
        .sum();
  }
}
