// gateway/mail/parcel.h - the sealed files of one tray item while it comes in.
//
// A small item stays in memory and is published in a bundle with others; one that grows is written to a bundle of its own,
// and a large one to a folder.
// Threads: one parcel belongs to one thread.
#ifndef GATEWAY_MAIL_PARCEL_H_
#define GATEWAY_MAIL_PARCEL_H_

#include <optional>
#include <string>

#include "gateway/store/bundler.h"
#include "gateway/store/files.h"

namespace zp::gateway {

class Parcel {
 public:
  /// `object`: the name of its file. `tray` and `bundler` outlive the parcel.
  Parcel(const Tray& tray, Bundler& bundler, const Id& id, std::string object)
      : tray_(tray), bundler_(bundler), id_(id), object_(std::move(object)) {}
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;
  /// Leaves nothing behind unless it was published.
  ~Parcel();
  /// From the start in a folder: for an item whose id may be in the tray already (kExists).
  Result<void> begin_folder();
  /// Sealed bytes of the object.
  Result<void> append(ByteView sealed);
  /// Durable on return.
  Result<void> publish(Bytes manifest, const std::string& item_json);

 private:
  const Tray& tray_;
  Bundler& bundler_;
  const Id id_;
  const std::string object_;
  Bytes small_;
  std::optional<StreamedItem> streamed_;
  std::string folder_;  // empty until it is large
  std::optional<FileWriter> file_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_MAIL_PARCEL_H_
