// Stacks to run a kernel's threads on, and the switch between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpusim {

struct Fibre {
  void* sp;
  uintptr_t low, high;  // its stack
};

class Fibres {
 public:
  // A fibre that starts in `entry`, which never returns.
  explicit Fibres(void (*entry)()) : entry_(entry) {}

  Fibre* take();
  void giveBack(Fibre* fibre) { free_.push_back(fibre); }  // one that waits in `entry` for the next thread
  void giveBackAll();                                      // also those left in the middle

  // From the scheduler into a fibre, until it or one that it goes to switches back.
  void enter(Fibre* fibre);
  // From the fibre that runs into another one, which costs half of going through the scheduler.
  void go(Fibre* fibre);
  void leave();
  Fibre* running() const { return running_; }

 private:
  void prepare(Fibre* fibre);

  void (*entry_)();
  std::vector<Fibre*> all_;
  std::vector<Fibre*> free_;
  Fibre* running_ = nullptr;
  void* scheduler_ = nullptr;
};

}  // namespace gpusim
