#include "intake/cell/page_queue.h"

namespace zp::intake::cell {

void PageQueue::begin(int number, cv::Mat picture, std::vector<vision::Word> text_layer) {
  // In order in, in order out: the engine's turn before this one is over, since that page has left the queue.
  vision::Engines& engine = engines_[begun_++ % engines_.size()];
  // Without a policy: where no thread can be had the page is looked at when it is asked for.
  pages_.push_back(std::async([number, picture = std::move(picture), words = std::move(text_layer), &engine]() mutable {
    vision::PageReport report = vision::examine_page(picture, engine, words);
    return SeenPage{number, std::move(words), std::move(report)};
  }));
}

SeenPage PageQueue::next() {
  std::future<SeenPage> oldest = std::move(pages_.front());
  pages_.pop_front();
  return oldest.get();
}

}  // namespace zp::intake::cell
