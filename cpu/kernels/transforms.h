// The transforms of F(4x4, 3x3), Lavin & Gray 2016 (arXiv:1509.09308), with the points 0, 1, -1, 2, -2 and infinity:
// Y = A' [(G g G') . (B' d B)] A for one 6x6 piece d of an image and one 3x3 kernel g; ' transposes.
// And those of the kernel's gradient: dg = G' [(B' d B) . (A dY A')] G.
namespace convlstm4j {
namespace ISA {

constexpr int64_t kTile = 4;           // pixels of a tile's side
constexpr int64_t kPiece = 6;          // of the piece of the image that it sees
constexpr int64_t kPositions = 36;     // of a transformed tile
constexpr int64_t kKernel = 3;

// B' times a column of six.
static inline void transform_input(V d[kPiece]) {
  const V two = splat(2.0f), four = splat(4.0f), five = splat(5.0f);
  const V a = d[4] - four * d[2];
  const V b = d[3] - four * d[1];
  const V c = d[4] - d[2];
  const V e = two * (d[3] - d[1]);
  const V first = four * d[0] - five * d[2] + d[4];
  const V last = four * d[1] - five * d[3] + d[5];
  d[0] = first;
  d[1] = a + b;
  d[2] = a - b;
  d[3] = c + e;
  d[4] = c - e;
  d[5] = last;
}

// A' times a column of six.
static inline void transform_output(const V m[kPiece], V y[kTile]) {
  const V a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
  y[0] = m[0] + a + c;
  y[1] = b + splat(2.0f) * d;
  y[2] = a + splat(4.0f) * c;
  y[3] = b + splat(8.0f) * d + m[5];
}

// A times a column of four.
static inline void transform_gradient(const V y[kTile], V m[kPiece]) {
  const V even = y[0] + y[2], odd = y[1] + y[3];
  const V even2 = y[0] + splat(4.0f) * y[2], odd2 = splat(2.0f) * y[1] + splat(8.0f) * y[3];
  m[0] = y[0];
  m[1] = even + odd;
  m[2] = even - odd;
  m[3] = even2 + odd2;
  m[4] = even2 - odd2;
  m[5] = y[3];
}

// G times a column of three.
static inline void transform_kernel(const V g[kKernel], V u[kPiece]) {
  const V sum = g[0] + g[2];
  const V sum2 = splat(1.0f / 24) * g[0] + splat(1.0f / 6) * g[2];
  const V odd = splat(1.0f / 12) * g[1];
  u[0] = splat(0.25f) * g[0];
  u[1] = splat(-1.0f / 6) * (sum + g[1]);
  u[2] = splat(-1.0f / 6) * (sum - g[1]);
  u[3] = sum2 + odd;
  u[4] = sum2 - odd;
  u[5] = g[2];
}

// G' times a column of six.
static inline void transform_kernel_gradient(const V u[kPiece], V g[kKernel]) {
  const V a = u[1] + u[2], b = u[3] + u[4];
  g[0] = splat(0.25f) * u[0] - splat(1.0f / 6) * a + splat(1.0f / 24) * b;
  g[1] = splat(1.0f / 6) * (u[2] - u[1]) + splat(1.0f / 12) * (u[3] - u[4]);
  g[2] = splat(1.0f / 6) * (b - a) + u[5];
}

// Where a tile lies.
struct Tile {
  int64_t sample, y, x;
};

// How an image of one sample and step is cut into tiles; those at the lower and right edges may stick out.
struct Tiling {
  int64_t height, width, down, across, all;

  explicit Tiling(const Winograd& w)
      : height(w.height),
        width(w.width),
        down(divide_up(w.height, kTile)),
        across(divide_up(w.width, kTile)),
        all(w.samples * down * across) {}

  Tile at(int64_t index) const {
    const int64_t in_sample = index % (down * across);
    return {index / (down * across), in_sample / across * kTile, in_sample % across * kTile};
  }
};

// Transforms one tile's piece of an image, all its channels, to to[position * position_stride + channel]. Whole
// vectors are written: the last one's lanes past the channels are zeros.
static void input_tile(const Tiling& t, const Tile& tile, const float* image, int64_t sample_stride, int64_t channels,
                       float* to, int64_t position_stride) {
  const float* from = image + tile.sample * sample_stride;
  for (int64_t c = 0; c < channels; c += kLanes) {
    const int64_t n = smaller(kLanes, channels - c);
    V d[kPiece][kPiece];
    for (int64_t x = 0; x < kPiece; x++) {
      V column[kPiece];
      const int64_t at_x = tile.x + x - 1;
      for (int64_t y = 0; y < kPiece; y++) {
        const int64_t at_y = tile.y + y - 1;
        const bool inside = at_y >= 0 && at_y < t.height && at_x >= 0 && at_x < t.width;
        column[y] = inside ? load(from + (at_y * t.width + at_x) * channels + c, n) : V{};
      }
      transform_input(column);
      for (int64_t y = 0; y < kPiece; y++) d[y][x] = column[y];
    }
    for (int64_t y = 0; y < kPiece; y++) {
      transform_input(d[y]);
      for (int64_t x = 0; x < kPiece; x++) store(to + (y * kPiece + x) * position_stride + c, d[y][x]);
    }
  }
}

// A' m A of one tile's vector: m[position * position_stride] to y[4 * row + column].
static inline void output_tile(const float* m, int64_t position_stride, V y[kTile * kTile]) {
  V half[kTile][kPiece];
  for (int64_t x = 0; x < kPiece; x++) {
    V column[kPiece], out[kTile];
    for (int64_t k = 0; k < kPiece; k++) column[k] = load(m + (k * kPiece + x) * position_stride);
    transform_output(column, out);
    for (int64_t k = 0; k < kTile; k++) half[k][x] = out[k];
  }
  for (int64_t k = 0; k < kTile; k++) transform_output(half[k], y + k * kTile);
}

}  // namespace ISA
}  // namespace convlstm4j
