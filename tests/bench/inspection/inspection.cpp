// bench_inspection pages FILE.pdf...       processor time of each step for each page, one JSON line each
// bench_inspection signatures FILE.pdf...  processor time of opening the file and the verdict on its digital signatures, and
//                                          the file's size; with the anchors in the file ZP_ANCHORS (PEM) if it is set,
//                                          which are known before as in the broker
// bench_inspection answers SOCKET TIMES    time that passes until the findings of one line of text are there, through a
//                                          broker that keeps two cells warm: asked alone, and the slowest of three at once
// bench_inspection document SOCKET FILE    time that passes until the findings of a file, its pages, and signs of life
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <future>
#include <iterator>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <thread>
#include <vector>

#include "crypto/cms.h"
#include "gateway/ipc/cell_client.h"
#include "intake/cell/pdf_pages.h"
#include "intake/cell/pdf_signatures.h"
#include "intake/cell/pdf_structure.h"
#include "intake/cell/vision/mrz_reader.h"
#include "intake/cell/vision/vision.h"

namespace {

using namespace zp;
using namespace zp::intake;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr int kDpi = 150;

/// Of the processor, for this thread: other programs may run.
double processor_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
}

template <typename Step>
double cost_of(const Step& step) {
  const double begun = processor_ms();
  step();
  return processor_ms() - begun;
}

Bytes read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void print(const json& line) { std::printf("%s\n", line.dump(-1, ' ', false, json::error_handler_t::replace).c_str()); }

void pages(const std::string& path, vision::Engines& engines) {
  const Bytes bytes = read(path);
  const auto document = cell::PdfPages::open(bytes);
  if (!document) return;
  for (std::size_t i = 0; i < document->count(); ++i) {
    cv::Mat page, gray;
    json line = {{"file", path}, {"page", i + 1}};
    line["draw_ms"] = cost_of([&] { page = document->draw(i, kDpi); });
    line["signatures_ms"] = cost_of([&] { vision::find_signatures(page); });
    line["mrz_ms"] = cost_of([&] {
      cv::cvtColor(page, gray, cv::COLOR_BGR2GRAY);
      vision::find_mrz(gray);
    });
    // Eight words of which none names a document: the page needs no reading.
    const std::vector<vision::Word> words(8, {"woord", {0.1, 0.1, 0.1, 0.01}});
    line["without_reading_ms"] = cost_of([&] { vision::examine_page(page, engines, words); });
    line["with_reading_ms"] = cost_of([&] { vision::examine_page(page, engines); });
    print(line);
  }
}

void signatures(const std::string& path, const std::string& anchors) {
  const Bytes bytes = read(path);
  json line = {{"file", path}, {"bytes", bytes.size()}};
  line["verdict_ms"] = cost_of([&] {
    try {
      const cell::SignaturePolicy policy{cell::trust_anchors(anchors), 1'790'000'000};
      line["signatures"] = cell::check_signatures(bytes, *cell::open_pdf(bytes), false, policy).size();
    } catch (const std::exception&) {  // locked
    }
  });
  print(line);
}

double answer_ms(const std::string& socket) {
  const auto inspector = gateway::connect_cells(socket);
  const auto begun = Clock::now();
  if (!inspector->inspect(as_bytes("Een regel."), {})) return -1;
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

void answers(const std::string& socket, int times) {
  for (int i = 0; i < times; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the broker makes a new cell
    json line = {{"warm_ms", answer_ms(socket)}};
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::vector<std::future<double>> all;
    for (int client = 0; client < 3; ++client) all.push_back(std::async(std::launch::async, answer_ms, socket));
    double slowest = 0;
    for (auto& one : all) slowest = std::max(slowest, one.get());
    line["cold_ms"] = slowest;
    print(line);
  }
}

void document(const std::string& socket, const std::string& path) {
  const auto inspector = gateway::connect_cells(socket);
  const Bytes bytes = read(path);
  const auto begun = Clock::now();
  const auto inspection = inspector->inspect(bytes, {});
  print({{"seconds", std::chrono::duration<double>(Clock::now() - begun).count()},
         {"pages", inspection ? inspection->findings.pages.size() : 0},
         {"hazards", inspection ? inspection->findings.hazards : std::vector<std::string>()}});
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[1] : "";
  if (what == "answers" && argc == 4) {
    answers(argv[2], std::atoi(argv[3]));
  } else if (what == "document" && argc == 4) {
    document(argv[2], argv[3]);
  } else if (what == "signatures") {
    // The first goes unmeasured: it pays for what the library sets up.
    const std::string anchors = std::getenv("ZP_ANCHORS") ? std::string(as_text(read(std::getenv("ZP_ANCHORS")))) : "";
    crypto::load_cms_algorithms();  // as before cells are forked
    cell::know_anchors(anchors);
    signatures(argv[2], anchors);
    for (int i = 2; i < argc; ++i) signatures(argv[i], anchors);
  } else if (what == "pages") {
    auto engines = vision::Engines::create();
    if (!engines) return 1;
    cell::prepare_poppler();
    for (int i = 2; i < argc; ++i) pages(argv[i], *engines);
  } else {
    std::fprintf(stderr,
                 "usage: bench_inspection pages|signatures FILE..., answers SOCKET TIMES, document SOCKET FILE\n");
    return 2;
  }
  return 0;
}
