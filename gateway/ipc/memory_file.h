// gateway/ipc/memory_file.h - bytes as a file that lies in memory only.
#ifndef GATEWAY_IPC_MEMORY_FILE_H_
#define GATEWAY_IPC_MEMORY_FILE_H_

#include "crypto/base/bytes.h"
#include "gateway/process/descriptor.h"

namespace zp::gateway {

/// Sealed: nobody can change it any more, so what was hashed is what is read. At its beginning. kIo.
Result<Descriptor> sealed_in_memory(ByteView content);

}  // namespace zp::gateway

#endif  // GATEWAY_IPC_MEMORY_FILE_H_
