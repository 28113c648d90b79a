// Counter-based random numbers, the same as those of convlstm4j.tensor.Philox: Philox4x32-10 of Salmon, Moraes, Dror
// and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
#pragma once
#include "index.h"
#include "kernel.h"

namespace convlstm4j {

/** Four numbers of 32 random bits: numbers 4*block to 4*block+3 of a stream. */
struct PhiloxBits {
  unsigned v[4];
};

__device__ __forceinline__ PhiloxBits philox(unsigned long long seed, unsigned long long stream,
                                             unsigned long long block) {
  unsigned c0 = (unsigned)block, c1 = (unsigned)(block >> 32);
  unsigned c2 = (unsigned)stream, c3 = (unsigned)(stream >> 32);
  unsigned k0 = (unsigned)seed, k1 = (unsigned)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const unsigned long long p0 = 0xD2511F53ull * c0;
    const unsigned long long p1 = 0xCD9E8D57ull * c2;
    c0 = (unsigned)(p1 >> 32) ^ c1 ^ k0;
    c2 = (unsigned)(p0 >> 32) ^ c3 ^ k1;
    c1 = (unsigned)p1;
    c3 = (unsigned)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

/** Number `index` of a stream. */
__device__ __forceinline__ unsigned philoxBits(unsigned long long seed, unsigned long long stream,
                                               unsigned long long index) {
  const PhiloxBits b = philox(seed, stream, index >> 2);
  // Not v[index % 4]: an array indexed at run time would lie in local memory.
  const unsigned low = (index & 1) ? b.v[1] : b.v[0];
  const unsigned high = (index & 1) ? b.v[3] : b.v[2];
  return (index & 2) ? high : low;
}

/** A generator: by value, or where its two words are once the kernel runs, in a captured graph. */
struct RandomKey {
  const unsigned long long* there;
  unsigned long long seed;
  unsigned long long stream;
};

/** Which numbers of a stream are an array's that is a part of another: convlstm4j.tensor.Philox.Part. */
struct RandomPart {
  long long first;
  long long gap;  // numbers of the stream between two blocks; 0 where all follow one another
  Divisor block;
};

/** The number in the stream of number `i` of the part. */
__device__ __forceinline__ long long number(const RandomPart& p, long long i) {
  return p.first + i + (p.gap == 0 ? 0 : split(i, p.block).quotient * p.gap);
}

/** The generator by value. */
__device__ __forceinline__ RandomKey known(const RandomKey& k) {
  return k.there == nullptr ? k : RandomKey{nullptr, k.there[0], k.there[1]};
}

}  // namespace convlstm4j
