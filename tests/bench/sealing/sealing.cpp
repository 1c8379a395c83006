// Sealing beside its yardsticks, in one program, so that random interleaving shows both sides the same machine.
//   seal_memory, aead_memory   an object, and bare AES-256-GCM over 64 KiB pieces; the result goes nowhere
//   seal_file, gpg_file        a file that is read and sealed; the result goes nowhere
//              gpg_stored      the same without gpg's compression, which gains nothing on scans
//   seal_copy, gpg_copy        a file that is read, sealed and written beside it; neither side syncs
// Time is processor time: of this thread, or of the gpg process. Files come from and go to the page cache, so on an idle machine it is the
// time that passes; on a busy one it leaves out the others.
//
// usage: bench_sealing FOLDER FINGERPRINT [--benchmark_...]
// FOLDER holds input-1, input-10 and input-100 (that many million bytes) and gnupg, a home with the key FINGERPRINT.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <memory>

#include "crypto/object.h"
#include "gateway/store/files.h"

namespace {

using namespace zp;

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::size_t kReadBytes = 64 * 1024;

std::string folder, fingerprint;

std::string input(const benchmark::State& state) { return fmt::format("{}/input-{}", folder, state.range(0)); }
std::string output() { return folder + "/output"; }

void count(benchmark::State& state) { state.SetBytesProcessed(state.iterations() * state.range(0) * kMillion); }

void timed(benchmark::State& state, const std::function<void()>& body) {
  const auto now = [] {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  };
  const double begin = now();
  body();
  state.SetIterationTime(now() - begin);
}

/// Keeps the compiler from dropping what nobody reads.
Result<void> nowhere(ByteView bytes) {
  benchmark::DoNotOptimize(bytes.data());
  return {};
}

void seal_memory(benchmark::State& state) {
  const Bytes plain(static_cast<std::size_t>(state.range(0) * kMillion), 0x5a);
  const auto key = crypto::DataKey::generate();
  for (auto _ : state)
    timed(state, [&] {
      crypto::ObjectWriter writer(key, {Id::random(), Id::random()}, nowhere);
      for (ByteView rest = plain; !rest.empty(); rest = rest.subspan(std::min(rest.size(), kReadBytes)))
        ZP_CHECK(writer.append(rest.first(std::min(rest.size(), kReadBytes))).has_value());
      ZP_CHECK(writer.finish().has_value());
    });
  count(state);
}

void aead_memory(benchmark::State& state) {
  const Bytes plain(static_cast<std::size_t>(state.range(0) * kMillion), 0x5a);
  const std::array<std::uint8_t, 32> key{1};
  std::array<std::uint8_t, 12> nonce{};
  Bytes sealed(kReadBytes + 16);
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  EVP_CIPHER_CTX* const c = context.get();
  ZP_CHECK(EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), nullptr, key.data(), nullptr) == 1);
  const auto seal_chunk = [&](ByteView chunk) {
    int size = 0;
    ++nonce[0];
    ZP_CHECK(EVP_EncryptInit_ex(c, nullptr, nullptr, nullptr, nonce.data()) == 1);
    ZP_CHECK(EVP_EncryptUpdate(c, sealed.data(), &size, chunk.data(), static_cast<int>(chunk.size())) == 1);
    ZP_CHECK(EVP_EncryptFinal_ex(c, sealed.data() + size, &size) == 1);
    ZP_CHECK(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, sealed.data() + chunk.size()) == 1);
    benchmark::DoNotOptimize(sealed.data());
  };
  for (auto _ : state)
    timed(state, [&] {
      for (ByteView rest = plain; !rest.empty(); rest = rest.subspan(std::min(rest.size(), kReadBytes)))
        seal_chunk(rest.first(std::min(rest.size(), kReadBytes)));
    });
  count(state);
}

void seal_from(const std::string& path, const crypto::ByteSink& sink) {
  auto in = gateway::FileReader::open(path);
  ZP_CHECK(in.has_value());
  crypto::ObjectWriter writer(crypto::DataKey::generate(), {Id::random(), Id::random()}, sink);
  Bytes buffer(kReadBytes);
  for (;;) {
    const auto got = in->read(buffer);
    ZP_CHECK(got.has_value());
    if (*got == 0) break;
    ZP_CHECK(writer.append(ByteView(buffer).first(*got)).has_value());
  }
  ZP_CHECK(writer.finish().has_value());
}

void seal_file(benchmark::State& state) {
  for (auto _ : state) timed(state, [&] { seal_from(input(state), nowhere); });
  count(state);
}

void seal_copy(benchmark::State& state) {
  for (auto _ : state)
    timed(state, [&] {
      const int fd = ::open(output().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
      ZP_CHECK(fd >= 0);
      seal_from(input(state), [fd](ByteView bytes) { return gateway::write_all(fd, bytes); });
      ::close(fd);
    });
  count(state);
}

/// For one recipient, with gpg's own choice of cipher.
void run_gpg(benchmark::State& state, const std::string& to, const std::string& compression = "--compress-algo=none") {
  const std::string from = input(state);
  const std::string home = folder + "/gnupg";
  const std::array<std::string, 15> words{
      "gpg",    "--homedir", home,          "--batch",   "--yes",    "--quiet", "--no-autostart", "--trust-model",
      "always", compression, "--recipient", fingerprint, "--output", to,        "--encrypt"};
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(const_cast<char*>(from.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  int status = 0;
  rusage used{};
  ZP_CHECK(::posix_spawnp(&child, "gpg", nullptr, nullptr, arguments.data(), environ) == 0);
  ZP_CHECK(::wait4(child, &status, 0, &used) == child);
  ZP_CHECK(status == 0);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  state.SetIterationTime(seconds(used.ru_utime) + seconds(used.ru_stime));
}

void gpg_file(benchmark::State& state) {
  for (auto _ : state) run_gpg(state, "/dev/null", "--compress-level=-1");
  count(state);
}

void gpg_stored(benchmark::State& state) {
  for (auto _ : state) run_gpg(state, "/dev/null");
  count(state);
}

void gpg_copy(benchmark::State& state) {
  for (auto _ : state) run_gpg(state, output());
  count(state);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 3) {
    std::fputs("usage: bench_sealing FOLDER FINGERPRINT [--benchmark_...]\n", stderr);
    return 2;
  }
  folder = argv[1];
  fingerprint = argv[2];
  constexpr std::pair<const char*, void (*)(benchmark::State&)> kAll[] = {
      {"seal_memory", seal_memory}, {"aead_memory", aead_memory}, {"seal_file", seal_file}, {"gpg_file", gpg_file},
      {"gpg_stored", gpg_stored},   {"seal_copy", seal_copy},     {"gpg_copy", gpg_copy}};
  for (const auto& [name, body] : kAll)
    benchmark::RegisterBenchmark(name, body)->Arg(1)->Arg(10)->Arg(100)->UseManualTime()->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
