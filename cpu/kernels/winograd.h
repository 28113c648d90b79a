// ConvLSTM steps by F(4x4, 3x3): see transforms.h for the mathematics. Tiles are taken in blocks that stay in a
// core's cache; pre-activations are never in memory.
#include <omp.h>

namespace convlstm4j {
namespace ISA {

constexpr int64_t kBlock = 24;    // tiles of a block of the forward and data passes
constexpr int64_t kGroup = 96;   // tiles of a group of the weights' pass

// Depth of the forward product, and the room that a transformed row of it takes: whole vectors are written.
static int64_t depth(const Winograd& w) { return w.channels + w.filters; }
static int64_t row(const Winograd& w) { return round_up(depth(w), kLanes) + kLanes; }
static int64_t gate_columns(const Winograd& w) { return kGates * w.filters; }
static int64_t gate_row(const Winograd& w) { return round_up(gate_columns(w), kLanes); }

// Blocks of filters in the forward pass: each holds one vector of every gate.
static int64_t filter_blocks(const Winograd& w) { return divide_up(w.filters, kLanes); }

// Vectors of x's and of h's channels in the data pass.
static int64_t x_vectors(const Winograd& w) { return divide_up(w.channels, kLanes); }
static int64_t all_vectors(const Winograd& w) { return x_vectors(w) + divide_up(w.filters, kLanes); }

// Vectors of gates in the weights' pass.
static int64_t gate_vectors(const Winograd& w) { return gate_row(w) / kLanes; }

static int64_t forward_floats(const Winograd& w, int /*threads*/) {
  return filter_blocks(w) * kPositions * depth(w) * kVectors * kLanes;
}
static int64_t data_floats(const Winograd& w, int /*threads*/) {
  return all_vectors(w) * kPositions * gate_columns(w) * kLanes;
}
static int64_t weights_floats(const Winograd& w, int /*threads*/) { return kPositions * depth(w) * gate_row(w); }

// Floats from one position's matrix of so many rows to the next: never a multiple of 4 KB, or the 36 stores of one
// tile would fall into one set of the first cache.
static inline int64_t apart(int64_t rows, int64_t width) { return rows * width + kLanes; }

static int64_t forward_scratch(const Winograd& w) {
  return kPositions * (apart(kBlock, row(w)) + apart(kBlock, kVectors * kLanes));
}
static int64_t data_scratch(const Winograd& w) {
  return kPositions * (apart(kBlock, gate_row(w)) + apart(kBlock, kVectors * kLanes));
}
static int64_t weights_scratch(const Winograd& w) {
  return kPositions * (apart(kGroup, row(w)) + apart(kGroup, gate_row(w)));
}

static int64_t scratch_floats(const Winograd& w, int threads) {
  const int64_t blocks = forward_scratch(w) > data_scratch(w) ? forward_scratch(w) : data_scratch(w);
  const int64_t weights = weights_scratch(w) + kGroup * gate_row(w);
  return blocks * threads > weights ? blocks * threads : weights;
}

// One kernel position's value: wx and wh are [3, 3, C or F, 4F].
static inline const float* kernel_row(const Winograd& w, const float* wx, const float* wh, int64_t position,
                                      int64_t k) {
  return k < w.channels ? wx + (position * w.channels + k) * gate_columns(w)
                        : wh + (position * w.filters + k - w.channels) * gate_columns(w);
}

// G g G' for n columns from one on; flip turns the kernel by 180 degrees.
static inline void kernel_tile(const Winograd& w, const float* wx, const float* wh, int64_t k, int64_t column,
                               int64_t n, bool flip, V u[kPiece][kPiece]) {
  V half[kPiece][kKernel];
  for (int64_t x = 0; x < kKernel; x++) {
    V g[kKernel], out[kPiece];
    for (int64_t y = 0; y < kKernel; y++) {
      const int64_t position = y * kKernel + x;
      g[y] = load(kernel_row(w, wx, wh, flip ? 8 - position : position, k) + column, n);
    }
    transform_kernel(g, out);
    for (int64_t y = 0; y < kPiece; y++) half[y][x] = out[y];
  }
  for (int64_t y = 0; y < kPiece; y++) transform_kernel(half[y], u[y]);
}

// [filter block][position][C + F][gate][lane]; lanes past F are zeros.
static void pack_forward(const WinogradPack& s, int threads) {
  const Winograd& w = *s.layer;
  const int64_t blocks = filter_blocks(w), width = kVectors * kLanes;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t k = 0; k < depth(w); k++) {
    for (int64_t b = 0; b < blocks; b++) {
      for (int64_t gate = 0; gate < kGates; gate++) {
        V u[kPiece][kPiece];
        const int64_t n = smaller(kLanes, w.filters - b * kLanes);
        kernel_tile(w, s.wx, s.wh, k, gate * w.filters + b * kLanes, n, false, u);
        for (int64_t p = 0; p < kPositions; p++) {
          store(s.packed + ((b * kPositions + p) * depth(w) + k) * width + gate * kLanes, u[p / kPiece][p % kPiece]);
        }
      }
    }
  }
}

// [block of up to 4 vectors][position][4F][vectors of the block][lane]: x's channels, padded to vectors, then h's.
static void pack_data(const WinogradPack& s, int threads) {
  const Winograd& w = *s.layer;
  const int64_t columns = gate_columns(w);
  const int64_t padding = x_vectors(w) * kLanes;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t v = 0; v < all_vectors(w); v++) {
    const int64_t block = v / kVectors;
    const int64_t vectors = smaller(kVectors, all_vectors(w) - block * kVectors);
    float* to = s.packed + block * kVectors * kPositions * columns * kLanes + v % kVectors * kLanes;
    for (int64_t lane = 0; lane < kLanes; lane++) {
      const int64_t at = v * kLanes + lane;
      const bool of_x = at < padding;
      const int64_t channel = of_x ? at : at - padding;
      const bool real = channel < (of_x ? w.channels : w.filters);
      for (int64_t column = 0; column < columns; column += kLanes) {
        const int64_t n = smaller(kLanes, columns - column);
        V u[kPiece][kPiece] = {};
        if (real) kernel_tile(w, s.wx, s.wh, of_x ? channel : w.channels + channel, column, n, true, u);
        for (int64_t p = 0; p < kPositions; p++) {
          float values[kLanes];
          store(values, u[p / kPiece][p % kPiece]);
          for (int64_t k = 0; k < n; k++) to[(p * columns + column + k) * vectors * kLanes + lane] = values[k];
        }
      }
    }
  }
}

