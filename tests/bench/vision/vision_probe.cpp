// vision_probe FILE...: what the vision library sees on each picture, one JSON line per file, with the time it took.
// --blur F: first blurs the page with a Gaussian of F letter heights, to see when `sharp` gives way.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/mrz_reader.h"
#include "intake/cell/vision/reading.h"
#include "intake/cell/vision/signatures.h"
#include "intake/cell/vision/strokes.h"
#include "intake/cell/vision/vision.h"

namespace {

using namespace zp::intake;
using nlohmann::json;

// Time of the processor, not of the clock on the wall: other programs may run.
double milliseconds_since(std::clock_t start) {
  return 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

json quality_json(const vision::PageQuality& q) {
  return {{"blank", q.blank},       {"sharp", q.sharp},         {"softness", q.softness},
          {"skew", q.skew_degrees}, {"turns", q.quarter_turns}, {"upside_down", q.upside_down},
          {"too_dark", q.too_dark}};
}

enum class Look { kQuality, kCandidates, kWords, kMrz, kExamine };

// --words: also what the words on the page say of each candidate, which takes ten times as long.
void show_candidates(const cv::Mat& picture, vision::Engines& engines, bool with_words, json& out) {
  const int turns = vision::page_quality(picture, &engines).quarter_turns;
  const cv::Mat page = vision::turned(picture, turns);
  out["turns"] = turns;
  const auto start = std::clock();
  const auto ink = vision::find_ink(page);
  const auto found = vision::stroke_candidates(ink);
  out["signature_ms"] = milliseconds_since(start);
  const auto words = with_words ? vision::telling_words(ink, engines) : std::vector<vision::Word>{};
  const auto places = vision::labelled_places(ink, words);
  out["candidates"] = json::array();
  for (const auto& c : found) {
    const Box box = vision::fraction_of(c.box, ink.gray.size());
    json candidate{{"box", {box.x, box.y, box.w, box.h}}, {"values", c.values}};
    if (with_words) candidate["context"] = vision::context_of(box, ink, words, places);
    out["candidates"].push_back(std::move(candidate));
  }
}

void show_mrz(const cv::Mat& page, json& out) {
  cv::Mat gray;
  cv::cvtColor(page, gray, cv::COLOR_BGR2GRAY);
  const auto start = std::clock();
  const auto found = vision::find_mrz(gray);
  out["mrz_ms"] = milliseconds_since(start);
  if (!found) return;
  out["lines"] = found->parsed.mrz.lines;
  out["score"] = found->score;
  out["checks_ok"] = found->parsed.mrz.checks_ok;
  out["corrected"] = found->parsed.mrz.corrected;
  out["type"] = found->parsed.document_type;
}

json identity_json(const IdentityDocument& document) {
  const Box& a = document.area;
  json one = {{"type", document.document_type},
              {"bsn", document.bsn_boxes.size()},
              {"shortcomings", document.shortcomings},
              {"area", {a.x, a.y, a.w, a.h}}};
  if (const auto& b = document.photo_box) one["photo"] = {b->x, b->y, b->w, b->h};
  one["ghosts"] = document.ghost_boxes.size();
  if (!document.printed_expiry.empty()) one["printed_expiry"] = document.printed_expiry;
  if (document.mrz) one["mrz"] = document.mrz->lines;
  if (const auto& z = document.mrz_box) one["zone"] = {z->x, z->y, z->w, z->h};
  return one;
}

void show_everything(const cv::Mat& page, vision::Engines& engines, json& out) {
  const auto start = std::clock();
  const auto report = vision::examine_page(page, engines);
  out["examine_ms"] = milliseconds_since(start);
  out["quality"] = quality_json(report.quality);
  out["text"] = report.findings.text;
  for (const auto& s : report.findings.handwritten_signatures)
    out["signatures"].push_back({s.box.x, s.box.y, s.box.w, s.box.h, s.confidence});
  for (const auto& f : report.findings.signature_fields)
    out["fields"].push_back({{"box", {f.box.x, f.box.y, f.box.w, f.box.h}}, {"state", f.state}, {"whose", f.whose}});
  for (const IdentityDocument& document : report.identities) out["identities"].push_back(identity_json(document));
}

json probe(const std::string& path, vision::Engines& engines, double blur, Look look) {
  std::ifstream file(path, std::ios::binary);
  const zp::Bytes bytes{std::istreambuf_iterator<char>(file), {}};
  json out{{"file", path}};
  auto start = std::clock();
  const auto decoded = vision::decode_image(bytes);
  out["decode_ms"] = milliseconds_since(start);
  if (!decoded) {
    out["error"] = decoded.error().message();
    return out;
  }
  cv::Mat page = decoded->pages.at(0);
  out["width"] = page.cols;
  out["height"] = page.rows;
  if (blur > 0) {
    const auto ink = vision::find_ink(page);
    cv::GaussianBlur(page, page, {}, blur * (ink.letter_height > 0 ? ink.letter_height : 15) / ink.scale);
  }
  if (look == Look::kMrz) show_mrz(page, out);
  if (look == Look::kCandidates || look == Look::kWords) show_candidates(page, engines, look == Look::kWords, out);
  if (look == Look::kExamine) show_everything(page, engines, out);
  if (look == Look::kQuality) {
    start = std::clock();
    out["quality"] = quality_json(vision::page_quality(page, blur > 0 ? nullptr : &engines));
    out["quality_ms"] = milliseconds_since(start);
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  auto engines = vision::Engines::create();
  if (!engines) {
    std::fprintf(stderr, "%s\n", engines.error().message().c_str());
    return 1;
  }
  static const std::map<std::string, Look> kLooks = {{"--quality", Look::kQuality},
                                                     {"--candidates", Look::kCandidates},
                                                     {"--words", Look::kWords},
                                                     {"--mrz", Look::kMrz},
                                                     {"--examine", Look::kExamine}};
  double blur = 0;
  Look look = Look::kQuality;
  for (int i = 1; i < argc; ++i) {
    if (const auto chosen = kLooks.find(argv[i]); chosen != kLooks.end()) {
      look = chosen->second;
    } else if (std::string(argv[i]) == "--blur" && i + 1 < argc) {
      blur = std::atof(argv[++i]);
    } else {
      std::printf("%s\n", probe(argv[i], *engines, blur, look).dump().c_str());
      std::fflush(stdout);
    }
  }
}
