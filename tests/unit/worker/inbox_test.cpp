// What cells have no time for does not stay in the tray: after some tries a person gets it as it came.
#include "gateway/worker/inbox.h"

#include <gmock/gmock.h>

#include "tests/unit/worker/mail_came_in.h"

namespace zp::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class BusyCells final : public intake::Inspector {
 public:
  Result<intake::Inspection> inspect(ByteView, const intake::InspectionRequest&) override {
    return fail(Code::kUnavailable, "inspect");
  }
  Result<intake::ParsedMail> parse_mail(ByteView, const intake::InspectionRequest&) override {
    ++asked;
    return fail(Code::kTimeout, "parse mail");
  }
  Result<intake::ScanBatch> split_scan(ByteView) override {
    ++asked;
    return fail(Code::kTimeout, "split scan");
  }
  unsigned asked = 0;
};

class InboxTest : public test::WorkerDesk {
 protected:
  Result<Id> file(const char* kind, unsigned slow) {
    Tools tools{tools_.office,
                tools_.casework,
                busy_,
                tools_.clamd,
                tools_.smtp,
                tools_.messages,
                tools_.seal,
                tools_.time_stamps,
                {},
                {}};
    auto [manifest, keys] = test::item_in(folder_.string(), kind, now_, "ruwe bytes");
    manifest.files.front().name = "stapel.pdf";
    return file_item(tools, kind, folder_.string(), std::move(manifest), std::move(keys), slow);
  }
  BusyCells busy_;
};

TEST_F(InboxTest, WhatACellHasNoTimeForIsTriedAgain) {
  for (const char* kind : {"scan", "mail"})
    for (unsigned slow = 0; slow < kSlowTries; ++slow) EXPECT_EQ(file(kind, slow).error().code, Code::kTimeout) << kind;
  EXPECT_EQ(busy_.asked, 2 * kSlowTries);
}

TEST_F(InboxTest, AndThenAPersonGetsItAsItCame) {
  for (const char* kind : {"scan", "mail"}) {
    const auto filed = file(kind, kSlowTries);
    must(filed);
    const auto open = casework_->open(staff("postkamer"), *filed);
    must(open);
    EXPECT_THAT(open->profile.tasks, ElementsAre(HasSubstr("duurde te lang"))) << kind;
    EXPECT_EQ(open->documents.size(), 1) << kind;
  }
  EXPECT_EQ(busy_.asked, 0);
}

}  // namespace
}  // namespace zp::gateway
