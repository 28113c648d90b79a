// What a test can ask for afterwards: calls made, objects alive, bytes moved by kernels, the last error.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace gpusim {

// One run of a kernel. Accesses count every load and store of global memory; distinct bytes count a word once.
struct KernelRun {
  std::string kernel;
  uint64_t readBytes, writtenBytes;
  uint64_t distinctReadBytes, distinctWrittenBytes;
};

class Journal {
 public:
  void call(const char* api, const std::string& details);
  void ran(KernelRun run);
  void object(const char* kind, const void* handle, bool created, uint64_t bytes = 0);
  // Whether what runs from now on is part of a graph.
  void recorded(bool is) { recorded_ = is; }
  void error(const std::string& text) { error_ = text; }

  std::vector<std::string> trace() const;
  std::vector<KernelRun> runs() const { return {runs_.begin(), runs_.end()}; }
  std::vector<std::string> objects() const;
  // Kernels that have run to their end since the library was loaded, as part of graphs or by themselves.
  std::vector<std::string> launched(bool recorded) const {
    return {launched_[recorded].begin(), launched_[recorded].end()};
  }
  const std::string& lastError() const { return error_; }
  void clearTrace();
  void clear();

 private:
  struct Object {
    uint64_t bytes;
    uint64_t order;
  };
  std::deque<std::string> calls_;
  std::deque<KernelRun> runs_;
  uint64_t dropped_ = 0;
  uint64_t created_ = 0;
  std::map<std::pair<std::string, const void*>, Object> objects_;
  std::string error_;
  bool recorded_ = false;
  std::set<std::string> launched_[2];  // by themselves, in graphs
};

}  // namespace gpusim
