#include "lookup.h"

#include <math.h>

#include "loops.h"

namespace convlstm4j {
namespace {

/** The number of a row; -1 where it is none. */
__device__ __forceinline__ long long tableRow(float id, long long rows) {
  const bool whole = id >= 0.0f && id < (float)rows && id == floorf(id);
  const long long row = whole ? (long long)id : -1;
  return row < rows ? row : -1;
}

}  // namespace

KERNEL(lookup_forward, LookupParams) {
  eachElement(p.n * p.columns.by, [&](long long e) {
    const Split place = split(e, p.columns);
    const long long row = tableRow(p.id[place.quotient], p.rows);
    p.to[e] = row < 0 ? NAN : p.from[row * p.columns.by + place.rest];
  });
}

KERNEL(lookup_backward, LookupParams) {
  eachElement(p.n * p.columns.by, [&](long long e) {
    const Split place = split(e, p.columns);
    const float id = p.id[place.quotient];
    const long long row = tableRow(id, p.rows);
    bool first = row >= 0;
    ROLL
    for (long long q = 0; q < place.quotient && first; q++) {
      first = p.id[q] != id;
    }
    if (!first) {
      return;
    }
    float sum = 0.0f;
    ROLL
    for (long long q = place.quotient; q < p.n; q++) {
      if (p.id[q] == id) {
        sum += p.from[q * p.columns.by + place.rest];
      }
    }
    p.to[row * p.columns.by + place.rest] += sum;
  });
}

}  // namespace convlstm4j
