#include "intake/cell/vision/mrz_recogniser.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "intake/cell/vision/mrz_glyphs.h"
#include "intake/cell/vision/mrz_recogniser_weights.h"

namespace zp::intake::vision {
namespace {

// Two letters a weight: 'a' to 'p' stand for 0 to 15, and the byte that they make is 128 more than the weight.
cv::Mat unpacked(std::string_view packed, int rows, int columns, double unit) {
  cv::Mat weights(rows, columns, CV_32F);
  for (int i = 0; i < rows * columns; ++i) {
    const auto at = static_cast<std::size_t>(i) * 2;
    const int byte = (packed[at] - 'a') * 16 + (packed[at + 1] - 'a');
    weights.at<float>(i / columns, i % columns) = static_cast<float>((byte - 128) * unit);
  }
  return weights;
}

struct Layer {
  cv::Mat weights, offsets;

  cv::Mat of(const cv::Mat& inputs) const {
    cv::Mat outputs = inputs * weights;
    for (int row = 0; row < outputs.rows; ++row) outputs.row(row) += offsets;
    return outputs;
  }
};

}  // namespace

std::vector<CellReading> recognise(const cv::Mat& patches) {
  static const Layer first{unpacked(kFirstWeights, kGlyphWidth * kGlyphHeight, kHiddenUnits, kFirstUnit),
                           unpacked(kFirstOffsets, 1, kHiddenUnits, kFirstOffsetUnit)};
  constexpr int kCharacters = static_cast<int>(kGlyphLetters.size());
  static const Layer second{unpacked(kSecondWeights, kHiddenUnits, kCharacters, kSecondUnit),
                            unpacked(kSecondOffsets, 1, kCharacters, kSecondOffsetUnit)};
  const cv::Mat scores = second.of(cv::max(first.of(patches), 0));
  std::vector<CellReading> readings(static_cast<std::size_t>(patches.rows));
  for (int row = 0; row < scores.rows; ++row) {
    const auto* score = scores.ptr<float>(row);
    const float most = *std::max_element(score, score + kCharacters);
    float sum = 0;
    for (int i = 0; i < kCharacters; ++i) sum += std::exp(score[i] - most);
    const float whole = most + std::log(sum);
    for (int i = 0; i < kCharacters; ++i)
      readings[static_cast<std::size_t>(row)].cost[mrz_index(kGlyphLetters[static_cast<std::size_t>(i)])] =
          whole - score[i];
  }
  return readings;
}

}  // namespace zp::intake::vision