// One block of tiles: what x and h become in the transformed domain, [position][tile][row].
static void transform_images(const Winograd& w, const Tiling& tiling, int64_t first, int64_t tiles, const float* x,
                             int64_t x_stride, const float* h, int64_t h_stride, float* to, int64_t position_stride) {
  for (int64_t t = 0; t < tiles; t++) {
    const Tile tile = tiling.at(first + t);
    input_tile(tiling, tile, x, x_stride, w.channels, to + t * row(w), position_stride);
    // After x's: overwrites the zeros past its channels.
    if (h != nullptr) {
      input_tile(tiling, tile, h, h_stride, w.filters, to + t * row(w) + w.channels, position_stride);
    }
  }
}

// The gates of one tile and block of filters; y holds a vector of each gate for the tile's 16 pixels.
template <bool kPre>
static void gate_tile(const WinogradForward& s, const Tile& tile, int64_t filter, V y[kGates][kTile * kTile]) {
  const Winograd& w = *s.layer;
  const int64_t n = smaller(kLanes, w.filters - filter);
  if (s.bias != nullptr) {
    for (int64_t gate = 0; gate < kGates; gate++) {
      const V bias = load(s.bias + gate * w.filters + filter, n);
      for (int64_t p = 0; p < kTile * kTile; p++) y[gate][p] = y[gate][p] + bias;
    }
  }
  const int64_t rows = smaller(kTile, w.height - tile.y), columns = smaller(kTile, w.width - tile.x);
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t k = 0; k < columns; k++) {
      const int64_t p = r * kTile + k;
      const int64_t pixel = (tile.y + r) * w.width + tile.x + k;
      const int64_t place = pixel * w.filters + filter;
      const int64_t at = tile.sample * w.height * w.width * w.filters + place;
      const Gates g = gates<kPre>(*s.cell, y[kInput][p], y[kForget][p], y[kCandidate][p], y[kOutput][p],
                                  load(s.c_before + at, n), place, n);
      store(s.c_after + at, g.c, n);
      store(s.h_after + tile.sample * s.h_after_stride + place, g.h, n);
      if (s.gates != nullptr) {
        float* z = s.gates + kGates * (at - filter) + filter;
        store(z + kInput * w.filters, g.i, n);
        store(z + kForget * w.filters, g.f, n);
        store(z + kCandidate * w.filters, g.g, n);
        store(z + kOutput * w.filters, g.o, n);
      }
    }
  }
}

// Vector operations of one pass.
static int64_t work(const Winograd& w) {
  return Tiling(w).all * kPositions * (depth(w) + 8) * gate_vectors(w);
}

