package convlstm4j.cli;

import convlstm4j.cli.picture.Drawing;
import convlstm4j.cli.picture.ScoresJson;
import convlstm4j.cli.picture.Subtitles;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.io.file.AtomicFile;
import convlstm4j.io.file.Target;
import convlstm4j.io.keras.KerasModels;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks where results are to go before the work starts: not after hours of it. */
final class OutputFiles {
  private static final byte[] NPY = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int FIRST_LINE = 4096;

  private OutputFiles() {}

  /**
   * Checks that a file can be made or replaced.
   *
   * @param option what the user named it with
   * @throws IllegalArgumentException if it cannot
   */
  static void check(String option, Path file) {
    try {
      Optional<String> problem = Target.of(file).problem();
      if (problem.isPresent()) {
        throw wrong(option, file, problem.get());
      }
      // What else is in the way shows when it is begun: owners, quotas, a disk without room.
      AtomicFile.create(file).close();
    } catch (IOException e) {
      throw new IllegalArgumentException(option + " " + e.getMessage(), e);
    }
  }

  /** Of a file's name, in lower case, without the dot. */
  static String ending(Path file) {
    Path last = file.getFileName();
    String name = last == null ? "" : last.toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /** Checks that a folder is there or can be made. */
  static void checkFolder(String option, Path folder) {
    for (Path p = folder.toAbsolutePath(); p != null; p = p.getParent()) {
      if (Files.isDirectory(p)) {
        if (!Files.isWritable(p)) {
          throw wrong(option, folder, "the folder " + p + " may not be written to");
        }
        return;
      }
      if (Files.exists(p)) {
        throw wrong(option, folder, p + " is a file, expected a folder");
      }
    }
  }

  /** Whether a file is there that holds something. */
  static boolean holdsSomething(Path file) {
    try {
      return Files.exists(file) && Files.size(file) > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Checks that nothing is replaced but arrays, as {@code predict} writes them. */
  static void checkArray(String option, Path file) {
    if (holdsSomething(file) && !startsWith(file, NPY)) {
      throw foreign(option, file, "an npy file");
    }
  }

  /** Checks that nothing is replaced but tables, as {@code predict} writes them. */
  static void checkTable(String option, Path file) {
    if (holdsSomething(file) && !firstLine(file).matches("(sample|frame),.*")) {
      throw foreign(option, file, "a table of predictions");
    }
  }

  /**
   * Checks that nothing is replaced but a file that begins with a line.
   *
   * @param expected what such a file is
   */
  static void checkStart(String option, Path file, String line, String expected) {
    if (holdsSomething(file) && !firstLine(file).equals(line)) {
      throw foreign(option, file, expected);
    }
  }

  /** Checks that nothing is replaced but pictures and pages that say they were made here. */
  static void checkPicture(String option, Path file) {
    checkMade(option, file, "a picture or page that ConvLSTM4J made");
  }

  /** Checks, beforehand, that a picture can be drawn and written; null for none. */
  static void checkPng(String option, @Nullable Path file) {
    if (file == null) {
      return;
    }
    if (!ending(file).equals("png")) {
      throw wrong(option, file, "its ending says what is written, expected .png");
    }
    checkPicture(option, file);
    Drawing.check();
  }

  /** Checks that nothing is replaced but scores in JSON, as {@code predict} writes them. */
  static void checkJson(String option, Path file) {
    checkMade(option, file, "a file of scores");
  }

  private static void checkMade(String option, Path file, String expected) {
    String start =
        new String(
            holdsSomething(file) ? start(file, FIRST_LINE) : new byte[0],
            StandardCharsets.ISO_8859_1);
    if (!start.isEmpty() && !start.contains(ScoresJson.GENERATOR)) {
      throw foreign(option, file, expected);
    }
  }

  /** Checks that nothing is replaced but subtitles, as {@code predict} writes them. */
  static void checkSubtitles(String option, Path file) {
    if (holdsSomething(file)
        && !Subtitles.areOurs(
            new String(start(file, FIRST_LINE), StandardCharsets.UTF_8).lines().toList())) {
      throw foreign(option, file, "subtitles of scores");
    }
  }

  /** Checks that nothing is replaced but tables, as {@code evaluate} writes them. */
  static void checkScores(String option, Path file) {
    if (holdsSomething(file) && !firstLine(file).matches("output(,.*)?")) {
      throw foreign(option, file, "a table of scores");
    }
  }

  /**
   * Checks that nothing but a log is replaced or continued.
   *
   * @param ours whether lines in it are those of the model, or may go
   */
  static void checkLog(String option, Path file, boolean ours) {
    if (!holdsSomething(file)) {
      return;
    }
    String first = firstLine(file);
    if (!first.startsWith("epoch,") && !"epoch,".startsWith(first)) {
      throw foreign(option, file, "a log of a training");
    }
    if (!ours && start(file, FIRST_LINE).length > first.length() + 2) {
      throw wrong(
          option,
          file,
          "is the log of another training; name another file, or let --overwrite replace it");
    }
  }

  /**
   * Checks that nothing is replaced without being asked for, and nothing at all but models.
   *
   * @param overwrite whether the user asked for it
   * @param how what else the user can do about it
   */
  static void checkModel(String option, Path file, boolean overwrite, String how) {
    if (!holdsSomething(file)) {
      return;
    }
    if (!isModel(file)) {
      throw foreign(option, file, "a model");
    }
    if (!overwrite) {
      throw wrong(option, file, "is there already; " + how);
    }
  }

  private static boolean isModel(Path file) {
    return Checkpoint.isCheckpoint(file)
        || KerasModels.isKerasFile(file)
        || ModelFiles.isArchitecture(file);
  }

  private static IllegalArgumentException foreign(String option, Path file, String expected) {
    return wrong(
        option,
        file,
        "is there already and is not " + expected + ", so it is not replaced; name another file");
  }

  private static boolean startsWith(Path file, byte[] bytes) {
    return Arrays.equals(start(file, bytes.length), bytes);
  }

  private static String firstLine(Path file) {
    return new String(start(file, FIRST_LINE), StandardCharsets.UTF_8)
        .lines()
        .findFirst()
        .orElse("");
  }

  private static byte[] start(Path file, int bytes) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static IllegalArgumentException wrong(String option, Path path, String problem) {
    return new IllegalArgumentException(option + " " + path + ": " + problem);
  }
}
