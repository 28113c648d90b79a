package convlstm4j.data.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.data.BatchStream;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder in order gives: trailers 0, 2, 11 of 5, 3 and 7 frames, [2, 3, 1] each. */
class VideoFolderTest {
  @TempDir Path folder;

  static final long[] IDS = {0, 2, 11};
  static final int[] FRAMES = {5, 3, 7};

  @BeforeEach
  void writeTrailers() {
    writeTrailers(folder);
  }

  /** Pixel p of frame t of trailer id is 20 t + p + id. */
  static void writeTrailers(Path folder) {
    for (int k = 0; k < IDS.length; k++) {
      byte[] pixels = new byte[FRAMES[k] * 6];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (byte) (20 * (i / 6) + i % 6 + IDS[k]);
      }
      NpyWriter.write(
          folder.resolve("trailer_" + IDS[k] + ".npy"), pixels, Shape.of(FRAMES[k], 2, 3, 1));
    }
  }

  /** Genre g of frame t of trailer id is 1 if (t + g + id) is odd. */
  static void writeNpyLabels(Path folder) {
    for (int k = 0; k < IDS.length; k++) {
      byte[] labels = new byte[FRAMES[k] * 2];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = (byte) label(IDS[k], i / 2, i % 2);
      }
      NpyWriter.write(folder.resolve("labels_" + IDS[k] + ".npy"), labels, Shape.of(FRAMES[k], 2));
    }
  }

  private static int label(long id, int frame, int genre) {
    return (int) ((frame + genre + id) & 1);
  }

  static void write(Path folder, String name, String... lines) throws IOException {
    Files.write(folder.resolve(name), List.of(lines));
  }

  static List<Batch> epoch(VideoFolder data, long epoch, int first) {
    List<Batch> batches = new ArrayList<>();
    try (BatchStream stream = data.open(epoch, first)) {
      stream.forEachRemaining(batches::add);
    }
    return batches;
  }

  private static List<String> names(List<Batch> batches) {
    return batches.stream().map(Batch::description).toList();
  }

  @Test
  void givesWholeTrailersInOrderScaled() {
    writeNpyLabels(folder);
    VideoFolder data = VideoFolder.open(folder);
    assertEquals(List.of("0", "2", "11"), data.ids());
    assertEquals(List.of("genre_0", "genre_1"), data.labels());
    assertEquals(Shape.of(2, 3, 1), data.frameShape());
    assertEquals(7, data.frames("11"));
    assertEquals(3, data.batches());
    List<Batch> batches = epoch(data, 0, 0);
    assertEquals(
        List.of(
            "trailer_0.npy, frames 0-4", "trailer_2.npy, frames 0-2", "trailer_11.npy, frames 0-6"),
        names(batches));
    Batch last = batches.get(2);
    Tensor input = last.inputs().get(0);
    assertEquals(Shape.of(1, 7, 2, 3, 1), input.shape());
    assertEquals(DType.FLOAT32, input.dtype());
    for (int i = 0; i < input.size(); i++) {
      assertEquals((20 * (i / 6) + i % 6 + 11) / 255f, input.floats()[i]);
    }
    assertEquals(2, last.targets().size());
    assertEquals(Shape.of(1, 7, 1), last.targets().get(1).shape());
    assertArrayEquals(new float[] {1, 0, 1, 0, 1, 0, 1}, last.targets().get(0).floats());
    assertArrayEquals(new float[] {0, 1, 0, 1, 0, 1, 0}, last.targets().get(1).floats());
    assertEquals(
        DType.FLOAT64, epoch(data.dtype(DType.FLOAT64), 0, 2).get(0).inputs().get(0).dtype());
  }

  /** Memory follows the data, not the number that was asked for. */
  @Test
  void aBatchMayBeLargerThanAllThereIs() {
    writeNpyLabels(folder);
    for (int size : new int[] {100_000_000, Integer.MAX_VALUE}) {
      VideoFolder data = VideoFolder.open(folder).batch(size);
      assertEquals(
          IDS.length,
          epoch(data, 0, 0).stream().mapToInt(b -> (int) b.inputs().get(0).shape().dim(0)).sum());
    }
  }

  @Test
  void ordersTargetsByName() throws IOException {
    writeNpyLabels(folder);
    write(folder, "genres.txt", "comedy", "", "action ");
    VideoFolder data = VideoFolder.open(folder).ids("2");
    assertEquals(List.of("comedy", "action"), data.labels());
    List<Tensor> targets = epoch(data.outputs(List.of("action", "comedy")), 0, 0).get(0).targets();
    assertArrayEquals(new float[] {1, 0, 1}, targets.get(0).floats());
    assertArrayEquals(new float[] {0, 1, 0}, targets.get(1).floats());
    List<Tensor> one = epoch(data.joint(), 0, 0).get(0).targets();
    assertEquals(1, one.size());
    assertEquals(Shape.of(1, 3, 2), one.get(0).shape());
    assertArrayEquals(new float[] {0, 1, 1, 0, 0, 1}, one.get(0).floats());
    assertEquals(List.of("drama", "musical"), data.labels(List.of("drama", "musical")).labels());
  }

  @Test
  void readsLabelsPerTrailer() throws IOException {
    write(
        folder, "labels.csv", "\uFEFFid, comedy,action", "2,1,0", "11,0.25,1e-1", "0,0,1", "7,1,1");
    VideoFolder data = VideoFolder.open(folder);
    assertEquals(List.of("comedy", "action"), data.labels());
    List<Tensor> targets = epoch(data.dtype(DType.FLOAT64), 0, 2).get(0).targets();
    assertArrayEquals(new double[] {.25, .25, .25, .25, .25, .25, .25}, targets.get(0).doubles());
    assertEquals(.1, targets.get(1).doubles()[6]);
  }

  @Test
  void readsLabelsPerFrameInAnyOrder() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int k = 0; k < IDS.length; k++) {
      for (int t = FRAMES[k] - 1; t >= 0; t--) {
        lines.add(IDS[k] + "," + t + "," + label(IDS[k], t, 0) + "," + label(IDS[k], t, 1));
      }
    }
    lines.add(0, "id,frame,a,b");
    write(folder, "labels.csv", lines.toArray(String[]::new));
    List<Batch> fromCsv = epoch(VideoFolder.open(folder).windows(2).joint(), 0, 0);
    Files.delete(folder.resolve("labels.csv"));
    writeNpyLabels(folder);
    List<Batch> fromNpy = epoch(VideoFolder.open(folder).windows(2).joint(), 0, 0);
    assertEquals(6, fromCsv.size());
    for (int i = 0; i < 6; i++) {
      assertArrayEquals(
          fromNpy.get(i).targets().get(0).floats(), fromCsv.get(i).targets().get(0).floats());
    }
  }

  @Test
  void cutsWindows() {
    VideoFolder data = VideoFolder.open(folder);
    List<Batch> full = epoch(data.windows(3), 0, 0);
    assertEquals(
        List.of(
            "trailer_0.npy, frames 0-2",
            "trailer_2.npy, frames 0-2",
            "trailer_11.npy, frames 0-2",
            "trailer_11.npy, frames 3-5"),
        names(full));
    assertEquals(
        (20 * 3 + 11) / 255f, full.get(3).inputs().get(0).floats()[0], "first pixel of frame 3");
    assertEquals(List.of(), full.get(0).targets());
    assertEquals(
        List.of(3L, 2L, 3L, 3L, 3L, 1L),
        epoch(data.windowsAndRest(3), 0, 0).stream()
            .map(b -> b.inputs().get(0).shape().dim(1))
            .toList());
  }

  @Test
  void batchesSamplesOfOneLength() {
    writeNpyLabels(folder);
    VideoFolder data = VideoFolder.open(folder).windowsAndRest(3).batch(3);
    List<Batch> batches = epoch(data, 0, 0);
    assertEquals(data.batches(), batches.size());
    assertEquals(
        List.of(
            "trailer_0.npy, frames 0-2; trailer_2.npy, frames 0-2; trailer_11.npy, frames 0-2",
            "trailer_11.npy, frames 3-5",
            "trailer_0.npy, frames 3-4",
            "trailer_11.npy, frames 6-6"),
        names(batches));
    Batch three = batches.get(0);
    assertEquals(3, three.size());
    assertEquals(Shape.of(3, 3, 2, 3, 1), three.inputs().get(0).shape());
    assertEquals((20 * 2 + 5 + 2) / 255f, three.inputs().get(0).floats()[35]);
    assertArrayEquals(new float[] {0, 1, 0, 0, 1, 0, 1, 0, 1}, three.targets().get(0).floats());
  }

  @Test
  void shufflesByEpochAndCanBeResumed() {
    VideoFolder data = VideoFolder.open(folder).windows(1).shuffle(5);
    List<String> first = names(epoch(data, 0, 0));
    assertEquals(15, first.size());
    assertEquals(15, new TreeSet<>(first).size());
    assertEquals(first, names(epoch(VideoFolder.open(folder).windows(1).shuffle(5), 0, 0)));
    assertNotEquals(first, names(epoch(data, 1, 0)));
    assertNotEquals(first, names(epoch(data.shuffle(6), 0, 0)));
    assertEquals(first.subList(4, 15), names(epoch(data, 0, 4)));
    assertEquals(List.of(), epoch(data, 0, 15));
    assertThrows(IllegalArgumentException.class, () -> data.open(0, 16));
  }

  @Test
  void takesIds() {
    VideoFolder data = VideoFolder.open(folder);
    assertEquals(List.of("11", "0"), data.ids("11, 0").ids());
    assertEquals(List.of("11", "0"), data.ids(List.of("11", "0")).ids());
    assertTrue(data.ids("0,2").toString().endsWith(", ids 0,2"), data.toString());
    assertEquals(List.of("0", "1", "2", "12"), VideoIds.parse("0-2,12", List.of()));
    assertEquals("0-2,12", VideoIds.format(List.of("0", "1", "2", "12")));
    for (String wrong : List.of("", "1,", "3-1", "1,0-2", "0-99999999", "a,b,a")) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> VideoIds.parse(wrong, List.of()))
              .getMessage();
      assertTrue(message.endsWith("expected something like 0-9,12"), message);
    }
    for (String absent : List.of("a", "-1", "1.5", "9".repeat(19))) {
      String message = assertThrows(FolderException.class, () -> data.ids(absent)).getMessage();
      assertTrue(message.contains("there is no video " + absent), message);
    }
    assertEquals(
        List.of("a-b", "3-1", "7"), VideoIds.parse("a-b, 3-1,7", List.of("a-b", "3-1", "7")));
  }

  @Test
  void readsOtherTypesAsTheyAre() {
    float[] values = new float[12];
    Arrays.fill(values, 3.5f);
    NpyWriter.write(folder.resolve("trailer_2.npy"), Tensor.of(values, 2, 2, 3, 1));
    Tensor input = epoch(VideoFolder.open(folder).ids("2"), 0, 0).get(0).inputs().get(0);
    assertArrayEquals(values, input.floats());
  }
}
