package convlstm4j.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.BatchStream;
import convlstm4j.data.folder.VideoFolder;
import convlstm4j.io.npy.NpyFile;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How often the pixels of a frame are copied between their file and a kernel. From a folder of
 * videos once: from the mapped file into native memory, as floats. Of an array that was read whole
 * twice: into the array, as bytes, and from there into native memory.
 */
class FrameCopiesTest {
  private static final int FRAMES = 40;
  private static final int SIZE = 3 * 96 * 96;
  private static final int VIDEOS = 4;

  /** Bytes on the heap beside the copies: headers, lists, scratch. */
  private static final double BESIDE = 0.3;

  private static void write(Path file) throws IOException {
    String header =
        "{'descr': '|u1', 'fortran_order': False, 'shape': (" + FRAMES + ", 3, 96, 96), }";
    byte[] text = String.format("%-117s%n", header).getBytes(StandardCharsets.US_ASCII);
    byte[] pixels = new byte[FRAMES * SIZE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 31 + i / 977);
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0});
      out.write(text);
      out.write(pixels);
    }
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private static Tensor batch(Path folder) {
    Shape shape = Shape.of(VIDEOS, FRAMES, 3, 96, 96);
    Tensor all = Tensor.ofPixels(new byte[(int) shape.elements()], shape);
    for (int i = 0; i < VIDEOS; i++) {
      NpyFile file = NpyFile.open(folder.resolve("trailer_" + i + ".npy")).unitRange();
      assertTrue(file.readsPixels(DType.FLOAT32));
      file.readFrames(0, FRAMES, all, i * FRAMES * SIZE);
    }
    return all;
  }

  @Test
  void aFrameOfAnArrayIsCopiedTwice(@TempDir Path folder) throws IOException {
    for (int i = 0; i < VIDEOS; i++) {
      write(folder.resolve("trailer_" + i + ".npy"));
    }
    batch(folder); // loads classes
    long pixels = (long) VIDEOS * FRAMES * SIZE;
    NativeMemory memory = new NativeMemory();
    try (NativeBuffer target = memory.allocate(DType.FLOAT32, Shape.of(pixels))) {
      memory.upload(batch(folder), target);
      long before = allocated();
      Tensor batch = batch(folder);
      long read = allocated() - before;
      memory.upload(batch, target);
      long brought = allocated() - before - read;
      assertTrue(read <= (1 + BESIDE) * pixels, "read by " + read + " bytes for " + pixels);
      assertTrue(brought <= BESIDE * pixels, "brought by " + brought + " bytes for " + pixels);
      assertTrue(batch.isPixels());
      for (int k = 0; k < pixels; k += 1009) {
        assertEquals((float) batch.get(k), Floats.get(target, k), "element " + k);
      }
    }
  }

  @Test
  void aFrameOfAFolderIsCopiedOnce(@TempDir Path folder) throws IOException {
    for (int i = 0; i < VIDEOS; i++) {
      write(folder.resolve("trailer_" + i + ".npy"));
    }
    VideoFolder videos = VideoFolder.open(folder).unlabeled().batch(VIDEOS);
    int pixels = VIDEOS * FRAMES * SIZE;
    NativeMemory memory = new NativeMemory();
    try (NativeBuffer target = memory.allocate(DType.FLOAT32, Shape.of(pixels))) {
      memory.upload(first(videos), target); // loads classes
      memory.fill(target, 0);
      long before = allocated();
      Tensor input = first(videos);
      memory.upload(input, target);
      long copied = allocated() - before;
      assertTrue(copied <= BESIDE * pixels, "copied " + copied + " bytes for " + pixels);
      assertTrue(input.isPixels());
      assertEquals(pixels, input.size());
      Tensor expected = batch(folder);
      for (int k = 0; k < pixels; k += 1009) {
        assertEquals((float) expected.get(k), Floats.get(target, k), "element " + k);
      }
    }
  }

  private static Tensor first(VideoFolder videos) {
    try (BatchStream batches = videos.open(0, 0)) {
      return batches.next().inputs().get(0);
    }
  }
}
