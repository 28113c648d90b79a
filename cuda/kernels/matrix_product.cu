#include "matrix_product.h"

namespace convlstm4j {
namespace {

constexpr int kT = kProductTile;
static_assert(kT * kT == kBlock, "a thread for each element of a tile");

template <bool Add>
__device__ __forceinline__ void matrixProduct(const MatrixProductParams& p) {
  __shared__ float xs[kT][kT + 1];  // one more, so that a column lies in 16 banks
  __shared__ float ws[kT][kT + 1];
  const int i = (int)threadIdx.x / kT, j = (int)threadIdx.x % kT;
  for (long long t = blockIdx.x; t < p.tiles; t += gridDim.x) {
    const Split place = split(t, p.across);
    const Split batch = split(place.quotient, p.down);
    const long long row = batch.rest * kT + i, column = place.rest * kT + j;
    const float* x = p.x + batch.quotient * p.xBatch;
    const float* w = p.w + batch.quotient * p.wBatch;
    float sum = 0.0f;
    for (long long k = 0; k < p.terms; k += kT) {
      xs[i][j] = row < p.rows && k + j < p.terms ? x[row * p.xRow + (k + j) * p.xColumn] : 0.0f;
      ws[i][j] = column < p.columns && k + i < p.terms ? w[(k + i) * p.wRow + column * p.wColumn] : 0.0f;
      __syncthreads();
      const int terms = p.terms - k < kT ? (int)(p.terms - k) : kT;
      for (int q = 0; q < terms; q++) {
        sum += xs[i][q] * ws[q][j];
      }
      __syncthreads();
    }
    if (row < p.rows && column < p.columns) {
      float* y = p.y + (batch.quotient * p.rows + row) * p.columns + column;
      *y = Add ? *y + sum : sum;
    }
  }
}

}  // namespace

KERNEL(matrix_product, MatrixProductParams) { matrixProduct<false>(p); }
KERNEL(matrix_product_add, MatrixProductParams) { matrixProduct<true>(p); }

}  // namespace convlstm4j
