// vision_probe FILE...: what the vision library sees on each picture, one JSON line per file, with the time it took.
// --blur F: first blurs the page with a Gaussian of F letter heights, to see when `sharp` gives way.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/mrz_reader.h"
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

json probe(const std::string& path, vision::Engines& engines, double blur, bool candidates, bool mrz_only,
           bool examine) {
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
  if (mrz_only) {
    cv::Mat gray;
    cv::cvtColor(page, gray, cv::COLOR_BGR2GRAY);
    start = std::clock();
    const auto found = vision::find_mrz(gray);
    out["mrz_ms"] = milliseconds_since(start);
    if (found) {
      out["lines"] = found->parsed.mrz.lines;
      out["score"] = found->score;
      out["checks_ok"] = found->parsed.mrz.checks_ok;
      out["corrected"] = found->parsed.mrz.corrected;
      out["type"] = found->parsed.document_type;
    }
    return out;
  }
  if (candidates) {
    const int turns = vision::page_quality(page, &engines).quarter_turns;
    page = vision::turned(page, turns);
    out["turns"] = turns;
    start = std::clock();
    const auto ink = vision::find_ink(page);
    const auto found = vision::stroke_candidates(ink);
    out["signature_ms"] = milliseconds_since(start);
    out["candidates"] = json::array();
    for (const auto& c : found) {
      const Box box = vision::fraction_of(c.box, ink.gray.size());
      out["candidates"].push_back({{"box", {box.x, box.y, box.w, box.h}}, {"values", c.values}});
    }
    return out;
  }
  if (examine) {
    start = std::clock();
    const auto report = vision::examine_page(page, engines);
    out["examine_ms"] = milliseconds_since(start);
    out["quality"] = quality_json(report.quality);
    out["text"] = report.findings.text;
    for (const auto& s : report.findings.handwritten_signatures)
      out["signatures"].push_back({s.box.x, s.box.y, s.box.w, s.box.h, s.confidence});
    for (const auto& f : report.findings.signature_fields)
      out["fields"].push_back({{"box", {f.box.x, f.box.y, f.box.w, f.box.h}}, {"state", f.state}, {"whose", f.whose}});
    for (const IdentityDocument& document : report.identities) {
      json one = {{"type", document.document_type},
                  {"bsn", document.bsn_boxes.size()},
                  {"shortcomings", document.shortcomings}};
      if (const auto& b = document.photo_box) one["photo"] = {b->x, b->y, b->w, b->h};
      const Box& a = document.area;
      one["area"] = {a.x, a.y, a.w, a.h};
      if (document.mrz) one["mrz"] = document.mrz->lines;
      out["identities"].push_back(one);
      if (!out.contains("identity")) out["identity"] = one;
    }
    return out;
  }
  start = std::clock();
  out["quality"] = quality_json(vision::page_quality(page, blur > 0 ? nullptr : &engines));
  out["quality_ms"] = milliseconds_since(start);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  auto engines = vision::Engines::create();
  if (!engines) {
    std::fprintf(stderr, "%s\n", engines.error().message().c_str());
    return 1;
  }
  double blur = 0;
  bool candidates = false, mrz_only = false, examine = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--quality") continue;
    if (std::string(argv[i]) == "--examine") {
      examine = true;
      continue;
    }
    if (std::string(argv[i]) == "--mrz") {
      mrz_only = true;
      continue;
    }
    if (std::string(argv[i]) == "--candidates") {
      candidates = true;
      continue;
    }
    if (std::string(argv[i]) == "--blur" && i + 1 < argc) {
      blur = std::atof(argv[++i]);
      continue;
    }
    std::printf("%s\n", probe(argv[i], *engines, blur, candidates, mrz_only, examine).dump().c_str());
    std::fflush(stdout);
  }
}
