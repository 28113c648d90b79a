// standardize.h where a group is some columns of a slice.
#include <omp.h>

namespace convlstm4j {
namespace ISA {

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

}  // namespace ISA
}  // namespace convlstm4j
