// gateway/worker/png.h - page images as PNG, in memory (libpng). Pixels come from a cell: sizes are checked, content is
// not looked at.
#ifndef GATEWAY_WORKER_PNG_H_
#define GATEWAY_WORKER_PNG_H_

#include "intake/inspector.h"

namespace zp::gateway {

/// kMalformed if the pixels do not fit the stated size or a side is 0 or over 10,000.
Result<Bytes> encode_png(const intake::PageImage& image);

}  // namespace zp::gateway

#endif  // GATEWAY_WORKER_PNG_H_
