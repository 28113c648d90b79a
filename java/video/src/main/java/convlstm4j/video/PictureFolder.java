package convlstm4j.video;

import convlstm4j.data.FramePreparation;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a video that is a folder of pictures, in the order of their names, numbers in them
 * by value. Each is shown for the same time. Names beginning with a dot, and files whose names do
 * not end as pictures do, are none of it.
 */
record PictureFolder(
    Path path, FramePreparation preparation, List<PictureFile> frames, Timeline timeline)
    implements Footage {
  static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg");

  /** So many pictures are decoded and left out rather than a decoder started. */
  private static final int NEAR = 16;

  private static final Pattern PART = Pattern.compile("[0-9]+|[^0-9]+");

  static PictureFolder of(Path folder, FramePreparation preparation, double perSecond) {
    List<PictureFile> all = pictures(folder);
    List<PictureFile> shown = new ArrayList<>();
    double rate = preparation.framesPerSecond() > 0 ? preparation.framesPerSecond() : perSecond;
    int count = (int) Math.max(1, Math.floor(all.size() / perSecond * rate + 0.5));
    double[] seconds = new double[count];
    for (int i = 0; i < count; i++) {
      // The last picture whose time, rounded, is not after the frame's: as ffmpeg does for films.
      double first = Math.ceil((i + 0.5) * perSecond / rate);
      shown.add(all.get((int) Math.max(0, Math.min(all.size(), first) - 1)));
      seconds[i] = i / rate;
    }
    PictureFile one = all.get(0);
    if (!preparation.scales()) {
      checkSizes(folder, all);
    }
    Timeline timeline =
        new Timeline(
            one.uprightWidth(),
            one.uprightHeight(),
            seconds,
            new long[count],
            count / rate,
            Optional.empty());
    return new PictureFolder(folder, preparation, List.copyOf(shown), timeline);
  }

  private static List<PictureFile> pictures(Path folder) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (!name.startsWith(".") && ENDINGS.contains(ending(name)) && !Files.isDirectory(file)) {
          names.add(name);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new VideoException(folder, "cannot be listed: " + e.getMessage(), e);
    }
    if (names.isEmpty()) {
      throw new VideoException(folder, "holds no pictures, expected files that end in png or jpg");
    }
    names.sort(PictureFolder::inOrder);
    Map<String, String> stems = new HashMap<>();
    List<PictureFile> pictures = new ArrayList<>();
    for (String name : names) {
      String other = stems.put(stem(name), name);
      if (other != null) {
        throw new VideoException(
            folder, "holds " + other + " and " + name + ", expected one picture for each frame");
      }
      pictures.add(PictureFile.of(folder.resolve(name)));
    }
    return pictures;
  }

  private static String ending(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private static String stem(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  /** Numbers by value, 2 before 10; what is between them by character. */
  static int inOrder(String a, String b) {
    List<String> x = parts(stem(a));
    List<String> y = parts(stem(b));
    for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
      String left = x.get(i);
      String right = y.get(i);
      boolean numbers = isNumber(left) && isNumber(right);
      int order = numbers ? byValue(left, right) : left.compareTo(right);
      if (order != 0) {
        return order;
      }
    }
    // One goes on, or they differ in leading zeros only.
    return x.size() == y.size() ? a.compareTo(b) : Integer.compare(x.size(), y.size());
  }

  private static List<String> parts(String name) {
    return PART.matcher(name).results().map(MatchResult::group).toList();
  }

  private static boolean isNumber(String part) {
    return part.charAt(0) >= '0' && part.charAt(0) <= '9';
  }

  private static int byValue(String a, String b) {
    String x = a.replaceFirst("^0+", "");
    String y = b.replaceFirst("^0+", "");
    return x.length() == y.length() ? x.compareTo(y) : Integer.compare(x.length(), y.length());
  }

  private static void checkSizes(Path folder, List<PictureFile> all) {
    PictureFile first = all.get(0);
    for (PictureFile p : all) {
      if (p.uprightHeight() != first.uprightHeight() || p.uprightWidth() != first.uprightWidth()) {
        throw new VideoException(
            folder,
            "%s is of %dx%d pixels (height x width), %s of %dx%d; expected one size, or one that all are brought to (--frame-size, FramePreparation.size)"
                .formatted(
                    p.path().getFileName(),
                    p.uprightHeight(),
                    p.uprightWidth(),
                    first.path().getFileName(),
                    first.uprightHeight(),
                    first.uprightWidth()));
      }
    }
  }

  @Override
  public long start(long next, long frame) {
    return next >= 0 && next <= frame && frame - next < NEAR ? next : frame;
  }

  @Override
  public boolean isExact() {
    return true;
  }

  @Override
  public boolean isSound(long frame, byte[] pixels, boolean fromStart) {
    return true;
  }

  @Override
  public void distrust() {}

  /** Pictures that are alike are decoded by one run. */
  @Override
  public Iterator<Run> from(long frame) {
    return new Iterator<>() {
      private int next = (int) frame;

      @Override
      public boolean hasNext() {
        return next < frames.size();
      }

      @Override
      public Run next() {
        int first = next++;
        while (hasNext() && areAlike(frames.get(first), frames.get(next))) {
          next++;
        }
        return new Stretch(frames.subList(first, next));
      }
    };
  }

  private static boolean areAlike(PictureFile a, PictureFile b) {
    return a.kind() == b.kind()
        && a.height() == b.height()
        && a.width() == b.width()
        && a.orientation() == b.orientation();
  }

  /** Pictures that are alike. */
  private final class Stretch implements Run {
    private final List<PictureFile> pictures;

    Stretch(List<PictureFile> pictures) {
      this.pictures = pictures;
    }

    @Override
    public Ffmpeg start() {
      return start(pictures);
    }

    private Ffmpeg start(List<PictureFile> some) {
      String filters =
          some.get(0).turn() + Filters.pixels(preparation, timeline.height(), timeline.width());
      return Ffmpeg.pictures(path, some, filters, Filters.raw(preparation));
    }

    @Override
    public void ended(Ffmpeg run, long given) {
      try {
        run.end();
        if (given == pictures.size()) {
          return;
        }
      } catch (VideoException e) {
        throw culprit(String.valueOf(e.getMessage()), e);
      }
      throw culprit(path + ": " + given + " of " + pictures.size() + " pictures are decoded", null);
    }

    /** ffmpeg does not say which picture it was. */
    private VideoException culprit(String reason, @Nullable VideoException e) {
      for (PictureFile p : pictures) {
        try (Ffmpeg one = start(List.of(p))) {
          long bytes = one.output().transferTo(OutputStream.nullOutputStream());
          one.end();
          if (bytes == 0) {
            return new VideoException(p.path(), "ffmpeg gives no picture of it");
          }
        } catch (IOException | VideoException found) {
          return new VideoException(
              p.path(),
              String.valueOf(found.getMessage()).replaceFirst("^.*?: (?=ffmpeg)", ""),
              found);
        }
      }
      return new VideoException(path, reason, e);
    }
  }
}
