package convlstm4j.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.bytedeco.javacpp.Loader;

/** The kernels in C++, which tests may miss only where the build has made none. */
final class Built {
  private Built() {}

  /** Skips the test where the library is not in the build, and fails where it is not taken. */
  static NativeKernels kernels(Dnnl dnnl) {
    String platform = Loader.getPlatform();
    assumeTrue(NativeKernels.find(platform) != null, () -> "built without kernels for " + platform);
    assertNotNull(dnnl.kernels(), dnnl::description); // which says why they are not there
    return dnnl.kernels();
  }
}
