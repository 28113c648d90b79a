package convlstm4j.e2e;

import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.keras.KerasModels;
import convlstm4j.io.npy.NpyWriter;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A folder with good, bad and strange files, whose state is drawn and put back. */
final class FuzzFolder {
  /** What a dead process left; the next one may remove it. */
  private static final List<String> LEFT =
      List.of(
          ".out.ckpt.0123456789abcdef.part",
          ".out.npy.0123456789abcdef.part",
          ".out.ckpt.lock",
          ".trained.ckpt.lock",
          ".log.csv.lock");

  private final Path folder;
  private Map<String, Entry> original = Map.of();

  /** What a name in the folder is. */
  record Entry(String kind, String mode, ByteBuffer bytes) {
    /** Whether trained weights may be lost with it. */
    boolean isModel() {
      return kind.equals("file")
          && bytes.remaining() > 3
          && (bytes.get(0) == 'P' || (bytes.get(0) == (byte) 0x89 && bytes.get(1) == 'H'));
    }
  }

  /** Makes all files. */
  FuzzFolder(Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    SmallModels.writeArrays(folder);
    TinyFolder.write(folder.resolve("data"));
    for (String name : List.of("sub", "empty-data", "readonly", "folderweights")) {
      Files.createDirectory(folder.resolve(name));
    }
    models();
    Files.write(folder.resolve("empty"), new byte[0]);
    Files.write(folder.resolve("film.npy"), new byte[] {0, 0, 0, 24, 'f', 't', 'y', 'p'});
    Files.write(folder.resolve("film.ckpt"), new byte[] {0, 0, 0, 24, 'f', 't', 'y', 'p'});
    Files.writeString(folder.resolve("notes.txt"), "mine\n");
    Files.writeString(folder.resolve("kept.csv"), "day,what\n1,slept\n");
    Files.writeString(folder.resolve(".out.ckpt.notes.part"), "not of the program's making\n");
    Files.writeString(folder.resolve("other.json"), "{\"a\": [1, 2, {\"b\": null}]}");
    Files.write(folder.resolve("bytes.json"), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1'});
    Files.writeString(folder.resolve("deep.json"), "{\"a\":".repeat(5000) + "1" + "}".repeat(5000));
    NpyWriter.write(
        folder.resolve("wide.npy"), new byte[4], Shape.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 4));
    for (String name : List.of("x.npy", "plain.ckpt", "plain.keras", "plain.h5")) {
      byte[] bytes = Files.readAllBytes(folder.resolve(name));
      Files.write(
          folder.resolve(name.replaceFirst("[a-z]+", "cut")),
          Arrays.copyOf(bytes, bytes.length * 2 / 3));
    }
    for (String name : List.of("secret.npy", "secret.ckpt", "fixed.ckpt")) {
      String from = name.endsWith("npy") ? "x.npy" : "trained.ckpt";
      Files.copy(folder.resolve(from), folder.resolve(name));
      mode(name, name.startsWith("fixed") ? "r--r--r--" : "---------");
    }
    links();
    mode("readonly", "r-xr-xr-x");
    new ProcessBuilder("mkfifo", folder.resolve("pipe").toString()).start().waitFor();
    original = snapshot();
  }

  private void models() throws IOException {
    try (Model one = SmallModels.forecast();
        Model two = SmallModels.twins()) {
      Checkpoint.save(one, folder.resolve("plain.ckpt"));
      Checkpoint.save(two, folder.resolve("twins.ckpt"));
      Symbol image = Input.named("image", 8, 8, 3);
      try (Model eye = Model.of(image, new Conv2D(2, 3).apply(image)).backend("reference")) {
        eye.save(folder.resolve("eye.ckpt"));
        eye.save(folder.resolve("eye.keras"));
      }
      KerasModels.save(one, folder.resolve("plain.h5"));
      KerasModels.save(one, folder.resolve("plain.keras"));
      Files.writeString(folder.resolve("model.json"), Architecture.toJson(one.network()));
    }
    Files.copy(ExtensionJar.write(folder.resolve("mine")), folder.resolve("mine.jar"));
    delete(folder.resolve("mine"));
    Files.write(folder.resolve("mix.json"), ExtensionJar.json());
    Cli.good(
        FuzzWords.in(
                folder.toString(),
                List.of(
                    "train --model @plain.ckpt --x @x.npy --y @y.npy --loss mse --epochs 1"
                        .concat(" --backend reference --output @trained.ckpt")
                        .split(" ")))
            .toArray());
    Cli.good(
        FuzzWords.in(
                folder.toString(),
                List.of(
                    "train --data @data --filters 2 --epochs 1 --backend reference"
                        .concat(" --output @folder.ckpt --log @log.csv")
                        .split(" ")))
            .toArray());
  }

