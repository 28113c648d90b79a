package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import convlstm4j.contract.TestBackends;
import convlstm4j.layer.Layers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small models that Keras 3.0.5 to 3.15.1 saved, and what Keras itself computes with them: {@code
 * keras-cases.zip}, made by {@code src/test/python/pick_keras_cases.py}. A file is right on every
 * backend, or it is refused and stands in {@code keras-cases.refused.txt} with a piece of the
 * reason; a refusal that is new, gone or has another reason fails. {@code -Dkeras.cases.write=FILE}
 * writes that list anew.
 */
class KerasCasesTest {
  private static final String REFUSED = "keras-cases.refused.txt";

  /** One of each of the 513 cases that keras-run has, and seven of a second release. */
  private static final int CASES = 520;

  /**
   * Of these, at least so many see places around each along time, or along an image's first axis.
   */
  private static final int WINDOWS = 6;

  /** Kinds of layers that no case has, and what they are held against instead. */
  private static final Map<String, String> WITHOUT =
      Map.ofEntries(
          Map.entry("AdditiveAttention", "keras-run has none: plain loops in AttentionLayersTest"),
          Map.entry("DepthwiseConv1D", "keras-run has none: plain loops in DepthwiseLayersTest"),
          Map.entry("Identity", "keras-run has none: the input itself in TableLayersTest"),
          Map.entry("RMSNormalization", "keras-run has none: plain loops in TableLayersTest"),
          Map.entry("ConvGRU1D", "Keras has none: PyTorch's numbers in ConvGruTest"),
          Map.entry("ConvGRU2D", "Keras has none: PyTorch's numbers in ConvGruTest"),
          Map.entry("ConvGRU3D", "Keras has none: PyTorch's numbers in ConvGruTest"),
          Map.entry("Operation", "has the names of Keras's operations: the cases op_*"),
          Map.entry(
              "ZeroPadding3D", "keras-run has none: what it adds, by hand, in FramingLayersTest"),
          Map.entry("PixelShuffle", "Keras has none: PyTorch's numbers in ShufflingLayersTest"),
          Map.entry("PixelUnshuffle", "Keras has none: PyTorch's numbers in ShufflingLayersTest"));

  /** What a reason says, without the place. */
  private static final Pattern PIECE =
      Pattern.compile(
          "is of the kind \\w+|operation \\w+|class \\w+ of the user's own"
              + "|(activation|regularizer|initializer) \\w+[^;,]*"
              + "|(?<=: )\\w+=[^,{]{1,30}, [^;]{1,40}"
              + "|not compiled: [^,;]{1,60}"
              + "|a function of the user's own");

  private static final boolean FULL = Boolean.getBoolean("full");

  @TempDir static Path folder;
  private static List<KerasCase> cases;
  private static Map<String, String> refused;

  @BeforeAll
  static void unpack() throws IOException {
    cases = KerasCase.unpack(folder);
    refused = new TreeMap<>();
    try (InputStream in = resource(REFUSED)) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        String[] columns = line.split("\t", 2);
        refused.put(columns[0], columns[1]);
      }
    }
  }

  private static InputStream resource(String name) {
    return KerasCasesTest.class.getResourceAsStream(name);
  }

  /** A new kind needs a case that is not refused, or a reason why there is none. */
  @Test
  void haveEveryKindOfLayer() {
    Set<String> kinds = new TreeSet<>(WITHOUT.keySet());
    for (KerasCase c : cases) {
      if (!refused.containsKey(c.file())) {
        c.kinds().stream().filter(Layers.kinds()::contains).forEach(kinds::add);
      }
    }
    assertEquals(Layers.kinds(), kinds);
    assertTrue(cases.stream().flatMap(c -> c.kinds().stream()).noneMatch(WITHOUT::containsKey));
  }

  @TestFactory
  Stream<DynamicTest> computeWhatKerasDoes() {
    assertEquals(CASES, cases.size());
    return Stream.of("reference", "onednn")
        .filter(TestBackends::include)
        .flatMap(
            backend ->
                some(backend)
                    .flatMap(
                        c ->
                            Stream.concat(
                                Stream.of(test(c.file(), backend, () -> c.predicts(backend))),
                                c.trains()
                                    ? Stream.of(
                                        test(
                                            c.file() + " [train]",
                                            backend,
                                            () -> c.trainsAsKeras(backend)))
                                    : Stream.empty())));
  }

  /**
   * Keras's numbers for predictions some frames at a time, many of which see what is around; by
   * default each on one backend, and one at a time or three.
   */
  @ParameterizedTest
  @MethodSource("backendsInTurn")
  void computeWhatKerasDoesInStretches(List<String> backends) {
    assumeTrue(!backends.isEmpty(), "neither of them runs");
    int windows = 0;
    int turn = 0;
    for (KerasCase c : cases) {
      if (!refused.containsKey(c.file())) {
        String backend = backends.get(turn % backends.size());
        Set<Integer> frames = FULL ? Set.of(1, 3) : Set.of(turn / 2 % 2 == 0 ? 1 : 3);
        turn++;
        try {
          windows += c.predictsInStretches(backend, frames) ? 1 : 0;
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(c.file() + ": " + e.getMessage(), e);
        }
      }
    }
    assertTrue(windows >= WINDOWS, windows + " cases with windows");
  }

  /** Each by itself; by default one list of both, of which each case takes one. */
  static List<List<String>> backendsInTurn() {
    List<String> all = Stream.of("reference", "onednn").filter(TestBackends::include).toList();
    return FULL && !all.isEmpty() ? all.stream().map(List::of).toList() : List.of(all);
  }

  /** All cases; by default every other one, the rest on the other backend. */
  private static Stream<KerasCase> some(String backend) {
    int first = backend.equals("onednn") ? 1 : 0;
    boolean all = FULL || !TestBackends.include("reference") || !TestBackends.include("onednn");
    return IntStream.range(0, cases.size()).filter(i -> all || i % 2 == first).mapToObj(cases::get);
  }

  /** A case being run: the reason if it is refused. */
  private interface Run {
    Optional<String> reason();
  }

  private static DynamicTest test(String name, String backend, Run run) {
    return DynamicTest.dynamicTest(
        backend + " " + name,
        () -> {
          Optional<String> reason = run.reason();
          String file = System.getProperty("keras.cases.write");
          if (file != null) {
            write(Path.of(file), name, reason);
            return;
          }
          String expected = refused.get(name);
          if (expected == null) {
            assertEquals(Optional.empty(), reason, "refused, though not in " + REFUSED);
          } else {
            assertTrue(reason.isPresent(), "not refused any more: take it out of " + REFUSED);
            assertTrue(
                reason.get().contains(expected),
                () -> "refused: " + reason.get() + "; expected because of " + expected);
          }
        });
  }

  private static void write(Path file, String name, Optional<String> reason) throws IOException {
    List<String> lines = new ArrayList<>(Files.exists(file) ? Files.readAllLines(file) : List.of());
    if (reason.isPresent() && lines.stream().noneMatch(l -> l.startsWith(name + "\t"))) {
      String text = reason.get().replaceAll("^.*?\\.(keras|h5): ", "");
      Matcher m = PIECE.matcher(text);
      lines.add(
          name
              + "\t"
              + (m.find() ? m.group().strip() : text.substring(Math.max(0, text.length() - 60))));
    }
    lines.sort(null);
    Files.write(file, lines);
  }
}
