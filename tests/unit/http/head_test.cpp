#include "gateway/http/head.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

int status_of(std::string_view head) {
  const auto parsed = parse_head(head);
  return parsed ? 200 : parsed.error().status;
}

TEST(Head, TakesAnOrdinaryRequest) {
  const auto head = parse_head(
      "POST /a%20b/c?x=1&y=%C3%A9+z HTTP/1.1\r\nHost: post.example\r\nContent-Length: 12\r\nCookie: a=1; "
      "__Host-b=2\r\n"
      "Expect: 100-continue\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->request.method, "POST");
  EXPECT_EQ(head->request.path, "/a b/c");
  EXPECT_EQ(head->request.query_value("y"), "é z");
  EXPECT_EQ(head->request.content_length, 12u);
  EXPECT_EQ(head->request.cookie("__Host-b"), "2");
  EXPECT_EQ(head->request.cookie("b"), "");
  EXPECT_TRUE(head->expects_continue);
  EXPECT_TRUE(head->keep_alive);
}

TEST(Head, RefusesEveryWayToDisagreeAboutTheEnd) {
  const std::string start = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(status_of(start + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"), 400);
  EXPECT_EQ(status_of(start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(status_of(start + "Content-Length: 5, 5\r\n\r\n"), 400);
  EXPECT_EQ(status_of(start + "Content-Length: -1\r\n\r\n"), 400);
  EXPECT_EQ(status_of(start + "Content-Length: +5\r\n\r\n"), 400);
  EXPECT_EQ(status_of(start + "Content-Length: 99999999999999999999\r\n\r\n"), 400);
  EXPECT_EQ(status_of(start + "Content-Length:\r\n\r\n"), 400);
  EXPECT_EQ(status_of(start + "Content-Length : 5\r\n\r\n"), 400);
  EXPECT_EQ(status_of(start + " Content-Length: 5\r\n\r\n"), 400);
  EXPECT_EQ(status_of(start + "Transfer-Encoding: chunked\r\n\r\n"), 411);
  EXPECT_EQ(status_of(start + "Transfer-Encoding: chunked, identity\r\n\r\n"), 411);
}

TEST(Head, RefusesMalformedLines) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(status_of(std::string("GET / HTTP/1.1\r\nHost: x\0y\r\n\r\n", 29)), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x\r\nA: b\n c\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET  / HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
  EXPECT_EQ(status_of("\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n"), 417);
}

TEST(Head, RefusesPathsThatMeanTwoThings) {
  for (const char* path : {"/../etc", "/a/%2e%2e/b", "/a%2fb", "/a%5cb", "/a%00", "/%zz", "/.", "/a%0d%0ab"})
    EXPECT_EQ(status_of("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n"), 400) << path;
}

TEST(Head, RefusesTooMuch) {
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 100; ++i) many += "A: b\r\n";
  EXPECT_EQ(status_of(many + "\r\n"), 431);
  EXPECT_EQ(status_of("GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
}

}  // namespace
}  // namespace zp::gateway