  private void links() throws IOException {
    Files.createSymbolicLink(folder.resolve("linked.npy"), Path.of("x.npy"));
    Files.createSymbolicLink(folder.resolve("linked.csv"), Path.of("kept.csv"));
    Files.createSymbolicLink(folder.resolve("linked.ckpt"), Path.of("trained.ckpt"));
    Files.createSymbolicLink(folder.resolve("dangling.ckpt"), Path.of("sub/gone.ckpt"));
    Files.createSymbolicLink(folder.resolve("dangling.csv"), Path.of("gone.csv"));
    Files.createSymbolicLink(folder.resolve("loop.npy"), Path.of("loop.npy"));
    Files.createLink(folder.resolve("hard.npy"), folder.resolve("y.npy"));
  }

  private void mode(String name, String mode) throws IOException {
    Files.setPosixFilePermissions(folder.resolve(name), PosixFilePermissions.fromString(mode));
  }

  /** Draws what stands where outputs go; gives a description. */
  String change(Random random) throws IOException {
    StringBuilder done = new StringBuilder();
    for (String name : List.of("out.ckpt", "out.npy", "out.csv", "out.h5", "out.keras", "out")) {
      String from =
          switch (random.nextInt(14)) {
            case 0 -> "trained.ckpt";
            case 1 -> "y.npy";
            case 2 -> "film.npy";
            case 3 -> "empty";
            case 4 -> "cut.ckpt";
            case 5 -> "log.csv";
            default -> "";
          };
      if (!from.isEmpty()) {
        Files.copy(folder.resolve(from), folder.resolve(name));
        done.append(' ').append(name).append(" is ").append(from);
      } else if (random.nextInt(14) == 0) {
        Files.createDirectory(folder.resolve(name));
        done.append(' ').append(name).append(" is a folder");
      }
    }
    if (random.nextInt(3) == 0) {
      for (String name : LEFT) {
        Files.writeString(folder.resolve(name), "process 1 on nowhere since long ago");
      }
      done.append(" leftovers");
    }
    if (random.nextInt(4) == 0) {
      byte[] log = Files.readAllBytes(folder.resolve("log.csv"));
      Files.write(folder.resolve("log.csv"), Arrays.copyOf(log, random.nextInt(log.length)));
      done.append(" log.csv is torn");
    }
    return done.toString();
  }

  /** All that is there now. */
  Map<String, Entry> snapshot() throws IOException {
    Map<String, Entry> all = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.toList()) {
        boolean file = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
        String kind =
            file
                ? "file"
                : Files.isSymbolicLink(path)
                    ? "link to " + Files.readSymbolicLink(path)
                    : Files.isDirectory(path) ? "folder" : "pipe";
        String mode =
            Files.isSymbolicLink(path)
                ? ""
                : PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        all.put(
            folder.relativize(path).toString(),
            new Entry(kind, mode, ByteBuffer.wrap(file ? Files.readAllBytes(path) : new byte[0])));
      }
    }
    return all;
  }

  /** Names that came, went or changed, but for leftovers that went. */
  static List<String> differences(Map<String, Entry> before, Map<String, Entry> after) {
    Stream<String> gone =
        before.keySet().stream().filter(n -> !after.containsKey(n) && !LEFT.contains(n));
    Stream<String> other =
        after.entrySet().stream()
            .filter(
                e ->
                    !before.containsKey(e.getKey()) || !e.getValue().equals(before.get(e.getKey())))
            .map(Map.Entry::getKey);
    return Stream.concat(gone, other).sorted().toList();
  }

  /** Puts everything back. */
  void restore() throws IOException {
    Map<String, Entry> now = snapshot();
    List<String> other = new java.util.ArrayList<>(differences(original, now));
    LEFT.stream().filter(now::containsKey).forEach(other::add);
    other.sort(Comparator.reverseOrder());
    for (String name : other) {
      delete(folder.resolve(name));
    }
    other.sort(Comparator.naturalOrder());
    for (String name : other) {
      Entry was = original.get(name);
      if (was != null) {
        put(folder.resolve(name), was);
      }
    }
    if (other.contains("y.npy") || other.contains("hard.npy")) {
      Files.delete(folder.resolve("hard.npy"));
      Files.createLink(folder.resolve("hard.npy"), folder.resolve("y.npy"));
    }
  }

  private static void put(Path path, Entry was) throws IOException {
    if (was.kind.equals("folder")) {
      Files.createDirectories(path);
    } else if (was.kind.startsWith("link to ")) {
      Files.createSymbolicLink(path, Path.of(was.kind.substring("link to ".length())));
    } else {
      byte[] bytes = new byte[was.bytes.remaining()];
      was.bytes.duplicate().get(bytes);
      Files.write(path, bytes);
    }
    if (!was.mode.isEmpty()) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(was.mode));
    }
  }

  private static void delete(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    }
  }

  /** Where a word leads, or null where it leads nowhere in the folder. */
  String inside(String word) {
    try {
      Path path = convlstm4j.io.file.Target.of(Path.of(word)).file();
      Path real = folder.toRealPath();
      return path.startsWith(real) ? real.relativize(path.normalize()).toString() : null;
    } catch (IOException | java.nio.file.InvalidPathException e) {
      return null;
    }
  }

  Path path() {
    return folder;
  }
}
