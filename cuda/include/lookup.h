// Rows of a table by number: convlstm4j.op.Lookup. With v = id[r], a whole number from 0 to rows - 1:
//   forward   y[r, c] = table[v, c]; NaN where id[r] is no such number
//   backward  dtable[v, c] += sum over all q with id[q] = v of dy[q, c], in the order of q
// id: n floats; table: [rows, columns]; y: [n, columns]. Kernels lookup_forward: 1 read, 1 write per element;
// lookup_backward: one thread for each element of dy, of which the first of a number adds up all later ones, so that no
// atomics are needed; it reads all ids. Any grid.
#pragma once
#include "index.h"

namespace convlstm4j {

struct LookupParams {
  unsigned bytes;
  unsigned unused;
  const float* id;
  const float* from;  // table, or dy
  float* to;          // y, or dtable
  long long n;
  long long rows;
  Divisor columns;
};

}  // namespace convlstm4j
