// Shapes as texts.
#pragma once

#include <string>

namespace simdnn {

// "[2,3,8,7]"
inline std::string text(int rank, const int* dims) {
  std::string s = "[";
  for (int i = 0; i < rank; i++) s += (i > 0 ? "," : "") + std::to_string(dims[i]);
  return s + "]";
}

}  // namespace simdnn
