#include "journal.h"

#include <algorithm>

#include "fault.h"

namespace gpusim {

namespace {

constexpr size_t kMost = 400000;  // lines kept; older ones are dropped, and that is said

}  // namespace

void Journal::call(const char* api, const std::string& details) {
  calls_.push_back(details.empty() ? std::string(api) : std::string(api) + " " + details);
  if (calls_.size() > kMost) {
    calls_.pop_front();
    dropped_++;
  }
}

void Journal::ran(KernelRun run) {
  launched_[recorded_].insert(run.kernel);
  runs_.push_back(std::move(run));
  if (runs_.size() > kMost) runs_.pop_front();
}

void Journal::object(const char* kind, const void* handle, bool created, uint64_t bytes) {
  if (created) {
    objects_[{kind, handle}] = {bytes, created_++};
  } else {
    objects_.erase({kind, handle});
  }
}

std::vector<std::string> Journal::trace() const {
  std::vector<std::string> lines;
  if (dropped_ > 0) lines.push_back(format("(%llu earlier calls dropped)", static_cast<unsigned long long>(dropped_)));
  lines.insert(lines.end(), calls_.begin(), calls_.end());
  return lines;
}

std::vector<std::string> Journal::objects() const {
  std::vector<std::pair<uint64_t, std::string>> found;
  for (const auto& [key, object] : objects_) {
    std::string line = format("%s %p", key.first.c_str(), key.second);
    if (object.bytes > 0) line += format(", %llu bytes", static_cast<unsigned long long>(object.bytes));
    found.push_back({object.order, line});
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> lines;
  for (auto& entry : found) lines.push_back(std::move(entry.second));
  return lines;
}

void Journal::clearTrace() {
  calls_.clear();
  runs_.clear();
  dropped_ = 0;
}

void Journal::clear() {
  clearTrace();
  objects_.clear();
  error_.clear();
}

}  // namespace gpusim
