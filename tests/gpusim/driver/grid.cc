#include "grid.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "fault.h"
#include "fibre.h"
#include "image.h"
#include "shadow.h"
#include "simulator.h"
#include "warp.h"

namespace gpusim {

namespace {

constexpr unsigned kMaxThreads = 1024;

// The kernel that runs.
struct Grid {
  const Function* function;
  Extent grid, block;
  const void* params;
  unsigned threads;             // of a block
  bool flat;                    // a block has one dimension
  uint64_t blockNumber;         // linear, the one that runs
  uint64_t phase;               // barriers it has passed
  std::vector<uint32_t> order;  // of its threads
  size_t begun;                 // how many of `order` have begun
  size_t turn;                  // how many of `order` have had their turn since threads were last let go on
  size_t done;                  // how many have ended
  Lane lanes[kMaxThreads];
  unsigned thread;  // the one that runs
  int failed;       // status, 0 if none
  std::string message;
  const void* code;  // where it failed, or null
};

void fibreMain();

Grid g;
Fibres fibres(fibreMain);
unsigned places[12];

void setPlace(int which, const Extent& e, uint64_t linear) {
  places[which] = static_cast<unsigned>(linear % e.x);
  places[which + 1] = static_cast<unsigned>(linear / e.x % e.y);
  places[which + 2] = static_cast<unsigned>(linear / e.x / e.y);
}

// Makes a thread the one that runs, on the fibre that runs.
void become(unsigned thread) {
  g.thread = thread;
  if (g.flat) {
    places[device::kThread] = thread;
  } else {
    setPlace(device::kThread, g.block, thread);
  }
  uint64_t number = g.blockNumber * g.threads + thread;
  current.me = (current.me >> kEpochShift << kEpochShift) | (g.phase << kPhaseShift & kPhaseMask) | number;
  current.stackLow = fibres.running()->low;
  current.stackHigh = fibres.running()->high;
}

// The fibre of the next thread in order that can go on, or null.
Fibre* nextReady() {
  while (g.turn < g.threads) {
    const Lane& lane = g.lanes[g.order[g.turn++]];
    if (lane.state == Lane::kReady) return lane.fibre;
  }
  return nullptr;
}

// From a fibre whose thread waits or has ended to the next one's, or to the scheduler if there is none.
void goOn() {
  Fibre* next = g.begun < g.threads ? fibres.take() : nextReady();
  if (next == nullptr) {
    fibres.leave();
  } else {
    fibres.go(next);
  }
}

// Runs one thread after the other while none of them has to wait.
void fibreMain() {
  for (;;) {
    while (g.begun < g.threads) {
      unsigned thread = g.order[g.begun++];
      become(thread);
      g.function->invoke(g.params);
      g.lanes[g.thread].state = Lane::kDone;
      g.done++;
    }
    fibres.giveBack(fibres.running());
    goOn();
  }
}

void enter(Fibre* fibre) {
  fibres.enter(fibre);
  if (g.failed != 0) {
    fibres.giveBackAll();
    std::string line = sourceLine(g.code);
    if (!line.empty()) g.message += " (" + line + ")";
    throw Fault(static_cast<Status>(g.failed), g.message);
  }
}

void wait(Lane::State state) {
  unsigned thread = g.thread;
  Lane& lane = g.lanes[thread];
  lane.state = state;
  lane.fibre = fibres.running();
  goOn();
  become(thread);
}

const char* baseName(const char* file) {
  const char* slash = std::strrchr(file, '/');
  return slash == nullptr ? file : slash + 1;
}

std::string where(const Lane& lane) {
  switch (lane.state) {
    case Lane::kBarrier:
      return format("waits at __syncthreads (%s:%d)", baseName(lane.file), lane.line);
    case Lane::kWarp:
      return format("waits in a warp operation with mask %08x", lane.mask);
    default:
      return "has ended";
  }
}

bool sameBarrier(const Lane& a, const Lane& b) {
  return a.state == Lane::kBarrier && b.state == Lane::kBarrier && a.file == b.file && a.line == b.line;
}

[[noreturn]] void diverged(unsigned thread, unsigned other) {
  auto number = [](unsigned t) { return static_cast<uint32_t>(g.blockNumber * g.threads + t); };
  throw Fault(kLaunchFailed, "barrier divergence: kernel " + std::string(g.function->name) + ", " +
                                 describeThread(number(thread)) + " " + where(g.lanes[thread]) + ", " +
                                 describeThread(number(other)) + " " + where(g.lanes[other]));
}

// Nobody can go on. All at the same barrier: it opens. Otherwise that is an error.
void passBarrier() {
  const Lane& first = g.lanes[0];
  for (unsigned t = 1; t < g.threads; t++) {
    if (g.lanes[t].state != first.state) diverged(0, t);
  }
  for (unsigned t = 0; t < g.threads; t++) {
    if (!sameBarrier(first, g.lanes[t])) diverged(0, t);
  }
  g.phase++;
  for (unsigned t = 0; t < g.threads; t++) g.lanes[t].state = Lane::kReady;
}

void runBlock(Random* random) {
  Order order = simulator().settings.order;
  std::iota(g.order.begin(), g.order.end(), 0);
  if (order == Order::kReverse) std::reverse(g.order.begin(), g.order.end());
  if (order == Order::kRandom) {
    for (size_t k = g.order.size(); k > 1; k--) std::swap(g.order[k - 1], g.order[random->below(k)]);
  }
  setPlace(device::kBlockIndex, g.grid, g.blockNumber);
  current.firstOfBlock = static_cast<uint32_t>(g.blockNumber * g.threads);
  poisonShared();
  g.phase = 0;
  g.begun = g.done = 0;
  g.turn = g.threads;
  enter(fibres.take());
  while (g.done < g.threads) {
    if (!releaseWarps(g.lanes, g.threads)) passBarrier();
    g.turn = 0;
    enter(nextReady());
  }
}

}  // namespace

void runGrid(const Function& function, Extent grid, Extent block, const void* params) {
  if (grid.count() * block.count() > UINT32_MAX) throw Fault(kNotSupported, "over 2^32 threads are not simulated");
  g.function = &function;
  g.grid = grid;
  g.block = block;
  g.params = params;
  g.threads = static_cast<unsigned>(block.count());
  g.flat = block.y == 1 && block.z == 1;
  g.order.resize(g.threads);
  g.failed = 0;
  places[device::kBlockSize] = block.x, places[device::kBlockSize + 1] = block.y,
  places[device::kBlockSize + 2] = block.z;
  setPlace(device::kThread, block, 0);
  places[device::kGridSize] = grid.x, places[device::kGridSize + 1] = grid.y, places[device::kGridSize + 2] = grid.z;
  findShared();
  current.threadsOfBlock = g.threads;
  current.paramsLow = reinterpret_cast<uintptr_t>(params);
  current.paramsHigh = current.paramsLow + function.bytes;
  uint64_t blocks = grid.count();
  Random random(simulator().settings.seed ^ current.me);
  Order order = simulator().settings.order;
  uint64_t start = order == Order::kRandom ? random.below(blocks) : 0;
  uint64_t step = 1;
  if (order == Order::kRandom) {
    do step = 1 + random.below(blocks);
    while (std::gcd(step, blocks) != 1);  // so that each block is met once
  }
  for (uint64_t k = 0; k < blocks; k++) {
    g.blockNumber = order == Order::kReverse ? blocks - 1 - k : (start + k * step) % blocks;
    runBlock(&random);
  }
}

bool onFibre() { return fibres.running() != nullptr; }

void leaveFibre(int status, std::string message, const void* code) {
  g.failed = status;
  g.message = std::move(message);
  g.code = code;
  fibres.leave();
  __builtin_unreachable();
}

std::string describeThread(uint32_t number) {
  uint64_t b = number / g.threads, t = number % g.threads;
  return format("block (%llu,%llu,%llu), thread (%llu,%llu,%llu)", static_cast<unsigned long long>(b % g.grid.x),
                static_cast<unsigned long long>(b / g.grid.x % g.grid.y),
                static_cast<unsigned long long>(b / g.grid.x / g.grid.y),
                static_cast<unsigned long long>(t % g.block.x),
                static_cast<unsigned long long>(t / g.block.x % g.block.y),
                static_cast<unsigned long long>(t / g.block.x / g.block.y));
}

std::string describeThread() {
  return "kernel " + std::string(g.function->name) + ", " + describeThread(static_cast<uint32_t>(current.me));
}

namespace {

int plantedFault = 0;

}  // namespace

void plant(int number) { plantedFault = number; }

namespace device {

int planted() { return plantedFault; }

unsigned place(int which) { return places[which]; }

void barrier(const char* file, int line) {
  Lane& lane = g.lanes[g.thread];
  lane.file = file;
  lane.line = line;
  wait(Lane::kBarrier);
}

uint64_t shuffle(Shuffle kind, unsigned mask, uint64_t bits, int argument, int width) {
  Lane& lane = g.lanes[g.thread];
  if ((mask >> (g.thread % 32) & 1) == 0)
    fault(kLaunchFailed, format("the mask %08x of a shuffle leaves its own lane out", mask));
  lane.operation = {kind, argument, width};
  lane.mask = mask;
  lane.bits = bits;
  wait(Lane::kWarp);
  if (lane.operation.width < 0)
    fault(kLaunchFailed, format("a shuffle reads a lane that its mask %08x leaves out", mask));
  return lane.bits;
}

void warpBarrier(unsigned mask) { shuffle(Shuffle::kMeet, mask, 0, 0, 32); }

unsigned ballot(unsigned mask, bool vote) {
  return static_cast<unsigned>(shuffle(Shuffle::kBallot, mask, vote ? 1 : 0, 0, 32));
}

}  // namespace device

}  // namespace gpusim
