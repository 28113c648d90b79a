package convlstm4j.data.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.data.ByteScale;
import convlstm4j.data.InputForm;
import convlstm4j.data.Signature;
import convlstm4j.data.Signature.Slot;
import convlstm4j.io.file.FileException;
import convlstm4j.io.npy.NpyException;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a folder that is not in order says. */
class VideoFolderErrorTest {
  @TempDir Path folder;

  @BeforeEach
  void writeTrailers() {
    VideoFolderTest.writeTrailers(folder);
  }

  private VideoFolder open() {
    return VideoFolder.open(folder);
  }

  /** Runs an epoch, which must fail; checks that the message names the file and more. */
  private void fails(VideoFolder data, String file, String... parts) {
    FileException e = assertThrows(FileException.class, () -> VideoFolderTest.epoch(data, 0, 0));
    String path = file.isEmpty() ? folder.toString() : folder.resolve(file).toString();
    assertTrue(e.getMessage().startsWith(path + ": "), e.getMessage());
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  private static String opening(Path path) {
    return assertThrows(FolderException.class, () -> VideoFolder.open(path)).getMessage();
  }

  @Test
  void folderAbsentOrWithoutTrailers() throws IOException {
    Path absent = folder.resolve("absent");
    assertEquals(absent + ": there is no such folder", opening(absent));
    assertTrue(opening(folder.resolve("trailer_0.npy")).contains("is a file, expected a folder"));
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertTrue(opening(empty).contains("is empty, expected files that end in one of ["));
    Files.createFile(empty.resolve("labels_1.npy"));
    Files.createFile(empty.resolve("film.doc"));
    assertTrue(opening(empty).contains("has 2 files, none of them a video"));
    Files.copy(folder.resolve("trailer_0.npy"), folder.resolve("trailer_00.npy"));
    assertTrue(opening(folder).contains("has the same id as trailer_0"));
  }

  @Test
  void idMissing() {
    String message = assertThrows(FolderException.class, () -> open().ids("0-2")).getMessage();
    assertEquals(folder + ": there is no video 1; the ids there are 0,2,11", message);
    assertThrows(IllegalArgumentException.class, () -> open().ids(List.of()));
    assertThrows(IllegalArgumentException.class, () -> open().ids(List.of("2", "2")));
  }

  @Test
  void labelsOfTwoKindsOrNone() throws IOException {
    fails(open().joint(), "", "has no labels, expected labels.csv or a labels_{id}.npy");
    fails(open().outputs(List.of("comedy")), "", "has no labels");
    VideoFolderTest.writeNpyLabels(folder);
    VideoFolderTest.write(folder, "labels.csv", "id,a", "0,1", "2,1", "11,1");
    fails(open(), "", "has labels.csv and labels_", "expected one kind");
    Files.delete(folder.resolve("labels.csv"));
    fails(
        open().outputs(List.of("genre_1", "comedy")),
        "",
        "no labels for the output \"comedy\"; the labels are [genre_0, genre_1]",
        "genres.txt");
    Files.delete(folder.resolve("labels_2.npy"));
    fails(open(), "labels_2.npy", "there is no such file");
    // The others can be used.
    assertEquals(2, VideoFolderTest.epoch(open().ids("0,11"), 0, 0).size());
    assertEquals(3, VideoFolderTest.epoch(open().unlabeled(), 0, 0).size());
  }

  @Test
  void labelsOfAnotherShape() throws IOException {
    VideoFolderTest.writeNpyLabels(folder);
    NpyWriter.write(folder.resolve("labels_2.npy"), new byte[8], Shape.of(4, 2));
    fails(open(), "labels_2.npy", "labels of shape [4, 2], expected [3, 2]", "has 3 frames");
    NpyWriter.write(folder.resolve("labels_2.npy"), new byte[3], Shape.of(3));
    fails(open(), "labels_2.npy", "labels of shape [3], expected [T, labels]");
    NpyWriter.write(folder.resolve("labels_2.npy"), new byte[9], Shape.of(3, 3));
    fails(open(), "labels_2.npy", "labels of shape [3, 3], expected [3, 2]");
    VideoFolderTest.writeNpyLabels(folder);
    VideoFolderTest.write(folder, "genres.txt", "a", "b", "c");
    fails(open(), "genres.txt", "3 names of labels [a, b, c], expected 2");
    VideoFolderTest.write(folder, "genres.txt", "a", "a");
    fails(open(), "genres.txt", "is there twice");
    fails(open().labels(List.of("a")), "", "1 names of labels [a], expected 2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "name,a;0,1# first line [name, a], expected id,<label>",
        "id;0# expected the name of a label",
        "id,frame;0,0# expected the name of a label",
        "id,a,;0,1,2# expected the name of a label",
        "id,a,a;0,1,1# a label is there twice",
        "id,a;0,1;2# line 3: 1 columns, expected 2",
        "id,a;0,1,1# line 2: 3 columns, expected 2",
        "id,a;0,yes# line 2: a = \"yes\", expected a number",
        "id,a;0,NaN# line 2: a = \"NaN\", expected a number",
        "id,a;0,1e999# line 2: a = 1e999, expected a finite number",
        "id,a;,1# line 2: id = \"\", expected the name of a video",
        "id,a;x,1# has no row for id 0, expected one for trailer_0.npy",
        "id,a;0,1;0,1# line 3: a second row for id 0",
        "id,a;0,1;2,1# has no row for id 11, expected one for trailer_11.npy",
        "id,frame,a;0,-1,1# line 2: frame = \"-1\"",
        "id,frame,a;0,0,1;0,1,1# has 2 rows for id 0, expected 5, one for each frame",
        "id,frame,a;0,0,1;0,1,1;0,2,1;0,3,1;0,3,1# frame 3 of id 0 is there twice, expected 0 to 4",
        "id,frame,a;0,0,1;0,1,1;0,2,1;0,3,1;0,5,1# frame 5 of id 0 does not exist, expected 0 to 4",
        "id,a;0,\"1# cannot be read as CSV"
      })
  void wrongCsv(String lines, String problem) throws IOException {
    VideoFolderTest.write(folder, "labels.csv", lines.split(";"));
    fails(open(), "labels.csv", problem.strip());
  }

  @Test
  void csvThatIsEmptyOrNoText() throws IOException {
    Files.createFile(folder.resolve("labels.csv"));
    fails(open(), "labels.csv", "is empty, expected a first line");
    Files.write(folder.resolve("labels.csv"), "id,\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    fails(open(), "labels.csv", "cannot be read as CSV in UTF-8");
    VideoFolderTest.write(folder, "labels.csv", "id,a", "0,1", "2,1", "11,1");
    fails(open().labels(List.of("b")), "labels.csv", "names its labels itself");
  }

  @Test
  void trailersThatDoNotFitEachOther() {
    NpyWriter.write(folder.resolve("trailer_2.npy"), new byte[18], Shape.of(3, 2, 1, 3));
    fails(
        open(),
        "trailer_2.npy",
        "frames of shape [2, 1, 3], expected [2, 3, 1] as in trailer_0.npy");
    NpyWriter.write(folder.resolve("trailer_2.npy"), new byte[18], Shape.of(3, 2, 3));
    fails(open(), "trailer_2.npy", "array of shape [3, 2, 3], expected [T, C, H, W]");
    NpyWriter.write(folder.resolve("trailer_2.npy"), new byte[0], Shape.of(0, 2, 3, 1));
    fails(open(), "trailer_2.npy", "array of shape [0, 2, 3, 1]");
  }

  @Test
  void trailersThatDoNotFitTheModel() {
    fails(
        open().unlabeled().fitting(takes(Shape.of(-1, -1, 3, 3, 1))),
        "trailer_0.npy",
        "gives samples of shape [1, 5, 2, 3, 1] [N, T, C, H, W], expected [None, None, 3, 3, 1]",
        "input \"");
    VideoFolder fixed = open().unlabeled().fitting(takes(Shape.of(-1, 5, 2, 3, 1)));
    fails(fixed, "trailer_2.npy", "expected [None, 5, 2, 3, 1]", "use windows of 5 frames");
    assertEquals(2, fixed.windows(5).batches());
    fails(open().windows(8), "", "no video has 8 frames, the longest has 7");
  }

  private static Signature takes(Shape shape) {
    Slot slot = new Slot("input", shape, Optional.empty(), InputForm.UNKNOWN);
    return new Signature(List.of(slot), List.of(slot));
  }

  @Test
  void numbersThatAreNone() {
    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      Tensor video = Tensor.zeros(DType.FLOAT32, Shape.of(3, 2, 3, 1));
      video.set(13, bad);
      NpyWriter.write(folder.resolve("trailer_2.npy"), video);
      String what = Float.isNaN(bad) ? "NaN in frame 2" : "infinity in frame 2";
      fails(open().windowsAndRest(2), "trailer_2.npy", what + ", expected finite numbers");
    }
    VideoFolderTest.writeTrailers(folder);
    VideoFolderTest.writeNpyLabels(folder);
    Tensor labels = Tensor.zeros(DType.FLOAT32, Shape.of(7, 2));
    labels.set(9, Double.NaN);
    NpyWriter.write(folder.resolve("labels_11.npy"), labels);
    fails(open(), "labels_11.npy", "NaN in frame 4");
    double[] large = new double[14];
    large[9] = 1e39; // too large for float32
    NpyWriter.write(folder.resolve("labels_11.npy"), Tensor.of(large, 7, 2));
    fails(open(), "labels_11.npy", "infinity in frame 4");
    List<Batch> exact = VideoFolderTest.epoch(open().dtype(DType.FLOAT64), 0, 0);
    assertTrue(exact.stream().allMatch(Batch::foundFinite), "nobody looks again");
    VideoFolder wide = open().unlabeled().bytes(new ByteScale(1e38, 0));
    fails(wide, "trailer_0.npy", "infinity in frame");
  }

  @Test
  void damagedFiles() throws IOException {
    Path path = folder.resolve("trailer_2.npy");
    byte[] bytes = Files.readAllBytes(path);
    Files.write(path, Arrays.copyOf(bytes, bytes.length - 5));
    fails(open(), "trailer_2.npy", "cut: has 141 bytes, expected 146");
    bytes[20] = '?';
    Files.write(path, bytes);
    fails(open(), "trailer_2.npy", "damaged header");
    assertThrows(NpyException.class, () -> open().batches());
  }

  @Test
  void fileThatChangesBetween() {
    VideoFolder data = open();
    assertEquals(3, data.batches());
    NpyWriter.write(folder.resolve("trailer_2.npy"), new byte[12], Shape.of(2, 2, 3, 1));
    fails(data, "trailer_2.npy", "has changed: shape [2, 2, 3, 1], was [3, 2, 3, 1]");
  }
}
