// The micro-kernel of all Winograd products: R rows by L vectors of c (+)= a b, accumulated in registers.
namespace convlstm4j {
namespace ISA {

// Rows that fit the registers beside kVectors vectors each.
#if defined(__AVX512F__)
constexpr int64_t kRows = 6;
#else
constexpr int64_t kRows = 3;
#endif
constexpr int64_t kVectors = 4;

// a's rows lie a_row apart, its columns (the depth) a_depth; b's rows b_depth, c's rows c_row.
struct Product {
  const float* a;
  int64_t a_row;
  int64_t a_depth;
  const float* b;
  int64_t b_depth;
  float* c;
  int64_t c_row;
  int64_t depth;
};

template <int64_t R, int64_t L, bool kAdd>
static inline void block(const Product& p, int64_t row) {
  V sum[R][L];
  const float* a = p.a + row * p.a_row;
  float* c = p.c + row * p.c_row;
#pragma GCC unroll 8
  for (int64_t r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int64_t l = 0; l < L; l++) sum[r][l] = kAdd ? load(c + r * p.c_row + l * kLanes) : V{};
  }
  for (int64_t k = 0; k < p.depth; k++) {
    V b[L];
#pragma GCC unroll 4
    for (int64_t l = 0; l < L; l++) b[l] = load(p.b + k * p.b_depth + l * kLanes);
#pragma GCC unroll 8
    for (int64_t r = 0; r < R; r++) {
      const V x = splat(a[r * p.a_row + k * p.a_depth]);
#pragma GCC unroll 4
      for (int64_t l = 0; l < L; l++) sum[r][l] = sum[r][l] + x * b[l];
    }
  }
#pragma GCC unroll 8
  for (int64_t r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int64_t l = 0; l < L; l++) store(c + r * p.c_row + l * kLanes, sum[r][l]);
  }
}

template <int64_t L, bool kAdd>
static void multiply(const Product& p, int64_t rows) {
  int64_t r = 0;
  for (; r + kRows <= rows; r += kRows) block<kRows, L, kAdd>(p, r);
  for (; r + 3 <= rows; r += 3) block<3, L, kAdd>(p, r);
  for (; r < rows; r++) block<1, L, kAdd>(p, r);
}

// rows by vectors (1 to 4).
template <bool kAdd>
static void multiply(const Product& p, int64_t rows, int64_t vectors) {
  switch (vectors) {
    case 1:
      return multiply<1, kAdd>(p, rows);
    case 2:
      return multiply<2, kAdd>(p, rows);
    case 3:
      return multiply<3, kAdd>(p, rows);
    default:
      return multiply<4, kAdd>(p, rows);
  }
}

}  // namespace ISA
}  // namespace convlstm4j
