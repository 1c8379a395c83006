// bench_parsing here FILE...          takes each mail apart in this process, as a cell does; a JSON line each: its bytes, the
//                                     processor time, and name and sums of each part
// bench_parsing cells SOCKET FILE...  through the cells of a broker, two at a time: the mails and the seconds that passed
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "crypto/cms.h"
#include "crypto/hash.h"
#include "gateway/ipc/cell_client.h"
#include "intake/cell/mail.h"
#include "intake/submission.h"

namespace {

using namespace zp;
using nlohmann::json;

constexpr std::int64_t kAt = 1'795'000'000;  // 2026-11-18

/// Of the processor, for this thread: other programs may run.
double processor_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
}

Bytes read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void print(const json& line) { std::printf("%s\n", line.dump(-1, ' ', false, json::error_handler_t::replace).c_str()); }

/// Its line ends may have been changed on the way: CRLF is LF, and the last ones do not count.
std::string sum_without_cr(ByteView content) {
  std::string text(as_text(content));
  std::string kept;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') kept += text[i];
  kept.erase(kept.find_last_not_of("\r\n") + 1);
  return to_hex(crypto::sha256(as_bytes(kept)));
}

void here(const std::string& path) {
  const Bytes bytes = read(path);
  const double begun = processor_ms();
  const auto mail = intake::cell::read_mail(bytes, {{}, kAt});
  json line = {{"file", path}, {"bytes", bytes.size()}, {"ms", processor_ms() - begun}, {"is_mail", mail.has_value()}};
  line["parts"] = json::array();
  if (mail && bytes.size() < 10'000'000)
    for (const auto& part : mail->parts)
      line["parts"].push_back({{"names", {part.name, intake::clean_file_name(part.name)}},
                               {"sums", {to_hex(crypto::sha256(part.content)), sum_without_cr(part.content)}}});
  print(line);
}

void through_cells(const std::string& socket, const std::vector<std::string>& paths) {
  const auto inspector = gateway::connect_cells(socket);
  std::vector<Bytes> mails;
  for (const std::string& path : paths) mails.push_back(read(path));
  std::atomic<std::size_t> next = 0, answered = 0;
  const auto work = [&] {
    for (std::size_t i; (i = next++) < mails.size();) {
      const auto mail = inspector->parse_mail(mails[i]);
      if (mail || mail.error().code == Code::kMalformed) ++answered;
    }
  };
  const auto begun = std::chrono::steady_clock::now();
  { const std::jthread one(work), two(work); }
  print({{"mails", mails.size()},
         {"answered", answered.load()},
         {"seconds", std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count()}});
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) return 2;
  if (arguments[0] == "here") {
    crypto::load_cms_algorithms();
    intake::cell::prepare_mail();
    std::for_each(arguments.begin() + 1, arguments.end(), here);
    return 0;
  }
  if (arguments[0] != "cells" || arguments.size() < 3) return 2;
  through_cells(arguments[1], {arguments.begin() + 2, arguments.end()});
  return 0;
}
