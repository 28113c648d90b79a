// Layer, group and instance normalisation: convlstm4j.op.Standardize. Slices are by themselves. In most shapes a group
// is one line of memory (lines), in the others some columns of a slice (columns). Slices too large for a core's cache
// are cut into chunks: sums of all chunks first, then what follows from them, then all chunks once more. How they are
// cut, and so the order of sums, follows from sizes only.
//
// A few terms are added up in float, these sums in double. A mean is a float and the rest that it leaves out.
namespace convlstm4j {
namespace ISA {

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
