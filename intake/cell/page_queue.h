// intake/cell/page_queue.h - pages of one document looked at side by side, handed back in order.
//
// What is found does not depend on how many are looked at at once. Threads: the queue belongs to one; it uses others.
#ifndef INTAKE_CELL_PAGE_QUEUE_H_
#define INTAKE_CELL_PAGE_QUEUE_H_

#include <deque>
#include <future>
#include <span>
#include <vector>

#include "intake/cell/vision/vision.h"

namespace zp::intake::cell {

struct SeenPage {
  int number = 1;
  std::vector<vision::Word> text_layer;
  vision::PageReport report;
};

class PageQueue {
 public:
  /// As many pages at once as there are `engines`, which are borrowed.
  explicit PageQueue(std::span<vision::Engines> engines) : engines_(engines) {}

  bool full() const { return pages_.size() == engines_.size(); }
  bool empty() const { return pages_.empty(); }
  /// Begins to look at a page. Call only while not full.
  void begin(int number, cv::Mat picture, std::vector<vision::Word> text_layer);
  /// The page begun longest ago; waits until it is seen. Call only while not empty.
  SeenPage next();

 private:
  std::span<vision::Engines> engines_;
  std::size_t begun_ = 0;
  std::deque<std::future<SeenPage>> pages_;
};

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PAGE_QUEUE_H_
