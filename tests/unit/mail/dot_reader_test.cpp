#include "gateway/mail/dot_reader.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

struct Read {
  std::string content, rest;
  bool ended;
};

Read read_in_pieces(std::string_view wire, std::size_t piece) {
  DotReader reader;
  Read read{{}, {}, false};
  while (!wire.empty() && !reader.ended()) {
    const std::string_view now = wire.substr(0, piece);
    const std::size_t used = reader.take(as_bytes(now), [&](ByteView bytes) { read.content += as_text(bytes); });
    EXPECT_TRUE(used == now.size() || reader.ended());
    wire.remove_prefix(used);
  }
  read.rest = wire;
  read.ended = reader.ended();
  return read;
}

void expect_read(std::string_view wire, std::string_view content, std::string_view rest, bool ended = true) {
  for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
    const Read read = read_in_pieces(wire, piece);
    EXPECT_EQ(read.content, content) << "in pieces of " << piece;
    EXPECT_EQ(read.ended, ended) << "in pieces of " << piece;
    if (ended) {
      EXPECT_EQ(read.rest, rest) << "in pieces of " << piece;
    }
  }
}

TEST(DotReader, EndsAtCrLfDotCrLf) { expect_read("a\r\nb\r\n.\r\nQUIT\r\n", "a\r\nb\r\n", "QUIT\r\n"); }
TEST(DotReader, AnEmptyMessageIsADotAlone) { expect_read(".\r\n", "", ""); }
TEST(DotReader, TakesOutTheStuffedDotOnly) { expect_read("..\r\n...x\r\n.\r\n", ".\r\n..x\r\n", ""); }
TEST(DotReader, ADotInsideALineIsContent) { expect_read("a.b.\r\n.\r\n", "a.b.\r\n", ""); }

TEST(DotReader, NoLookAlikeOfTheEndEndsAMessage) {
  for (const std::string_view fake : {"a\n.\nb", "a\n.\r\nb", "a\r.\rb", "a\r.\r\nb", "a\r\r.\r\nb", "a\n\r.\r\nb"})
    expect_read(std::string(fake) + "\r\n.\r\n", std::string(fake) + "\r\n", "");
  expect_read("a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", "");  // the leading dot is stuffing, whatever follows
  expect_read("a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", "");
  expect_read("a\r\n.\r\rb\r\n.\r\n", "a\r\n\r\rb\r\n", "");
  expect_read("a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n", "");
}

TEST(DotReader, ACutMessageNeverEnds) {
  expect_read("a\r\n.\r", "a\r\n", "", false);
  expect_read("a\r\n.", "a\r\n", "", false);
}

TEST(DotReader, EveryByteValueComesThrough) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  expect_read("x" + all + "\r\n.\r\n", "x" + all + "\r\n", "");
}

}  // namespace
}  // namespace zp::gateway
