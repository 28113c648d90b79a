package convlstm4j.data.folder;

import java.util.List;

/**
 * Labels by the folders that videos are in: {@code goal/17.mp4} is a goal in all its frames, and
 * none of the others.
 *
 * @param names of the folders
 */
record ClassLabels(List<String> names) implements Labels {
  @Override
  public List<String> genres() {
    return names;
  }

  @Override
  public String source(Video video) {
    return video.path().getParent().toString();
  }

  @Override
  public void check(Video video) {}

  @Override
  public double[] read(Video video, long from, long to) {
    int label = names.indexOf(video.path().getParent().getFileName().toString());
    double[] rows = new double[(int) (to - from) * names.size()];
    for (int at = label; at < rows.length; at += names.size()) {
      rows[at] = 1;
    }
    return rows;
  }
}
