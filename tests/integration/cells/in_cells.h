// Documents and mails through the real broker and cells: one broker for all tests of a suite, since loading language data
// takes a moment.
#ifndef TESTS_INTEGRATION_CELLS_IN_CELLS_H_
#define TESTS_INTEGRATION_CELLS_IN_CELLS_H_

#include <gtest/gtest.h>

#include "tests/integration/cells/running_broker.h"

namespace zp::test {

class InCells : public testing::Test {
 protected:
  static void SetUpTestSuite() { broker_ = new RunningBroker("zegelpost-broker", {"--private", "SOCKET"}); }
  static void TearDownTestSuite() { delete broker_; }

  static intake::Inspection inspect(std::string_view document, const intake::InspectionRequest& request = {}) {
    auto inspection = gateway::connect_cells(broker_->socket())->inspect(as_bytes(document), request);
    EXPECT_TRUE(inspection) << inspection.error().message();
    return inspection ? *inspection : intake::Inspection{};
  }
  static intake::Findings findings(std::string_view document) { return inspect(document).findings; }
  static intake::ParsedMail mail(std::string_view raw) {
    auto parsed = gateway::connect_cells(broker_->socket())->parse_mail(as_bytes(raw));
    EXPECT_TRUE(parsed) << parsed.error().message();
    return parsed ? *parsed : intake::ParsedMail{};
  }

  static inline RunningBroker* broker_ = nullptr;
};

}  // namespace zp::test

#endif  // TESTS_INTEGRATION_CELLS_IN_CELLS_H_
