#include "stream.h"

#include <algorithm>

#include "capture.h"
#include "fault.h"
#include "simulator.h"

namespace gpusim {

namespace {

void join(Clock* clock, const Clock& other) {
  if (clock->size() < other.size()) clock->resize(other.size());
  for (size_t k = 0; k < other.size(); k++) (*clock)[k] = std::max((*clock)[k], other[k]);
}

}  // namespace

Streams::Streams() : random_(1) { clear(); }

void Streams::clear() {
  all_.clear();
  last_.clear();
  free_.clear();
  host_.clear();
  random_ = Random(Settings().seed);
  forgetEpochs();
  legacy_ = create(true);
}

std::shared_ptr<Stream> Streams::create(bool blocking) {
  all_.erase(std::remove_if(all_.begin(), all_.end(), [](const auto& s) { return s->destroyed && s->queue.empty(); }),
             all_.end());
  unsigned slot;
  // A slot can be used again if all of its past is known to be over: then nothing is ordered by mistake.
  auto known = std::find_if(free_.begin(), free_.end(),
                            [&](unsigned s) { return last_[s] == 0 || (s < host_.size() && host_[s] >= last_[s]); });
  if (known != free_.end()) {
    slot = *known;
    free_.erase(known);
  } else {
    slot = static_cast<unsigned>(last_.size());
    last_.push_back(0);
  }
  auto stream = std::make_shared<Stream>(slot, blocking);
  stream->put = stream->done = last_[slot];
  all_.push_back(stream);
  return stream;
}

void Streams::destroy(const std::shared_ptr<Stream>& stream) {
  stream->destroyed = true;
  free_.push_back(stream->slot);
}

void Streams::put(const std::shared_ptr<Stream>& stream, Piece piece) {
  Stream& s = *stream;
  if (s.capture != nullptr) {
    s.capture->add(&s, std::move(piece));
    return;
  }
  if (s.blocking) {
    for (const auto& other : all_) {
      if (other != stream && other->blocking && other->capture == nullptr &&
          (&s == legacy_.get() || other == legacy_)) {
        wait(s, end(other));
      }
    }
  }
  if (piece.submit) piece.submit();
  join(&s.clock, host_);
  if (s.clock.size() <= s.slot) s.clock.resize(s.slot + 1);
  s.clock[s.slot] = ++s.put;
  last_[s.slot] = s.put;
  s.queue.push_back({std::move(piece), s.put, s.clock, std::move(s.after)});
  s.after.clear();
}

void Streams::wait(Stream& stream, const Point& point) {
  join(&stream.clock, point.clock);
  if (!point.reached()) stream.after.push_back(point);
}

void Streams::runFront(Stream& stream) {
  Stream::Entry entry = std::move(stream.queue.front());
  stream.queue.pop_front();
  nanoseconds_ += 1000;
  Context& context = simulator().context;
  if (context.sticky == kSuccess) {
    beginEpoch(stream.slot, entry.sequence, entry.clock);
    nameEpoch(entry.piece.api);
    simulator().journal.recorded(entry.piece.recorded);
    try {
      entry.piece.run();
    } catch (const Fault& f) {
      context.sticky = f.status;
      simulator().journal.error(f.what());
    }
    endEpoch();
  }
  stream.done = entry.sequence;
}

bool Streams::step(Stream& stream) {
  if (stream.queue.empty()) return false;
  uint64_t sequence = stream.queue.front().sequence;
  std::vector<Point> after = stream.queue.front().after;
  for (const Point& point : after) {
    while (!point.reached()) step(*point.stream);
  }
  if (!stream.queue.empty() && stream.queue.front().sequence == sequence) runFront(stream);
  return true;
}

std::shared_ptr<Stream> Streams::another(const Stream* than) {
  std::vector<std::shared_ptr<Stream>> busy;
  for (const auto& s : all_) {
    if (s.get() != than && !s->queue.empty()) busy.push_back(s);
  }
  return busy.empty() ? nullptr : busy[random_.below(busy.size())];
}

void Streams::reach(const Point& point) {
  if (point.reached()) return;
  Order order = simulator().settings.order;
  if (order == Order::kReverse) {
    while (auto other = another(point.stream.get())) step(*other);
  }
  while (!point.reached()) {
    if (order == Order::kRandom && random_.below(2) == 0) {
      if (auto other = another(point.stream.get())) step(*other);
    }
    step(*point.stream);
  }
}

void Streams::finish(const Point& point) {
  reach(point);
  join(&host_, point.clock);
}

void Streams::finishAll() {
  std::vector<std::shared_ptr<Stream>> all = all_;
  for (const auto& s : all) finish(end(s));
}

bool Streams::look(const Point& point) {
  if (!point.reached()) {
    step(*point.stream);
  }
  if (!point.reached()) return false;
  join(&host_, point.clock);
  return true;
}

bool Streams::anyCapture() const {
  return std::any_of(all_.begin(), all_.end(), [](const auto& s) { return s->capture != nullptr; });
}

void Streams::invalidateCaptures() {
  for (const auto& s : all_) {
    if (s->capture != nullptr) s->capture->invalid = true;
  }
}

}  // namespace gpusim
