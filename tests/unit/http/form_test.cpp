#include "gateway/http/form.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "gateway/http/csrf.h"

namespace zp::gateway {
namespace {

/// A request whose body arrives in pieces of `piece` bytes and may be cut before its announced length.
Request with_body(std::string type, std::string body, std::size_t piece = 7, std::size_t cut = 0) {
  Request request;
  request.method = "POST";
  request.headers.emplace_back("content-type", std::move(type));
  request.content_length = body.size() + cut;
  request.source = [body, piece, at = std::size_t{0}](std::span<std::uint8_t> out) mutable -> Result<std::size_t> {
    const auto count = std::min({piece, out.size(), body.size() - at});
    std::memcpy(out.data(), body.data() + at, count);
    at += count;
    return count;
  };
  return request;
}

struct Taken {
  Form fields;
  std::vector<std::pair<FilePart, std::string>> files;
  int ended = 0;
  MultipartSink sink() {
    return {.field = [this](const auto& n, const auto& v) -> Result<void> {
              fields[n] = v;
              return {};
            },
            .file_begin = [this](const FilePart& part) -> Result<void> {
              files.emplace_back(part, "");
              return {};
            },
            .file_data = [this](ByteView b) -> Result<void> {
              files.back().second += as_text(b);
              return {};
            },
            .file_end = [this]() -> Result<void> {
              ++ended;
              return {};
            }};
  }
};

const std::string kType = "multipart/form-data; boundary=XyZ";
const std::string kBody =
    "--XyZ\r\nContent-Disposition: form-data; name=\"slot\"\r\n\r\nverzoek\r\n"
    "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../\xC3\xA9.pdf\"\r\nContent-Type: "
    "application/pdf\r\n\r\n"
    "data\r\n--Xy \r\n--not\r\n--XyZ--\r\n";

TEST(Form, ReadsUrlencoded) {
  const auto form = parse_form("a=1&b=x+y%0D%0Az&a=2&leeg=");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->at("a"), "2");
  EXPECT_EQ(form->at("b"), "x y\r\nz");
  EXPECT_EQ(form->at("leeg"), "");
}

TEST(Form, RefusesWhatIsNoText) {
  for (const char* body : {"a=%00", "a=%ff", "a=%ED%A0%80", "a=%C0%AF", "a=%1b", "a=%7"})
    EXPECT_FALSE(parse_form(body)) << body;
  std::string many;
  for (std::size_t i = 0; i <= kMaxFormFields; ++i) many += "f" + std::to_string(i) + "=1&";
  EXPECT_FALSE(parse_form(many));
  EXPECT_FALSE(parse_form("a=" + std::string(kMaxFieldBytes + 1, 'x')));
}

TEST(Multipart, StreamsFilesWhateverThePieces) {
  for (std::size_t piece = 1; piece < 80; ++piece) {
    auto request = with_body(kType, kBody, piece);
    Taken taken;
    ASSERT_TRUE(read_multipart(request, taken.sink())) << piece;
    EXPECT_EQ(taken.fields["slot"], "verzoek");
    ASSERT_EQ(taken.files.size(), 1u);
    EXPECT_EQ(taken.files[0].first.file_name, "../\xC3\xA9.pdf");
    EXPECT_EQ(taken.files[0].first.type, "application/pdf");
    EXPECT_EQ(taken.files[0].second, "data\r\n--Xy \r\n--not");
    EXPECT_EQ(taken.ended, 1);
  }
}

TEST(Multipart, NeverTakesACutBodyForAWholeOne) {
  for (std::size_t length = 0; length + 5 < kBody.size(); ++length) {
    auto announced_less = with_body(kType, kBody.substr(0, length));
    Taken taken;
    EXPECT_FALSE(read_multipart(announced_less, taken.sink())) << length;
    EXPECT_EQ(taken.ended, 0);
    auto cut_off = with_body(kType, kBody.substr(0, length), 7, 10);
    EXPECT_FALSE(read_multipart(cut_off, taken.sink())) << length;
  }
}

TEST(Multipart, RefusesABodyWithoutBoundary) {
  Taken taken;
  for (const char* type : {"multipart/form-data", "text/plain; boundary=XyZ"}) {
    auto request = with_body(type, kBody);
    EXPECT_FALSE(read_multipart(request, taken.sink()));
  }
}

TEST(Csrf, TakesOnlyTheSessionsOwnToken) {
  const auto secret = SecretBytes::random(32), other = SecretBytes::random(32);
  EXPECT_TRUE(csrf_matches(secret, csrf_token(secret)));
  EXPECT_FALSE(csrf_matches(secret, csrf_token(other)));
  EXPECT_FALSE(csrf_matches(secret, ""));
}

TEST(Csrf, BelievesTheBrowserAboutOtherSites) {
  Request request;
  EXPECT_TRUE(from_own_site(request, "https://a.nl"));
  request.headers = {{"origin", "https://evil.nl"}};
  EXPECT_FALSE(from_own_site(request, "https://a.nl"));
  request.headers = {{"origin", "https://a.nl"}, {"sec-fetch-site", "same-origin"}};
  EXPECT_TRUE(from_own_site(request, "https://a.nl"));
  request.headers = {{"origin", "null"}, {"sec-fetch-site", "cross-site"}};
  EXPECT_FALSE(from_own_site(request, "https://a.nl"));
}

}  // namespace
}  // namespace zp::gateway
