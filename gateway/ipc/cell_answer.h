// gateway/ipc/cell_answer.h - collecting what a cell says, believing none of it unchecked.
//
// Threads: one answer belongs to one call. Nothing in a cell's frames can make these functions fail other than by
// `false`.
#ifndef GATEWAY_IPC_CELL_ANSWER_H_
#define GATEWAY_IPC_CELL_ANSWER_H_

#include <optional>
#include <vector>

#include "intake/cell/protocol.h"
#include "intake/inspector.h"

namespace zp::gateway {

class CellAnswer {
 public:
  using FrameKind = intake::cell::FrameKind;

  virtual ~CellAnswer() = default;
  /// How long a frame of this kind may be now; 0 also for kinds that may not come.
  virtual std::size_t allowed_bytes(FrameKind kind) const = 0;
  /// False: a cell in good order would not have sent this.
  virtual bool take(FrameKind kind, Bytes untrusted_payload) = 0;
  virtual bool complete() const = 0;
  virtual void reset() = 0;

 protected:
  static constexpr std::size_t kProgressBytes = 8;
};

class InspectionAnswer : public CellAnswer {
 public:
  explicit InspectionAnswer(const intake::InspectionRequest& request) : request_(request) {}
  std::size_t allowed_bytes(FrameKind kind) const override;
  bool take(FrameKind kind, Bytes untrusted_payload) override;
  bool complete() const override { return findings_.has_value(); }
  void reset() override;
  /// Call once, when complete.
  intake::Inspection inspection() { return {std::move(*findings_), std::move(images_)}; }

 private:
  bool take_findings(ByteView untrusted_json);
  bool take_image(ByteView untrusted_image);

  const intake::InspectionRequest& request_;
  std::optional<intake::Findings> findings_;
  std::vector<intake::PageImage> images_;
  std::size_t image_bytes_ = 0;
};

/// Contents whose sizes were said before they come, one after the other.
class ComingContents {
 public:
  void expect(Bytes& into, std::size_t size) { coming_.push_back({&into, size}); }
  /// False: more than was said.
  bool take(ByteView untrusted_content);
  bool complete() const;
  std::size_t left() const;

 private:
  struct Coming {
    Bytes* into;
    std::size_t size;
  };
  std::vector<Coming> coming_;
  std::size_t done_ = 0;
};

class MailAnswer : public CellAnswer {
 public:
  explicit MailAnswer(std::size_t raw_bytes) : most_bytes_(kTimesPacked * raw_bytes) {}
  std::size_t allowed_bytes(FrameKind kind) const override;
  bool take(FrameKind kind, Bytes untrusted_payload) override;
  bool complete() const override { return refused_ || (mail_ && contents_.complete()); }
  void reset() override;
  /// The cell could make nothing of it.
  bool refused() const { return refused_; }
  intake::ParsedMail mail() { return std::move(*mail_); }

 private:
  // A part may be shown packed and unpacked (winmail.dat, in one another); nothing in a mail is compressed.
  static constexpr std::size_t kTimesPacked = 4;

  bool take_mail(ByteView untrusted_json);

  std::optional<intake::ParsedMail> mail_;
  ComingContents contents_;
  std::size_t most_bytes_;
  bool refused_ = false;
};

class ScanAnswer : public CellAnswer {
 public:
  explicit ScanAnswer(std::size_t batch_bytes) : batch_bytes_(batch_bytes) {}
  std::size_t allowed_bytes(FrameKind kind) const override;
  bool take(FrameKind kind, Bytes untrusted_payload) override;
  bool complete() const override { return refused_ || (batch_ && contents_.complete()); }
  void reset() override;
  /// The cell could not take it apart.
  bool refused() const { return refused_; }
  intake::ScanBatch batch() { return std::move(*batch_); }

 private:
  bool take_scan(ByteView untrusted_json);

  std::optional<intake::ScanBatch> batch_;
  ComingContents contents_;
  std::size_t batch_bytes_;
  bool refused_ = false;
};

}  // namespace zp::gateway

#endif  // GATEWAY_IPC_CELL_ANSWER_H_