static void winograd_forward(const WinogradForward& s, int threads) {
  const Winograd& w = *s.layer;
  const Tiling tiling(w);
  threads = useful(threads, work(w));
  const int64_t width = kVectors * kLanes;
  const int64_t image_apart = apart(kBlock, row(w)), products_apart = apart(kBlock, width);
  const int64_t used = s.h == nullptr ? w.channels : depth(w);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
  for (int64_t first = 0; first < tiling.all; first += kBlock) {
    float* image = s.scratch + omp_get_thread_num() * forward_scratch(w);
    float* products = image + kPositions * image_apart;
    const int64_t tiles = smaller(kBlock, tiling.all - first);
    transform_images(w, tiling, first, tiles, s.x, s.x_stride, s.h, s.h_stride, image, image_apart);
    for (int64_t b = 0; b < filter_blocks(w); b++) {
      for (int64_t p = 0; p < kPositions; p++) {
        const float* u = s.weights + (b * kPositions + p) * depth(w) * width;
        multiply<4, false>({image + p * image_apart, row(w), 1, u, width, products + p * products_apart, width, used},
                           tiles);
      }
      for (int64_t t = 0; t < tiles; t++) {
        V y[kGates][kTile * kTile];
        for (int64_t gate = 0; gate < kGates; gate++) {
          output_tile(products + t * width + gate * kLanes, products_apart, y[gate]);
        }
        if (s.cell->keeps_pre) {
          gate_tile<true>(s, tiling.at(first + t), b * kLanes, y);
        } else {
          gate_tile<false>(s, tiling.at(first + t), b * kLanes, y);
        }
      }
    }
  }
}

// Writes or adds one tile's gradients of some channels.
static void gradient_tile(const Winograd& w, const Tile& tile, const V y[kTile * kTile], float* image,
                          int64_t sample_stride, int64_t channels, int64_t channel, bool add) {
  const int64_t n = smaller(kLanes, channels - channel);
  const int64_t rows = smaller(kTile, w.height - tile.y), columns = smaller(kTile, w.width - tile.x);
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t k = 0; k < columns; k++) {
      float* to = image + tile.sample * sample_stride + ((tile.y + r) * w.width + tile.x + k) * channels + channel;
      const V v = y[r * kTile + k];
      store(to, add ? load(to, n) + v : v, n);
    }
  }
}

static void winograd_data(const WinogradData& s, int threads) {
  const Winograd& w = *s.layer;
  const Tiling tiling(w);
  threads = useful(threads, work(w));
  const int64_t columns = gate_columns(w), gates = w.height * w.width * columns;
  const int64_t image_apart = apart(kBlock, gate_row(w));
  const int64_t from = s.dx == nullptr ? x_vectors(w) : 0;
  const int64_t to = s.dh == nullptr ? x_vectors(w) : all_vectors(w);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
  for (int64_t first = 0; first < tiling.all; first += kBlock) {
    float* image = s.scratch + omp_get_thread_num() * data_scratch(w);
    float* products = image + kPositions * image_apart;
    const int64_t tiles = smaller(kBlock, tiling.all - first);
    for (int64_t t = 0; t < tiles; t++) {
      input_tile(tiling, tiling.at(first + t), s.d_gates, gates, columns, image + t * gate_row(w),
                 image_apart);
    }
    for (int64_t v = from / kVectors * kVectors; v < to; v += kVectors) {
      const int64_t vectors = smaller(kVectors, all_vectors(w) - v), width = vectors * kLanes;
      const int64_t products_apart = apart(kBlock, width);
      for (int64_t p = 0; p < kPositions; p++) {
        const float* u = s.weights + v * kPositions * columns * kLanes + p * columns * width;
        multiply<false>({image + p * image_apart, gate_row(w), 1, u, width, products + p * products_apart,
                         width, columns},
                        tiles, vectors);
      }
      for (int64_t t = 0; t < tiles; t++) {
        for (int64_t l = 0; l < vectors; l++) {
          if (v + l < from || v + l >= to) continue;
          V y[kTile * kTile];
          output_tile(products + t * width + l * kLanes, products_apart, y);
          if (v + l < x_vectors(w)) {
            gradient_tile(w, tiling.at(first + t), y, s.dx, s.dx_stride, w.channels, (v + l) * kLanes,
                          s.dx_adds != 0);
          } else {
            gradient_tile(w, tiling.at(first + t), y, s.dh, w.height * w.width * w.filters, w.filters,
                          (v + l - x_vectors(w)) * kLanes, false);
          }
        }
      }
    }
  }
}

