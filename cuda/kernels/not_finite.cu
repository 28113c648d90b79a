#include "not_finite.h"

namespace convlstm4j {

KERNEL(not_finite, NotFinite) {
  ROLL
  for (long long chunk = blockIdx.x; chunk < p.chunks; chunk += gridDim.x) {
    const int j = entryOf(p.array, p.count, chunk);
    const CheckedArray& a = p.array[j];
    const long long from = (chunk - a.firstChunk) * kTensorChunk;
    const long long n = a.size - from < kTensorChunk ? a.size - from : kTensorChunk;
    bool good = true;
    ROLL
    for (long long i = threadIdx.x; i < n; i += kBlock) {
      good &= isFinite(a.x[from + i]);
    }
    if (!good) {
      setInfinite(p.bad + j);
    }
  }
}

}  // namespace convlstm4j
