package convlstm4j.backend.reference;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;

/** Provides {@link ReferenceBackend}, which starts everywhere. */
public final class ReferenceProvider implements BackendProvider {
  /** For {@link java.util.ServiceLoader}. */
  public ReferenceProvider() {}

  @Override
  public String name() {
    return ReferenceBackend.NAME;
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Backend start() {
    return new ReferenceBackend();
  }
}