// A dY A' of one tile's gradients of the pre-activations, and their sums over its pixels.
// Blocks of vectors lie apart, so that a block of a group of tiles is one dense matrix.
static void gate_gradient_tile(const Winograd& w, const Tile& tile, int64_t index, const float* d_gates, float* to,
                               float* sums) {
  const int64_t columns = gate_columns(w);
  const float* from = d_gates + tile.sample * w.height * w.width * columns;
  for (int64_t c = 0; c < columns; c += kLanes) {
    const int64_t n = smaller(kLanes, columns - c);
    const int64_t block = c / (kVectors * kLanes) * kVectors * kLanes;
    const int64_t width = smaller(kVectors * kLanes, gate_row(w) - block);
    V half[kPiece][kTile];
    V sum{};
    for (int64_t x = 0; x < kTile; x++) {
      V column[kTile], out[kPiece];
      for (int64_t y = 0; y < kTile; y++) {
        const bool inside = tile.y + y < w.height && tile.x + x < w.width;
        column[y] = inside ? load(from + ((tile.y + y) * w.width + tile.x + x) * columns + c, n) : V{};
        sum = sum + column[y];
      }
      transform_gradient(column, out);
      for (int64_t y = 0; y < kPiece; y++) half[y][x] = out[y];
    }
    store(sums + c, sum);
    for (int64_t y = 0; y < kPiece; y++) {
      V out[kPiece];
      transform_gradient(half[y], out);
      for (int64_t x = 0; x < kPiece; x++) {
        store(to + (y * kPiece + x) * apart(kGroup, gate_row(w)) + block * kGroup + index * width + c - block, out[x]);
      }
    }
  }
}

// Sums over tiles run within one thread in one order, so results do not depend on the number of threads.
static void winograd_weights(const WinogradWeights& s, int threads) {
  const Winograd& w = *s.layer;
  const Tiling tiling(w);
  threads = useful(threads, work(w));
  const int64_t used = s.h == nullptr ? w.channels : depth(w);
  const int64_t blocks = divide_up(gate_vectors(w), kVectors);
  const int64_t image_apart = apart(kGroup, row(w)), gradient_apart = apart(kGroup, gate_row(w));
  float* image = s.scratch;
  float* gradient = image + kPositions * image_apart;
  float* sums = gradient + kPositions * gradient_apart;
#pragma omp parallel num_threads(threads)
  for (int64_t first = 0; first < tiling.all; first += kGroup) {
    const int64_t tiles = smaller(kGroup, tiling.all - first);
#pragma omp for schedule(static)
    for (int64_t t = 0; t < tiles; t++) {
      transform_images(w, tiling, first + t, 1, s.x, s.x_stride, s.h, s.h_stride, image + t * row(w),
                       image_apart);
      gate_gradient_tile(w, tiling.at(first + t), t, s.d_gates, gradient, sums + t * gate_row(w));
    }
#pragma omp for schedule(dynamic, 1) collapse(2)
    for (int64_t p = 0; p < kPositions; p++) {
      for (int64_t b = 0; b < blocks; b++) {
        const int64_t vectors = smaller(kVectors, gate_vectors(w) - b * kVectors);
        const int64_t column = b * kVectors * kLanes;
        multiply<true>({image + p * image_apart, 1, row(w),
                        gradient + p * gradient_apart + kGroup * column, vectors * kLanes, s.d_weights + p * depth(w) * gate_row(w) + column, gate_row(w), tiles},
                       used, vectors);
      }
    }
#pragma omp for schedule(static)
    for (int64_t c = 0; c < gate_columns(w); c++) {
      double sum = 0;
      for (int64_t t = 0; t < tiles; t++) sum += sums[t * gate_row(w) + c];
      s.d_bias[c] += sum;
    }
  }
}

static void unpack_weights(const WinogradGradients& s, int threads) {
  const Winograd& w = *s.layer;
  const int64_t columns = gate_columns(w), position_stride = depth(w) * gate_row(w);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t k = 0; k < depth(w); k++) {
    const bool of_x = k < w.channels;
    float* gradient = of_x ? s.dwx : s.dwh;
    if (gradient == nullptr) continue;
    const int64_t channels = of_x ? w.channels : w.filters;
    const int64_t channel = of_x ? k : k - w.channels;
    for (int64_t c = 0; c < columns; c += kLanes) {
      const int64_t n = smaller(kLanes, columns - c);
      V half[kKernel][kPiece];
      for (int64_t x = 0; x < kPiece; x++) {
        V u[kPiece], out[kKernel];
        for (int64_t y = 0; y < kPiece; y++) {
          u[y] = load(s.d_weights + (y * kPiece + x) * position_stride + k * gate_row(w) + c);
        }
        transform_kernel_gradient(u, out);
        for (int64_t y = 0; y < kKernel; y++) half[y][x] = out[y];
      }
      for (int64_t y = 0; y < kKernel; y++) {
        V out[kKernel];
        transform_kernel_gradient(half[y], out);
        for (int64_t x = 0; x < kKernel; x++) {
          float* to = gradient + ((y * kKernel + x) * channels + channel) * columns + c;
          store(to, load(to, n) + out[x], n);
        }
      }
    }
  }
  for (int64_t c = 0; s.db != nullptr && c < columns; c++) s.db[c] += static_cast<float>(s.d_bias[c]);
}

}  // namespace ISA
}  // namespace convlstm4j
