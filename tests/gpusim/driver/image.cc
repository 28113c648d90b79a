#include "image.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "fault.h"
#include "grid.h"
#include "shadow.h"

namespace gpusim {

namespace {

thread_local char anchor = 1;  // something that certainly lies in the thread-local storage

struct Image {
  std::vector<std::pair<uintptr_t, uintptr_t>> constants;
  uintptr_t anchorOffset = 0;
  size_t sharedBytes = 0;
};

int inspect(dl_phdr_info* info, size_t, void* data) {
  auto* image = static_cast<Image*>(data);
  uintptr_t self = reinterpret_cast<uintptr_t>(&inspect);
  auto inside = [&](const ElfW(Phdr) & h) { return self - (info->dlpi_addr + h.p_vaddr) < h.p_memsz; };
  const ElfW(Phdr)* headers = info->dlpi_phdr;
  if (std::none_of(headers, headers + info->dlpi_phnum,
                   [&](const auto& h) { return h.p_type == PT_LOAD && inside(h); })) {
    return 0;
  }
  for (int k = 0; k < info->dlpi_phnum; k++) {
    const ElfW(Phdr) & h = headers[k];
    uintptr_t start = info->dlpi_addr + h.p_vaddr;
    if ((h.p_type == PT_LOAD && (h.p_flags & PF_W) == 0) || h.p_type == PT_GNU_RELRO) {
      image->constants.push_back({start, start + h.p_memsz});
    } else if (h.p_type == PT_TLS) {
      image->sharedBytes = h.p_memsz;
      image->anchorOffset = reinterpret_cast<uintptr_t>(&anchor) - reinterpret_cast<uintptr_t>(info->dlpi_tls_data);
    }
  }
  return 1;
}

const Image& image() {
  static const Image image = [] {
    Image found;
    anchor = 2;  // so that this thread has the storage
    dl_iterate_phdr(inspect, &found);
    return found;
  }();
  return image;
}

}  // namespace

void findShared() {
  static std::vector<ByteState> states(image().sharedBytes, kAllocated);
  static std::vector<Cell> cells(image().sharedBytes / 4 + 1);
  shared = {reinterpret_cast<uintptr_t>(&anchor) - image().anchorOffset, image().sharedBytes, states.data(),
            cells.data()};
}

void poisonShared() {
  if (dirty.high > dirty.low) {
    std::memset(shared.states + dirty.low, kAllocated, dirty.high - dirty.low);
    std::fill(shared.cells + dirty.low / 4, shared.cells + (dirty.high - 1) / 4 + 1, Cell{0, 0});
  }
  dirty = {SIZE_MAX, 0};
}

bool isConstant(uintptr_t p) {
  for (const auto& [start, end] : image().constants) {
    if (p >= start && p < end) return true;
  }
  return false;
}

std::string sourceLine(const void* code) {
  Dl_info info;
  if (code == nullptr || dladdr(code, &info) == 0) return "";
  size_t offset = static_cast<const char*>(code) - static_cast<const char*>(info.dli_fbase) - 1;
  std::string command = format("addr2line -e '%s' 0x%zx 2>/dev/null", info.dli_fname, offset);
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  char line[512] = "";
  char* read = std::fgets(line, sizeof line, pipe);
  pclose(pipe);
  if (read == nullptr || line[0] == '?') return "";
  std::string text(line, std::strcspn(line, "\n"));
  text.erase(std::min(text.size(), text.find(" (")));  // "(discriminator 3)"
  return text.substr(text.rfind('/') + 1);
}

}  // namespace gpusim
