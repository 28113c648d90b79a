// Layer, group and instance normalisation: convlstm4j.op.Standardize. Slices are by themselves. In most shapes a group
// is one line of memory (lines), in the others some columns of a slice (columns). Slices too large for a core's cache
// are cut into chunks: sums of all chunks first, then what follows from them, then all chunks once more. How they are
// cut, and so the order of sums, follows from sizes only.
//
// A few terms are added up in float, these sums in double. A mean is a float and the rest that it leaves out.
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
  void add(V v) {
    HalfV halves[2];
    std::memcpy(halves, &v, sizeof v);
    low = low + __builtin_convertvector(halves[0], W);
    high = high + __builtin_convertvector(halves[1], W);
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
static inline void add_to(double* p, V v, int64_t n) {
  if (n >= kLanes) {
    Double sum;
    std::memcpy(&sum.low, p, sizeof sum.low);
    std::memcpy(&sum.high, p + kLanes / 2, sizeof sum.high);
    sum.add(v);
    std::memcpy(p, &sum.low, sizeof sum.low);
    std::memcpy(p + kLanes / 2, &sum.high, sizeof sum.high);
    return;
  }
  for (int64_t k = 0; k < n; k++) p[k] += static_cast<double>(v[k]);
}

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
static inline void each_vector(int64_t n, Body body) {
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

// ---- lines

static inline bool is_lines(const Standardize& l) {
  return l.groups == 1 && (l.rows == 1 || l.by_column == 0);
}

static inline int64_t line_chunks(const Standardize& l) {
  return chunks_of(l.rows * l.columns, l.rows == 1 ? l.columns / kLanes : l.rows);
}

// Sums that are kept of each slice: of each row, or of each chunk of the only one.
static inline int64_t line_sums(const Standardize& l) { return l.rows == 1 ? line_chunks(l) : l.rows; }

// Calls run(place of the sums, row, first column, columns) for what a chunk has of a slice's rows.
template <class Run>
static inline void each_run(const Standardize& l, int64_t chunk, int64_t chunks, Run run) {
  if (l.rows == 1) {
    const int64_t from = chunk_begin(l.columns, kLanes, chunk, chunks);
    run(chunk, 0, from, chunk_begin(l.columns, kLanes, chunk + 1, chunks) - from);
    return;
  }
  const int64_t end = chunk_begin(l.rows, 1, chunk + 1, chunks);
  for (int64_t row = chunk_begin(l.rows, 1, chunk, chunks); row < end; row++) run(row, row, 0, l.columns);
}

// Gamma or beta along a run: one for each column or one for all.
struct Weight {
  const float* each = nullptr;
  V one;
  Weight(const Standardize& l, const float* weights, int64_t slice, int64_t row, int64_t column, float absent)
      : one(splat(absent)) {
    if (weights == nullptr) return;
    if (l.by_column != 0) {
      each = weights + column;
    } else {
      one = splat(weights[slice % l.period * l.rows + row]);
    }
  }
  V at(int64_t k, int64_t n) const { return each != nullptr ? load(each + k, n) : one; }
};

static void lines_forward(const StandardizeForward& s, int threads) {
  const Standardize& l = *s.layer;
  const int64_t chunks = line_chunks(l), size = l.rows * l.columns, kept = line_sums(l);
  in_phases(
      l.slices, chunks, standardize_threads(l, threads), [](int64_t) {},
      [&](int64_t slice, int64_t chunk) {
        const float* x = s.x + slice * size;
        const V centre = splat(x[0]);  // near the mean, so that nothing cancels
        each_run(l, chunk, chunks, [&](int64_t place, int64_t row, int64_t column, int64_t n) {
          const float* from = x + row * l.columns + column;
          double* sums = s.scratch + 2 * (slice * kept + place);
          sums[0] = sums[1] = 0;
          add_sums(n, sums, sums + 1, [&](int64_t k, int64_t lanes, V& a, V& b) INLINE {
            const V d = first_lanes(load(from + k, lanes) - centre, lanes);
            a = a + d;
            b = b + d * d;
          });
        });
      },
      [&](int64_t slice) {
        double a = 0, b = 0;
        for (int64_t k = 0; k < kept; k++) {
          a += s.scratch[2 * (slice * kept + k)];
          b += s.scratch[2 * (slice * kept + k) + 1];
        }
        const double m = static_cast<double>(size), d = a / m;
        put_statistics(l, s.statistics, slice, static_cast<double>(s.x[slice * size]) + d, b / m - d * d);
      },
      [&](int64_t slice, int64_t chunk) {
        const Statistics t(l, s.statistics, slice);
        const V high = splat(t.high()), low = splat(t.low()), inverse = splat(static_cast<float>(t.inverse));
        each_run(l, chunk, chunks, [&](int64_t, int64_t row, int64_t column, int64_t n) {
          const int64_t at = slice * size + row * l.columns + column;
          const Weight gamma(l, s.gamma, slice, row, column, 1), beta(l, s.beta, slice, row, column, 0);
          each_vector(n, [&](int64_t k, int64_t lanes) INLINE {
            const V d = (load(s.x + at + k, lanes) - high) - low;
            store(s.y + at + k, d * inverse * gamma.at(k, lanes) + beta.at(k, lanes), lanes);
          });
        });
      });
}

// Where lines_backward keeps its numbers: sums of dy and of dy n, both times gamma where that has a number for each
// column; two coefficients for each slice; sums for gamma and beta, for each of so many parts of the slices.
struct LineScratch {
  int64_t kept, parts, coefficients_at, weights_at;
  explicit LineScratch(const Standardize& l) : kept(line_sums(l)), parts(1) {
    if (l.by_column != 0) {
      parts = smaller(smaller(kMostChunks, divide_up(l.slices, kTogether)), divide_up(elements(l), kWhole / 2));
      parts = smaller(parts, 1 + kMostSums / l.columns);
    }
    coefficients_at = 2 * l.slices * kept;
    weights_at = coefficients_at + 2 * l.slices;
  }
  int64_t doubles(const Standardize& l) const {
    return weights_at + (l.by_column != 0 ? 2 * parts * l.columns : 0);
  }
};

// Adds what some slices say of gamma and beta, which have a number for each column, to their sums.
static void add_line_weights(const StandardizeBackward& s, int64_t first, int64_t end, int64_t from, int64_t to,
                             double* dgamma, double* dbeta) {
  const Standardize& l = *s.layer;
  V high[kTogether], low[kTogether], inverse[kTogether];
  for (int64_t slice = first; slice < end; slice += kTogether) {
    const int64_t count = smaller(kTogether, end - slice);
    for (int64_t i = 0; i < count; i++) {
      const Statistics t(l, s.statistics, slice + i);
      high[i] = splat(t.high());
      low[i] = splat(t.low());
      inverse[i] = splat(static_cast<float>(t.inverse));
    }
    each_vector(to - from, [&](int64_t k, int64_t lanes) INLINE {
      V a{}, b{};
      for (int64_t i = 0; i < count; i++) {
        const int64_t at = (slice + i) * l.columns + from + k;
        const V dy = load(s.dy + at, lanes);
        a = a + dy;
        b = b + dy * (((load(s.x + at, lanes) - high[i]) - low[i]) * inverse[i]);
      }
      add_to(dbeta + from + k, a, lanes);
      add_to(dgamma + from + k, b, lanes);
    });
  }
}

static void lines_backward(const StandardizeBackward& s, int threads) {
  const Standardize& l = *s.layer;
  const int64_t chunks = line_chunks(l), size = l.rows * l.columns;
  const LineScratch scratch(l);
  const int64_t kept = scratch.kept;
  double* line_sums = s.scratch;
  double* coefficients = s.scratch + scratch.coefficients_at;
  double* weight_sums = s.scratch + scratch.weights_at;
  const int useful_threads = standardize_threads(l, threads);
  const bool by_column = l.by_column != 0, weights = s.dgamma != nullptr || s.dbeta != nullptr;
  const float* of_columns = by_column ? s.gamma : nullptr;
  const float* of_rows = by_column ? nullptr : s.gamma;
  const auto sums = [&](int64_t slice, int64_t chunk) {
    const Statistics t(l, s.statistics, slice);
    const V high = splat(t.high()), low = splat(t.low()), inverse = splat(static_cast<float>(t.inverse));
    each_run(l, chunk, chunks, [&](int64_t place, int64_t row, int64_t column, int64_t n) {
      const int64_t at = slice * size + row * l.columns + column;
      const Weight gamma(l, of_columns, slice, row, column, 1);
      double* to = line_sums + 2 * (slice * kept + place);
      to[0] = to[1] = 0;
      // Lanes after the last hold dy = 0.
      add_sums(n, to, to + 1, [&](int64_t k, int64_t lanes, V& a, V& b) INLINE {
        const V d = load(s.dy + at + k, lanes) * gamma.at(k, lanes);
        a = a + d;
        b = b + d * (((load(s.x + at + k, lanes) - high) - low) * inverse);
      });
    });
  };
  const auto finish = [&](int64_t slice) {
    double a = 0, b = 0;
    for (int64_t k = 0; k < kept; k++) {
      const int64_t weight = slice % l.period * l.rows + (l.rows == 1 ? 0 : k);
      const double gamma = of_rows == nullptr ? 1 : static_cast<double>(of_rows[weight]);
      a += gamma * line_sums[2 * (slice * kept + k)];
      b += gamma * line_sums[2 * (slice * kept + k) + 1];
    }
    coefficients[2 * slice] = a / static_cast<double>(size);
    coefficients[2 * slice + 1] = b / static_cast<double>(size);
  };
  const auto apply = [&](int64_t slice, int64_t chunk) {
    if (s.dx == nullptr) return;
    const Statistics t(l, s.statistics, slice);
    const V high = splat(t.high()), low = splat(t.low()), inverse = splat(static_cast<float>(t.inverse));
    const V a = splat(static_cast<float>(coefficients[2 * slice]));
    const V b = splat(static_cast<float>(coefficients[2 * slice + 1]));
    each_run(l, chunk, chunks, [&](int64_t, int64_t row, int64_t column, int64_t n) {
      const int64_t at = slice * size + row * l.columns + column;
      const Weight gamma(l, s.gamma, slice, row, column, 1);
      each_vector(n, [&](int64_t k, int64_t lanes) INLINE {
        const V normalized = ((load(s.x + at + k, lanes) - high) - low) * inverse;
        V d = (load(s.dy + at + k, lanes) * gamma.at(k, lanes) - (a + normalized * b)) * inverse;
        if (s.adds != 0) d = d + load(s.dx + at + k, lanes);
        store(s.dx + at + k, d, lanes);
      });
    });
  };
  const auto nothing = [](int64_t) {};
  if (!by_column || !weights) {
    in_phases(l.slices, chunks, useful_threads, nothing, sums, finish, apply);
  } else {
    const int64_t parts = scratch.parts;
    const auto of_part = [&](int64_t p, int64_t from, int64_t to, auto work) {
      double* dgamma = weight_sums + 2 * p * l.columns;
      double* dbeta = dgamma + l.columns;
      for (int64_t k = from; k < to; k++) dgamma[k] = dbeta[k] = 0;
      const int64_t end = chunk_begin(l.slices, 1, p + 1, parts);
      for (int64_t slice = chunk_begin(l.slices, 1, p, parts); slice < end; slice += kTogether) {
        const int64_t last = smaller(end, slice + kTogether);
        for (int64_t i = slice; i < last; i++) work(i);
        add_line_weights(s, slice, last, from, to, dgamma, dbeta);
      }
    };
    if (chunks == 1) {
#pragma omp parallel for num_threads(useful_threads) schedule(static)
      for (int64_t p = 0; p < parts; p++) {
        of_part(p, 0, l.columns, [&](int64_t slice) {
          sums(slice, 0);
          finish(slice);
          apply(slice, 0);
        });
      }
    } else {
      in_phases(l.slices, chunks, useful_threads, nothing, sums, finish, apply);
#pragma omp parallel for num_threads(useful_threads) schedule(static)
      for (int64_t k = 0; k < parts * chunks; k++) {
        const int64_t from = chunk_begin(l.columns, kLanes, k % chunks, chunks);
        of_part(k / chunks, from, chunk_begin(l.columns, kLanes, k % chunks + 1, chunks), nothing);
      }
    }
#pragma omp parallel for num_threads(useful_threads) schedule(static)
    for (int64_t k = 0; k < l.columns; k++) {
      double dgamma = 0, dbeta = 0;
      for (int64_t p = 0; p < parts; p++) {
        dgamma += weight_sums[2 * p * l.columns + k];
        dbeta += weight_sums[(2 * p + 1) * l.columns + k];
      }
      if (s.dgamma != nullptr) s.dgamma[k] += static_cast<float>(dgamma);
      if (s.dbeta != nullptr) s.dbeta[k] += static_cast<float>(dbeta);
    }
    return;
  }
  if (!weights) return;
  for (int64_t w = 0; w < l.period * l.rows; w++) {
    double dgamma = 0, dbeta = 0;
    for (int64_t slice = w / l.rows; slice < l.slices; slice += l.period) {
      const int64_t first = l.rows == 1 ? 0 : w % l.rows, end = l.rows == 1 ? kept : first + 1;
      for (int64_t k = first; k < end; k++) {
        dbeta += line_sums[2 * (slice * kept + k)];
        dgamma += line_sums[2 * (slice * kept + k) + 1];
      }
    }
    if (s.dgamma != nullptr) s.dgamma[w] += static_cast<float>(dgamma);
    if (s.dbeta != nullptr) s.dbeta[w] += static_cast<float>(dbeta);
  }
}

// ---- columns

// A unit is a slice, or some of its columns where each is a group. Scratch memory of a unit at work: two sums for each
// chunk and column, then numbers of each column in float. Where weights have a number for each column, sums of all
// slices are kept; else those of all rows of all units.
struct Columns {
  const Standardize& l;
  double* scratch;
  int64_t width, blocks, units, chunks, slots, numbers_at, kept_at;
  Columns(const Standardize& layer, double* memory, int threads) : l(layer), scratch(memory) {
    width = l.groups == l.columns ? smaller(kMostColumns, l.columns) : l.columns;
    blocks = divide_up(l.columns, width);
    units = l.slices * blocks;
    chunks = chunks_of(l.rows * width, l.rows);
    slots = chunks == 1 ? threads : units;
    numbers_at = slots * chunks * 2 * width;
    kept_at = numbers_at + slots * 3 * width;
  }
  int64_t doubles() const { return kept_at + 2 * (l.by_column != 0 ? l.slices * l.columns : units * l.rows); }
  int64_t slot(int64_t unit) const { return chunks == 1 ? omp_get_thread_num() : unit; }
  double* sums_of(int64_t unit, int64_t chunk) const { return scratch + (slot(unit) * chunks + chunk) * 2 * width; }
  float* numbers_of(int64_t unit) const { return reinterpret_cast<float*>(scratch + numbers_at + slot(unit) * 3 * width); }
  int64_t slice(int64_t unit) const { return unit / blocks; }
  int64_t column(int64_t unit) const { return unit % blocks * width; }
  int64_t wide(int64_t unit) const { return smaller(width, l.columns - column(unit)); }
  int64_t element(int64_t unit) const { return slice(unit) * l.rows * l.columns + column(unit); }
  int64_t groups(int64_t unit) const { return l.groups == l.columns ? wide(unit) : l.groups; }
  int64_t group(int64_t unit) const { return slice(unit) * l.groups + (l.groups == l.columns ? column(unit) : 0); }

  // Sums of all chunks of each column, in the place of the first chunk's.
  double* join(int64_t unit) const {
    double* all = sums_of(unit, 0);
    for (int64_t c = 1; c < chunks; c++) {
      const double* more = sums_of(unit, c);
      for (int64_t k = 0; k < 2 * width; k++) all[k] += more[k];
    }
    return all;
  }

  // Sums along the rows of a chunk; term(row, k, lanes, a, b) adds the columns from k on.
  template <class Term>
  void add_rows(int64_t unit, int64_t chunk, Term term) const {
    double* a = sums_of(unit, chunk);
    double* b = a + width;
    for (int64_t k = 0; k < 2 * width; k++) a[k] = 0;
    const int64_t n = wide(unit), end = chunk_begin(l.rows, 1, chunk + 1, chunks);
    for (int64_t row = chunk_begin(l.rows, 1, chunk, chunks); row < end; row += kTogether) {
      const int64_t last = smaller(end, row + kTogether);
      each_vector(n, [&](int64_t k, int64_t lanes) INLINE {
        V u{}, v{};
        for (int64_t r = row; r < last; r++) term(r, k, lanes, u, v);
        add_to(a + k, u, lanes);
        add_to(b + k, v, lanes);
      });
    }
  }

  // Calls body(first row, behind the last, first column, lanes) for vectors of some rows of a chunk.
  template <class Body>
  void each_tile(int64_t unit, int64_t chunk, Body body) const {
    const int64_t end = chunk_begin(l.rows, 1, chunk + 1, chunks);
    for (int64_t row = chunk_begin(l.rows, 1, chunk, chunks); row < end; row += kTogether) {
      const int64_t last = smaller(end, row + kTogether);
      each_vector(wide(unit), [&](int64_t k, int64_t lanes) INLINE { body(row, last, k, lanes); });
    }
  }

  float of_row(const float* weights, int64_t unit, int64_t row, float absent) const {
    return weights == nullptr || l.by_column != 0 ? absent : weights[slice(unit) % l.period * l.rows + row];
  }
  float of_column(const float* weights, int64_t column, float absent) const {
    return weights == nullptr || l.by_column == 0 ? absent : weights[column];
  }
};

static void columns_forward(const StandardizeForward& s, int threads) {
  const Standardize& l = *s.layer;
  const Columns c(l, s.scratch, threads);
  in_phases(
      c.units, c.chunks, standardize_threads(l, threads), [](int64_t) {},
      [&](int64_t unit, int64_t chunk) {
        const float* x = s.x + c.element(unit);  // the first row: near the means
        double* a = c.sums_of(unit, chunk);
        for (int64_t k = 0; k < 2 * c.width; k++) a[k] = 0;
        c.each_tile(unit, chunk, [&](int64_t row, int64_t last, int64_t k, int64_t lanes) INLINE {
          // About the tile's own mean in float, where nothing cancels, then about the first row in double.
          const V centre = load(x + k, lanes), n = splat(static_cast<float>(last - row));
          V mean{}, rest{}, squares{};
          for (int64_t r = row; r < last; r++) mean = mean + (load(x + r * l.columns + k, lanes) - centre);
          mean = mean / n;
          for (int64_t r = row; r < last; r++) {
            const V d = (load(x + r * l.columns + k, lanes) - centre) - mean;
            rest = rest + d;
            squares = squares + d * d;
          }
          for (int64_t i = 0; i < lanes; i++) {
            const double m = static_cast<double>(mean[i]), sum = static_cast<double>(rest[i]);
            const double count = static_cast<double>(last - row);
            a[k + i] += count * m + sum;
            a[c.width + k + i] += static_cast<double>(squares[i]) + m * (count * m + 2 * sum);
          }
        });
      },
      [&](int64_t unit) {
        double* a = c.join(unit);
        double* b = a + c.width;
        const float* x = s.x + c.element(unit);
        const int64_t each = c.wide(unit) / c.groups(unit);
        const double rows = static_cast<double>(l.rows), count = static_cast<double>(each);
        float* numbers = c.numbers_of(unit);
        for (int64_t g = 0; g < c.groups(unit); g++) {
          double mean = 0, variance = 0;
          for (int64_t k = g * each; k < (g + 1) * each; k++) {  // of each column
            a[k] /= rows;
            b[k] = b[k] / rows - a[k] * a[k];
            a[k] += static_cast<double>(x[k]);
            mean += a[k] / count;
          }
          for (int64_t k = g * each; k < (g + 1) * each; k++) {
            variance += (b[k] + (a[k] - mean) * (a[k] - mean)) / count;
          }
          put_statistics(l, s.statistics, c.group(unit) + g, mean, variance);
          const Statistics t(l, s.statistics, c.group(unit) + g);
          for (int64_t k = g * each; k < (g + 1) * each; k++) {
            numbers[k] = t.high();
            numbers[c.width + k] = t.low();
            numbers[2 * c.width + k] =
                static_cast<float>(t.inverse) * c.of_column(s.gamma, c.column(unit) + k, 1);
            numbers[3 * c.width + k] = c.of_column(s.beta, c.column(unit) + k, 0);
          }
        }
      },
      [&](int64_t unit, int64_t chunk) {
        const float* high = c.numbers_of(unit);
        const float *low = high + c.width, *scale = low + c.width, *shift = scale + c.width;
        const int64_t first = c.element(unit);
        c.each_tile(unit, chunk, [&](int64_t row, int64_t end, int64_t k, int64_t lanes) INLINE {
          const V mean = load(high + k, lanes), rest = load(low + k, lanes);
          const V factor = load(scale + k, lanes), offset = load(shift + k, lanes);
          for (int64_t r = row; r < end; r++) {
            const V gamma = splat(c.of_row(s.gamma, unit, r, 1)), beta = splat(c.of_row(s.beta, unit, r, 0));
            const V d = (load(s.x + first + r * l.columns + k, lanes) - mean) - rest;
            store(s.y + first + r * l.columns + k, d * factor * gamma + (offset + beta), lanes);
          }
        });
      });
}

static void columns_backward(const StandardizeBackward& s, int threads) {
  const Standardize& l = *s.layer;
  const Columns c(l, s.scratch, threads);
  const bool by_column = l.by_column != 0, weights = s.dgamma != nullptr || s.dbeta != nullptr;
  in_phases(
      c.units, c.chunks, standardize_threads(l, threads),
      [&](int64_t unit) {
        float* numbers = c.numbers_of(unit);
        const int64_t each = c.wide(unit) / c.groups(unit);
        for (int64_t k = 0; k < c.wide(unit); k++) {
          const Statistics t(l, s.statistics, c.group(unit) + k / each);
          numbers[k] = t.high();
          numbers[c.width + k] = t.low();
          numbers[2 * c.width + k] = static_cast<float>(t.inverse);
        }
      },
      [&](int64_t unit, int64_t chunk) {
        const float* high = c.numbers_of(unit);
        const float *low = high + c.width, *inverse = low + c.width;
        const int64_t first = c.element(unit);
        c.add_rows(unit, chunk, [&](int64_t row, int64_t k, int64_t lanes, V& a, V& b) INLINE {
          const int64_t at = first + row * l.columns + k;
          const V d = load(s.dy + at, lanes) * splat(c.of_row(s.gamma, unit, row, 1));
          a = a + d;
          b = b + d * (((load(s.x + at, lanes) - load(high + k, lanes)) - load(low + k, lanes)) *
                       load(inverse + k, lanes));
        });
      },
      [&](int64_t unit) {
        double* a = c.join(unit);
        double* b = a + c.width;
        if (by_column) {
          double* kept = c.scratch + c.kept_at + 2 * (c.slice(unit) * l.columns + c.column(unit));
          for (int64_t k = 0; k < c.wide(unit); k++) {
            kept[2 * k] = a[k];
            kept[2 * k + 1] = b[k];
          }
        }
        float* numbers = c.numbers_of(unit);
        const int64_t each = c.wide(unit) / c.groups(unit);
        for (int64_t g = 0; g < c.groups(unit); g++) {
          double sum = 0, slope = 0;
          for (int64_t k = g * each; k < (g + 1) * each; k++) {
            const double gamma = static_cast<double>(c.of_column(s.gamma, c.column(unit) + k, 1));
            sum += gamma * a[k];
            slope += gamma * b[k];
          }
          const double count = static_cast<double>(members(l));
          for (int64_t k = g * each; k < (g + 1) * each; k++) {
            numbers[3 * c.width + k] = c.of_column(s.gamma, c.column(unit) + k, 1);
            numbers[4 * c.width + k] = static_cast<float>(sum / count);
            numbers[5 * c.width + k] = static_cast<float>(slope / count);
          }
        }
      },
      [&](int64_t unit, int64_t chunk) {
        const float* high = c.numbers_of(unit);
        const float *low = high + c.width, *inverse = low + c.width, *scale = inverse + c.width;
        const float *sum = scale + c.width, *slope = sum + c.width;
        const int64_t n = c.wide(unit), first = c.element(unit);
        const int64_t end = chunk_begin(l.rows, 1, chunk + 1, c.chunks);
        for (int64_t row = chunk_begin(l.rows, 1, chunk, c.chunks); row < end && !by_column && weights; row++) {
          const int64_t at = first + row * l.columns;
          double* kept = s.scratch + c.kept_at + 2 * (unit * l.rows + row);
          kept[0] = kept[1] = 0;
          add_sums(n, kept, kept + 1, [&](int64_t k, int64_t lanes, V& a, V& b) INLINE {
            const V dy = load(s.dy + at + k, lanes);
            a = a + dy;
            b = b + dy * (((load(s.x + at + k, lanes) - load(high + k, lanes)) - load(low + k, lanes)) *
                          load(inverse + k, lanes));
          });
        }
        if (s.dx == nullptr) return;
        c.each_tile(unit, chunk, [&](int64_t row, int64_t last, int64_t k, int64_t lanes) INLINE {
          const V mean = load(high + k, lanes), rest = load(low + k, lanes), by = load(inverse + k, lanes);
          const V factor = load(scale + k, lanes), a = load(sum + k, lanes), b = load(slope + k, lanes);
          for (int64_t r = row; r < last; r++) {
            const int64_t at = first + r * l.columns + k;
            const V normalized = ((load(s.x + at, lanes) - mean) - rest) * by;
            const V dy = load(s.dy + at, lanes) * splat(c.of_row(s.gamma, unit, r, 1)) * factor;
            V d = (dy - (a + normalized * b)) * by;
            if (s.adds != 0) d = d + load(s.dx + at, lanes);
            store(s.dx + at, d, lanes);
          }
        });
      });
  if (!weights) return;
  const int64_t all = by_column ? l.columns : l.period * l.rows;
  for (int64_t w = 0; w < all; w++) {
    double dgamma = 0, dbeta = 0;
    const int64_t period = by_column ? 1 : l.period;
    for (int64_t slice = by_column ? 0 : w / l.rows; slice < l.slices; slice += period) {
      const int64_t count = by_column ? 1 : c.blocks;
      for (int64_t k = 0; k < count; k++) {
        const int64_t at = by_column ? slice * l.columns + w : (slice * c.blocks + k) * l.rows + w % l.rows;
        dbeta += c.scratch[c.kept_at + 2 * at];
        dgamma += c.scratch[c.kept_at + 2 * at + 1];
      }
    }
    if (s.dgamma != nullptr) s.dgamma[w] += static_cast<float>(dgamma);
    if (s.dbeta != nullptr) s.dbeta[w] += static_cast<float>(dbeta);
  }
}

static int64_t standardize_doubles(const Standardize& l, int threads) {
  if (is_lines(l)) return LineScratch(l).doubles(l);
  return Columns(l, nullptr, threads).doubles();
}

static void standardize_forward(const StandardizeForward& s, int threads) {
  is_lines(*s.layer) ? lines_forward(s, threads) : columns_forward(s, threads);
}

static void standardize_backward(const StandardizeBackward& s, int threads) {
  is_lines(*s.layer) ? lines_backward(s, threads) : columns_backward(s, threads);
}

}  // namespace ISA
}  // namespace convlstm4j
