// intake/cell/page_looker.h - the pages of one document: looked at side by side, told in order, and read further where that matters.
//
// Threads: one, which uses others for pages.
#ifndef INTAKE_CELL_PAGE_LOOKER_H_
#define INTAKE_CELL_PAGE_LOOKER_H_

#include <chrono>
#include <ctime>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "intake/cell/page_images.h"
#include "intake/cell/page_queue.h"
#include "intake/findings.h"

namespace zp::intake::cell {

inline constexpr std::size_t kMaxPageText = 64 * 1024;

/// What the broker gives each cell; most of it is for pages. Call before cells are forked.
void allow_processor_time(std::chrono::seconds of_a_cell);

/// What all documents of one request share. Borrowed.
struct Workplace {
  const Connection& connection;
  std::span<vision::Engines> engines;
  PageImages& images;
  bool somebody_waits;
  std::chrono::steady_clock::time_point since;
  std::clock_t processor_since;
};

class PageLooker {
 public:
  /// What is found goes to `findings` and `hazards`, which are borrowed. `depth` 0 is the document that was sent, more what is in it.
  PageLooker(const Workplace& workplace, int depth, int pages, Findings& findings, std::set<std::string>& hazards)
      : workplace_(workplace),
        queue_(workplace.engines),
        depth_(depth),
        count_(pages),
        findings_(findings),
        hazards_(hazards) {}

  /// False when there is no time left to look at a picture, and nobody wants to see it either.
  bool draws_on() const;
  /// `picture`: 8-bit BGR; empty if the page could not be drawn, or is not since there is no time for it.
  void look(int number, cv::Mat picture, std::vector<vision::Word> text_layer);
  /// Call once, after the last page.
  void finish();

 private:
  bool has_used(double share_of_processor_time) const;
  bool out_of_time() const;
  void add_next();
  void add_all();
  void add(SeenPage seen);
  void add(IdentityDocument document);
  void send_images(const vision::PageReport& report, int number);
  void read_what_matters();
  void read_whole(std::size_t which);

  const Workplace workplace_;
  PageQueue queue_;
  const int depth_, count_;
  Findings& findings_;
  std::set<std::string>& hazards_;
  std::vector<std::pair<std::size_t, cv::Mat>> half_read_;  // pages by index that OCR read the head and labels of
};

/// The text of all pages.
std::string text_of(const Findings& findings);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_PAGE_LOOKER_H_
