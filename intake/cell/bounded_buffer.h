// intake/cell/bounded_buffer.h - the end of a QPDF pipeline that keeps so many bytes and no more.
#ifndef INTAKE_CELL_BOUNDED_BUFFER_H_
#define INTAKE_CELL_BOUNDED_BUFFER_H_

#include <cstddef>
#include <qpdf/Pipeline.hh>
#include <utility>

#include "crypto/base/bytes.h"

namespace zp::intake::cell {

struct TooMuch {};  // no std::exception: QPDF would take that for a damaged stream and go on

/// Keeps what is written to it, and throws TooMuch when it becomes too much: a filter can blow up a thousandfold.
class BoundedBuffer : public Pipeline {
 public:
  explicit BoundedBuffer(std::size_t most) : Pipeline("bounded", nullptr), most_(most) {}
  void write(unsigned char const* data, std::size_t size) override {
    if (bytes_.size() + size > most_) throw TooMuch();
    bytes_.insert(bytes_.end(), data, data + size);
  }
  void finish() override {}
  Bytes take() { return std::move(bytes_); }

 private:
  std::size_t most_;
  Bytes bytes_;
};

/// Counts what is written to it and keeps nothing; throws TooMuch like its brother.
class BoundedCount : public Pipeline {
 public:
  explicit BoundedCount(std::size_t most) : Pipeline("counted", nullptr), left_(most) {}
  void write(unsigned char const*, std::size_t size) override {
    if (size > left_) throw TooMuch();
    left_ -= size;
  }
  void finish() override {}
  std::size_t left() const { return left_; }

 private:
  std::size_t left_;
};

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_BOUNDED_BUFFER_H_
