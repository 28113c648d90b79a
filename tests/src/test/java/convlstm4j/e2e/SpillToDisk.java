package convlstm4j.e2e;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.SpillFolder;
import java.nio.file.Path;

/** A process that keeps arrays in files until there is no room, without the training around it. */
final class SpillToDisk {
  private static final long BYTES = 64L << 10;
  private static final int MOST = 100;

  private SpillToDisk() {}

  public static void main(String[] args) {
    SpillFolder folder = new SpillFolder(Path.of(args[0]));
    Object[] kept = new Object[MOST];
    try {
      for (int i = 0; i < MOST; i++) {
        kept[i] = folder.map(BYTES);
        System.out.println("made " + i);
      }
    } catch (BackendException e) {
      System.err.println("convlstm4j: " + e.getMessage());
      System.exit(1);
    }
  }
}
