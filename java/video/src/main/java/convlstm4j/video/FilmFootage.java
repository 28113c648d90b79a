package convlstm4j.video;

import convlstm4j.data.FramePreparation;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** The frames of a film. */
record FilmFootage(Path path, FramePreparation preparation, Timeline timeline) implements Footage {
  /** Counts the frames. */
  static FilmFootage of(Path path, FramePreparation preparation) {
    return new FilmFootage(path, preparation, Timeline.of(path, Filters.rate(preparation)));
  }

  @Override
  public long startBefore(long frame) {
    return 0;
  }

  @Override
  public Iterator<Run> from(long frame) {
    String filters = Filters.rate(preparation) + "," + Filters.pixels(preparation, timeline);
    Run run =
        new Run() {
          @Override
          public Ffmpeg start() {
            return Ffmpeg.film(path, filters, Filters.raw(preparation));
          }

          @Override
          public void ended(Ffmpeg ffmpeg, long frames) {
            ffmpeg.end();
          }
        };
    return List.of(run).iterator();
  }
}
