#include <gmock/gmock.h>

#include "intake/judge.h"
#include "tests/unit/worker/worker_desk.h"

namespace zp::gateway {
namespace {

using testing::ElementsAre;

/// Every cell ends like this.
class FailingCells final : public intake::Inspector {
 public:
  explicit FailingCells(std::string hazard) : hazard_(std::move(hazard)) {}
  Result<intake::Inspection> inspect(ByteView, const intake::InspectionRequest&) override {
    return intake::Inspection{intake::failed_inspection(hazard_), {}};
  }
  Result<intake::ParsedMail> parse_mail(ByteView, const intake::InspectionRequest&) override {
    return fail(Code::kUnavailable, "parse mail");
  }
  Result<intake::ScanBatch> split_scan(ByteView) override { return fail(Code::kUnavailable, "split scan"); }

 private:
  std::string hazard_;
};

class InspectJobTest : public test::WorkerDesk {
 protected:
  /// What becomes of try number `attempts`.
  Result<Next> inspect(const std::string& hazard, std::uint32_t attempts) {
    FailingCells cells(hazard);
    const Tools tools{casework_->office(), *casework_, cells, clamd_, smtp_, *pages_, seal_, time_stamps_, {}, {}};
    Job job;
    job.subject = document_;
    job.attempts = attempts;
    return inspect_document(tools, job);
  }
  intake::Findings findings() {
    intake::Findings found;
    must(store_->read([&](StoreReader& store) -> Result<void> {
      TRY_ASSIGN(const auto row, store.document(document_));
      TRY_ASSIGN(const auto keys, vault_.unlock(store, dossier_));
      TRY_ASSIGN(const auto details, keys.details(row));
      found = details.findings.value_or(intake::Findings{});
      return {};
    }));
    return found;
  }
  void file() {
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto row, store.document(document_));
      row.state = "filed";
      return store.update_document(row);
    }));
  }

  Id dossier_ = dossier("avg-inzage", DossierState::kChecking), document_ = document(dossier_, "request");
};

TEST_F(InspectJobTest, AMachineWithoutTimeIsTriedThreeTimesAndThenAPersonLooks) {
  file();
  EXPECT_EQ(inspect("not-inspected", 1).error().code, Code::kTimeout);
  EXPECT_EQ(inspect("not-inspected", 2).error().code, Code::kTimeout);
  must(inspect("not-inspected", 3));
  EXPECT_THAT(findings().hazards, ElementsAre("not-inspected"));
  EXPECT_EQ(findings().verdict, intake::Verdict::kDoubtful) << "the document is not at fault";
}

TEST_F(InspectJobTest, ADocumentThatTakesAllProcessorTimeIsSaidToAtOnce) {
  file();
  must(inspect("timeout", 1));
  EXPECT_EQ(findings().verdict, intake::Verdict::kRejected);
}

}  // namespace
}  // namespace zp::gateway
