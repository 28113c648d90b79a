package convlstm4j.data;

import java.util.Iterator;

/** One pass over a dataset. To be closed, also before its end. */
public interface BatchStream extends Iterator<Batch>, AutoCloseable {
  /** Gives back files and threads. */
  @Override
  void close();
}
