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

class MailAnswer : public CellAnswer {
 public:
  explicit MailAnswer(std::size_t raw_bytes)
      : bytes_left_(kTimesPacked * raw_bytes), most_bytes_(kTimesPacked * raw_bytes) {}
  std::size_t allowed_bytes(FrameKind kind) const override;
  bool take(FrameKind kind, Bytes untrusted_payload) override;
  bool complete() const override { return refused_ || (mail_ && parts_done_ == mail_->parts.size()); }
  void reset() override;
  /// The cell could make nothing of it.
  bool refused() const { return refused_; }
  intake::ParsedMail mail() { return std::move(*mail_); }

 private:
  // A part may be shown packed and unpacked (winmail.dat, in one another); nothing in a mail is compressed.
  static constexpr std::size_t kTimesPacked = 4;

  bool take_mail(ByteView untrusted_json);
  bool take_part(ByteView untrusted_content);
  void skip_empty_parts();

  std::optional<intake::ParsedMail> mail_;
  std::vector<std::size_t> part_sizes_;
  std::size_t parts_done_ = 0;
  std::size_t bytes_left_, most_bytes_;
  bool refused_ = false;
};

}  // namespace zp::gateway

#endif  // GATEWAY_IPC_CELL_ANSWER_H_
