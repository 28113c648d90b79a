package convlstm4j.backend.cuda;

import convlstm4j.backend.Backend;
import convlstm4j.backend.BackendProvider;

/**
 * Provides the backend {@code cuda}, which starts where an NVIDIA GPU, its driver and cuDNN are.
 */
public final class CudaProvider implements BackendProvider {
  private static final int PRIORITY = 20;

  /** For {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public String name() {
    return CudaBackend.NAME;
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  @Override
  public Backend start() {
    return Opening.start();
  }
}
