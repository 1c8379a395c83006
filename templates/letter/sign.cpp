#include <fmt/format.h>

#include <algorithm>

#include "crypto/hash.h"
#include "templates/letter/letter.h"
#include "templates/letter/signature.h"

namespace zp::templates {
namespace {

constexpr const char* kOperation = "sign PDF";

/// Offsets of the hex string of /Contents, its angle brackets included.
struct Gap {
  std::size_t begin, end;
};

/// The signature dictionary is the one with our placeholder; text of a letter cannot contain it, because page
/// contents are compressed.
Result<Gap> find_gap(std::string_view pdf, std::size_t& range_at) {
  range_at = pdf.rfind(kByteRangePlaceholder);
  if (range_at == std::string_view::npos) return fail(Code::kMalformed, kOperation, "no room for a signature");
  const std::string contents = "/Contents <" + std::string(kCmsBytes * 2, '0') + ">";
  const std::size_t at = pdf.find(contents, range_at);
  const std::size_t before = at == std::string_view::npos ? pdf.rfind(contents, range_at) : at;
  if (before == std::string_view::npos) return fail(Code::kMalformed, kOperation, "no room for a signature");
  return Gap{before + 10, before + contents.size()};
}

crypto::Digest digest_around(const Bytes& pdf, const Gap& gap) {
  crypto::Sha256 hash;
  hash.append(ByteView(pdf).first(gap.begin));
  hash.append(ByteView(pdf).subspan(gap.end));
  return hash.finish();
}

}  // namespace

Result<Bytes> sign_pdf(Bytes pdf, const std::function<Result<Bytes>(ByteView digest)>& sign) {
  std::size_t range_at = 0;
  TRY_ASSIGN(const Gap gap, find_gap({reinterpret_cast<const char*>(pdf.data()), pdf.size()}, range_at));
  std::string range = fmt::format("[ 0 {} {} {} ]", gap.begin, gap.end, pdf.size() - gap.end);
  range.resize(std::string_view(kByteRangePlaceholder).size(), ' ');
  std::copy(range.begin(), range.end(), pdf.begin() + static_cast<std::ptrdiff_t>(range_at));
  const crypto::Digest digest = digest_around(pdf, gap);
  TRY_ASSIGN(const Bytes cms, sign(digest));
  if (cms.size() > kCmsBytes)
    return fail(Code::kTooLarge, kOperation, fmt::format("signature of {} bytes, room for {}", cms.size(), kCmsBytes));
  auto out = pdf.begin() + static_cast<std::ptrdiff_t>(gap.begin) + 1;
  for (const std::uint8_t byte : cms) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    *out++ = static_cast<std::uint8_t>(kDigits[byte >> 4]);
    *out++ = static_cast<std::uint8_t>(kDigits[byte & 15]);
  }
  return pdf;
}

}  // namespace zp::templates
