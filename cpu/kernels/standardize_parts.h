// What both ways of standardize.h share: sums, chunks, phases, statistics.
#include <omp.h>

namespace convlstm4j {
namespace ISA {

constexpr int64_t kTogether = 8;           // terms that are added up in float
constexpr int64_t kWhole = 1 << 15;    // elements that one core works on as a whole
constexpr int64_t kMostChunks = 64;    // of one slice
constexpr int64_t kMostColumns = 512;        // columns, each a group, that one core takes at once
constexpr int64_t kMostSums = 1 << 18;  // of lines, for gamma and beta

typedef double W __attribute__((vector_size(4 * kLanes)));
typedef float HalfV __attribute__((vector_size(2 * kLanes)));

// Sums in double, one for each lane.
struct Double {
  W low{}, high{};
  Double() = default;
  explicit Double(V v) {
    HalfV halves[2];
    std::memcpy(halves, &v, sizeof v);
    low = __builtin_convertvector(halves[0], W);
    high = __builtin_convertvector(halves[1], W);
  }
  void add(V v) {
    const Double more(v);
    low = low + more.low;
    high = high + more.high;
  }
  double total() const {
    const W both = low + high;
    double parts[kLanes / 2];
    std::memcpy(parts, &both, sizeof both);
    for (int64_t n = kLanes / 4; n > 0; n /= 2) {
      for (int64_t k = 0; k < n; k++) parts[k] += parts[k + n];
    }
    return parts[0];
  }
};

// p[k] += v[k] for the first n lanes.
static inline void add_to(double* p, const Double& v, int64_t n) {
  double sums[kLanes];
  std::memcpy(sums, p, static_cast<size_t>(smaller(n, kLanes)) * sizeof *sums);
  W low, high;
  std::memcpy(&low, sums, sizeof low);
  std::memcpy(&high, sums + kLanes / 2, sizeof high);
  low = low + v.low;
  high = high + v.high;
  std::memcpy(sums, &low, sizeof low);
  std::memcpy(sums + kLanes / 2, &high, sizeof high);
  std::memcpy(p, sums, static_cast<size_t>(smaller(n, kLanes)) * sizeof *sums);
}

static inline void add_to(double* p, V v, int64_t n) { add_to(p, Double(v), n); }

// The first n lanes, zeros after them.
static inline V first_lanes(V v, int64_t n) {
  if (n >= kLanes) return v;
  float lanes[kLanes];
  store(lanes, v);
  return load(lanes, n);
}

#define INLINE __attribute__((always_inline))

// Calls body(k, lanes) for vectors of n neighbours, the last of which may have fewer lanes.
template <class Body>
INLINE static inline void each_vector(int64_t n, Body body) {
  int64_t k = 0;
  for (; k + kLanes <= n; k += kLanes) body(k, kLanes);
  if (k < n) body(k, n - k);
}

// Adds to two sums over n neighbours; term(k, lanes, a, b) adds those from k on.
template <class Term>
static inline void add_sums(int64_t n, double* first, double* second, Term term) {
  Double a, b;
  for (int64_t k = 0; k < n;) {
    V u{}, v{};
    const int64_t to = smaller(n, k + kTogether * kLanes);
    for (; k + kLanes <= to; k += kLanes) term(k, kLanes, u, v);
    if (k < to) term(k, to - k, u, v);
    k = to;
    a.add(u);
    b.add(v);
  }
  *first += a.total();
  *second += b.total();
}

// Part p of n of a range begins here, at a multiple of a unit.
static inline int64_t chunk_begin(int64_t size, int64_t unit, int64_t p, int64_t n) {
  return p == n ? size : size / unit * p / n * unit;
}

static inline int64_t chunks_of(int64_t elements, int64_t most) {
  if (elements <= kWhole) return 1;
  return smaller(most, smaller(kMostChunks, divide_up(elements, kWhole / 2)));
}

// prepare(unit), sums(unit, chunk), finish(unit), apply(unit, chunk), in this order. Where there are enough of them for all
// threads, units are taken one by one, and what a core has read last of a unit, first again.
template <class Prepare, class Sums, class Finish, class Apply>
static void in_phases(int64_t units, int64_t chunks, int threads, Prepare prepare, Sums sums, Finish finish,
                      Apply apply) {
  if (chunks == 1 || units % threads == 0 || units >= 4 * threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t u = 0; u < units; u++) {
      prepare(u);
      for (int64_t k = 0; k < chunks; k++) sums(u, k);
      finish(u);
      for (int64_t k = chunks - 1; k >= 0; k--) apply(u, k);
    }
    return;
  }
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(static)
    for (int64_t u = 0; u < units; u++) prepare(u);
#pragma omp for schedule(static)
    for (int64_t k = 0; k < units * chunks; k++) sums(k / chunks, k % chunks);
#pragma omp for schedule(static)
    for (int64_t u = 0; u < units; u++) finish(u);
#pragma omp for schedule(static)
    for (int64_t k = 0; k < units * chunks; k++) apply(k / chunks, k % chunks);
  }
}

static inline int64_t elements(const Standardize& l) { return l.slices * l.rows * l.columns; }
static inline int64_t members(const Standardize& l) { return l.rows * (l.columns / l.groups); }
static inline int standardize_threads(const Standardize& l, int threads) {
  return useful(threads, elements(l));
}

// Writes a group's mean and 1 / sqrt(variance + epsilon), from its mean and its mean square about that.
static inline void put_statistics(const Standardize& l, double* statistics, int64_t group, double mean,
                                  double variance) {
  variance = variance < 0 ? 0 : variance;  // only by rounding; NaN stays
  statistics[group] = mean;
  statistics[l.slices * l.groups + group] = 1 / __builtin_sqrt(variance + l.epsilon);
}

struct Statistics {
  double mean, inverse;
  Statistics(const Standardize& l, const double* statistics, int64_t group)
      : mean(statistics[group]), inverse(statistics[l.slices * l.groups + group]) {}
  float high() const { return static_cast<float>(mean); }
  float low() const { return static_cast<float>(mean - high()); }
};

}  // namespace ISA
}  // namespace convlstm4j
