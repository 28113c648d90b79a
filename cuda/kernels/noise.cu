#include "noise.h"

#include <math.h>

#include "loops.h"

namespace convlstm4j {
namespace {

constexpr double kToUnit = 1.0 / 4294967296.0;

/** cos(2 pi u). On the GPU without cos, whose reduction of large angles takes an array in local memory. */
__device__ __forceinline__ double cosOfTurns(double u) {
#ifdef __CUDACC__
  return cospi(2.0 * u);
#else
  return cos(6.283185307179586 * u);
#endif
}

}  // namespace

KERNEL(noise, NoiseParams) {
  const RandomKey r = known(p.random);
  eachElement(p.n, [&](long long i) {
    const long long n = number(p.part, i);
    const PhiloxBits bits = philox(r.seed, r.stream, n >> 1);
    const bool odd = (n & 1) != 0;
    const double first = ((odd ? bits.v[2] : bits.v[0]) + 0.5) * kToUnit;
    const double second = ((odd ? bits.v[3] : bits.v[1]) + 0.5) * kToUnit;
    p.y[i] = (float)(p.mean + p.deviation * (sqrt(-2.0 * log(first)) * cosOfTurns(second)));
  });
}

}  // namespace convlstm4j
