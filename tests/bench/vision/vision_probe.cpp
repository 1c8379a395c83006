// vision_probe FILE...: what the vision library sees on each picture, one JSON line per file, with the time it took.
// --blur F: first blurs the page with a Gaussian of F letter heights, to see when `sharp` gives way.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>

#include "intake/cell/vision/ink.h"
#include "intake/cell/vision/vision.h"

namespace {

using namespace zp::intake;
using nlohmann::json;

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

json quality_json(const vision::PageQuality& q) {
  return {{"blank", q.blank},       {"sharp", q.sharp},          {"softness", q.softness}, {"skew", q.skew_degrees},
          {"turns", q.quarter_turns}, {"upside_down", q.upside_down}, {"too_dark", q.too_dark}};
}

json probe(const std::string& path, vision::Engines& engines, double blur) {
  std::ifstream file(path, std::ios::binary);
  const zp::Bytes bytes{std::istreambuf_iterator<char>(file), {}};
  json out{{"file", path}};
  auto start = std::chrono::steady_clock::now();
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
  start = std::chrono::steady_clock::now();
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
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--quality") continue;
    if (std::string(argv[i]) == "--blur" && i + 1 < argc) {
      blur = std::atof(argv[++i]);
      continue;
    }
    std::printf("%s\n", probe(argv[i], *engines, blur).dump().c_str());
    std::fflush(stdout);
  }
}
