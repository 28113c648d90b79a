package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;

/** Provides the backend {@code onednn}, which starts where oneDNN's native library loads. */
public final class OneDnnProvider implements BackendProvider {
  private static final int PRIORITY = 10;

  /** For {@link java.util.ServiceLoader}. */
  public OneDnnProvider() {}

  @Override
  public String name() {
    return OneDnnBackend.NAME;
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  @Override
  public Backend start() {
    return new OneDnnBackend(Dnnl.start());
  }
}
