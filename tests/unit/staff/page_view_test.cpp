#include "gateway/staff/page_view.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

/// A document of `pages` pages, of which images of the first `drawn` are kept, and the first `seen` were looked at.
DocumentView document(int pages, int drawn, int seen) {
  DocumentView view;
  view.details.findings.emplace();
  for (int number = 1; number <= pages; ++number) {
    intake::PageFindings page;
    page.number = number;
    page.looked_at = number <= seen;
    view.details.findings->pages.push_back(page);
    ObjectRow image;
    image.role = "page";
    image.page = static_cast<std::uint32_t>(number);
    if (number <= drawn) view.pages.push_back(image);
  }
  return view;
}

TEST(PageView, PagesThatNobodyDrewAreNamed) {
  EXPECT_EQ(pages_not_drawn(document(200, 50, 40)), "pagina 51 tot en met 200");
  EXPECT_EQ(pages_not_drawn(document(4, 3, 3)), "pagina 4");
  EXPECT_EQ(pages_json(document(200, 50, 40)).size(), 50);
}

TEST(PageView, NothingIsSaidWherePagesHaveNoImageForAnotherReason) {
  EXPECT_EQ(pages_not_drawn(document(3, 3, 3)), "");
  EXPECT_EQ(pages_not_drawn(document(1, 0, 1)), "") << "the text of a mail";
  auto infected = document(3, 0, 0);
  infected.details.malware = Malware::kInfected;
  EXPECT_EQ(pages_not_drawn(infected), "");
}

}  // namespace
}  // namespace zp::gateway
