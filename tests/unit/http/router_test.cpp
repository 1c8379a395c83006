#include "gateway/http/router.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

Router example() {
  Router router;
  router.add("GET", "/", [](Request&) { return Response::text("start"); });
  router.add("GET", "/bericht/{link}", [](Request& r) { return Response::text("link " + r.parameter("link")); });
  router.add("POST", "/bericht/{link}", [](Request&) { return Response::text("posted"); });
  router.add("GET", "/bericht/nieuw", [](Request&) { return Response::text("new"); });
  router.add("HEAD", "/uploads/{id}", [](Request&) { return Response::text("head"); });
  return router;
}

Response ask(const std::string& method, const std::string& path, Request& request) {
  static const Router router = example();
  request.method = method;
  request.path = path;
  return router.dispatch(request);
}

TEST(Router, MatchesSegmentsAndPrefersLiterals) {
  Request request;
  EXPECT_EQ(ask("GET", "/", request).body, "start");
  EXPECT_EQ(ask("GET", "/bericht/abc", request).body, "link abc");
  EXPECT_EQ(request.route, "/bericht/{link}");
  EXPECT_EQ(ask("GET", "/bericht/nieuw", request).body, "new");
  EXPECT_EQ(ask("HEAD", "/bericht/nieuw", request).body, "new");
  EXPECT_EQ(ask("HEAD", "/uploads/1", request).body, "head");
}

TEST(Router, SaysWhatIsNotThereAndWhatIsNotAllowed) {
  Request request;
  EXPECT_EQ(ask("GET", "/elders", request).status, 404);
  EXPECT_EQ(ask("GET", "/bericht/", request).status, 404);
  EXPECT_EQ(ask("GET", "/bericht/a/b", request).status, 404);
  const auto response = ask("DELETE", "/bericht/a", request);
  EXPECT_EQ(response.status, 405);
  EXPECT_TRUE(response.has("Allow"));
}

}  // namespace
}  // namespace zp::gateway
