// gateway/public/code_slot.h - bounds how many Argon2id computations (64 MiB each) run at once.
#ifndef GATEWAY_PUBLIC_CODE_SLOT_H_
#define GATEWAY_PUBLIC_CODE_SLOT_H_

#include <semaphore>

namespace zp::gateway {

using CodeSlots = std::counting_semaphore<64>;

/// Waits for a slot and holds it.
class CodeSlot {
 public:
  explicit CodeSlot(CodeSlots& slots) : slots_(slots) { slots_.acquire(); }
  ~CodeSlot() { slots_.release(); }
  CodeSlot(const CodeSlot&) = delete;
  CodeSlot& operator=(const CodeSlot&) = delete;

 private:
  CodeSlots& slots_;
};

}  // namespace zp::gateway

#endif  // GATEWAY_PUBLIC_CODE_SLOT_H_
