// Picks the instruction set at run time.
#include <cstring>

#include "kernels.h"

namespace convlstm4j {

// HAS_..: the build defines one for each set that it compiles; tests may leave some out.
#ifdef HAS_avx512
namespace avx512 {
extern const Kernels kKernels;
}
#endif
#ifdef HAS_avx2
namespace avx2 {
extern const Kernels kKernels;
}
#endif
namespace baseline {
extern const Kernels kKernels;
}

const Kernels* choose(const char* wanted) {
  const bool any = wanted[0] == '\0';
#ifdef __x86_64__
  [[maybe_unused]] const bool fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
#ifdef HAS_avx512
  if (fma && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && (any || std::strcmp(wanted, avx512::kKernels.name) == 0)) {
    return &avx512::kKernels;
  }
#endif
#ifdef HAS_avx2
  if (fma && (any || std::strcmp(wanted, avx2::kKernels.name) == 0)) return &avx2::kKernels;
#endif
  return any || std::strcmp(wanted, baseline::kKernels.name) == 0 ? &baseline::kKernels : nullptr;
}

}  // namespace convlstm4j
