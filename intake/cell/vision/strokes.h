// intake/cell/vision/strokes.h - patches of ink that might be a signature, and what can be measured of them.
//
// Lengths are in letter heights of the page, so that scale does not matter.
// Threads: free functions.
#ifndef INTAKE_CELL_VISION_STROKES_H_
#define INTAKE_CELL_VISION_STROKES_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "intake/cell/vision/ink.h"

namespace zp::intake::vision {

inline constexpr std::array<std::string_view, 42> kStrokeFeatures = {
    "width",             // letter heights
    "height",            //
    "aspect",            // width by height
    "main_width",        // of the largest connected stroke
    "main_height",       //
    "main_share",        // its part of the ink
    "pieces",            // connected patches, logarithm
    "letter_pieces",     // part of the ink in patches of letter size
    "fill",              // ink by area of the box
    "hull_fill",         // ink by area of the convex hull
    "thickness",         // stroke width by that of the page's letters
    "thickness_spread",  // standard deviation by mean of the stroke width
    "slanted",           // part of the edges that run neither level nor upright
    "spread_of_angles",  // entropy of edge directions, 0 to 1
    "holes",             // loops, logarithm
    "complexity",        // outline by square root of ink
    "ring",              // part of the ink near the outline of the ellipse in the box: stamps
    "colour",            // mean chroma of the ink
    "colour_contrast",   // its chroma against that of the page's letters
    "darkness",          // mean darkness against that of the page's letters
    "in_line",           // printed letters in the same rows, by width of the page
    "row_runs",          // gaps between rows of ink: blocks of text have several
    "low",               // middle of the box, 0 top to 1 bottom of the page
    "edge_distance",     // to the nearest edge of the page, letter heights
    "crowd",             // how many such candidates the page has, logarithm
    "share",             // part of the ink of all candidates
    "frame",             // part of the ink near the outline of the smallest rectangle around it: stamps, boxes
    "straight",          // part of the outline in long straight runs
    "turning",           // radians that the outline turns for each letter height
    "longest",           // outline of the longest connected stroke, logarithm of letter heights
    "alike",             // part of the pieces that are about equally high: words written by hand
    "print_below",       // printed letters just below, by width of the box: a typed name
    "print_above",       // the same above
    "print_inside",      // printed letters in the box, by its area
    "print_left",        // printed letters just left, by height of the box: a label
    "lower",             // part of the page's letters that stand lower
    "middle",            // of the box, 0 left to 1 right
    "page_ink",          // part of the page that is dark: photos, blackened scans
    "page_letters",      // how many printed letters the page has, logarithm
    "larger",            // how many candidates of the page have a larger main stroke, logarithm
    "higher",            // by the usual height of the page's candidates
    "own_colour",        // chroma against that of the page's candidates
};

constexpr std::size_t feature(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(kStrokeFeatures, name) - kStrokeFeatures.begin());
}

using StrokeValues = std::array<double, kStrokeFeatures.size()>;

struct StrokeCandidate {
  cv::Rect box;  // of the working picture
  StrokeValues values{};
};

std::vector<StrokeCandidate> stroke_candidates(const Ink& ink);

}  // namespace zp::intake::vision

#endif  // INTAKE_CELL_VISION_STROKES_H_
