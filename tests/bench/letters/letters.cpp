// How fast a letter is drawn, tagged, finished as PDF/A and signed; and that many do not make the process grow.
//
// usage: bench_letters NAME DATA.json OUTPUT.pdf [--benchmark_...]   writes the letter, then measures
//        bench_letters NAME DATA.json --batch COUNT                  prints resident bytes early and late in a batch
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "crypto/cms.h"
#include "templates/letter/letter.h"

namespace {

using namespace zp;
using namespace zp::templates;

/// The message tells the developer who runs this what is wrong.
template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fputs((result.error().message() + "\n").c_str(), stderr);
    std::exit(1);
  }
  return std::move(*result);
}

struct Bench {
  std::string name;
  nlohmann::json data;
  std::unique_ptr<LetterPress> letters =
      must(LetterPress::load(ZP_SOURCE_DIR "/templates/letters", {"Zorg & Indicatie",
                                                                  "Postbus 1, 1000 AA Hier",
                                                                  "Zorg & Indicatie",
                                                                  "Hier",
                                                                  "010 123 45 67",
                                                                  "fg@voorbeeld.example",
                                                                  {}}));
  crypto::SealKey::Pem pem = crypto::SealKey::self_signed("Zegel van de proef", 30);
  crypto::SealKey seal = must(crypto::SealKey::load(pem.chain, pem.key));

  Bytes draw(bool room_for_signature) const {
    return must(letters->render(name, data,
                                {.date = "2026-11-23",
                                 .reference = {},
                                 .signature_placeholder = room_for_signature,
                                 .moment = "2026-11-23T09:30:00Z"}));
  }
  Bytes signed_letter() const {
    return must(sign_pdf(draw(true), [&](ByteView digest) { return seal.sign_digest(digest); }));
  }
};

long resident_bytes() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

void batch(const Bench& bench, int count) {
  for (int i = 0; i < count; ++i) {
    if (i == count / 10) std::printf("%ld ", resident_bytes());  // by then every cache is warm
    benchmark::DoNotOptimize(bench.signed_letter());
  }
  std::printf("%ld\n", resident_bytes());
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 4 && argc != 5) {
    std::fputs("usage: bench_letters NAME DATA.json OUTPUT.pdf | NAME DATA.json --batch COUNT\n", stderr);
    return 2;
  }
  std::ifstream in(argv[2]);
  const Bench bench{.name = argv[1], .data = nlohmann::json::parse(in)};
  if (std::string_view(argv[3]) == "--batch") {
    batch(bench, std::atoi(argv[4]));
    return 0;
  }
  const Bytes pdf = bench.draw(false);
  std::ofstream(argv[3], std::ios::binary)
      .write(reinterpret_cast<const char*>(pdf.data()), static_cast<std::streamsize>(pdf.size()));
  const auto draw = [&](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(bench.draw(false));
  };
  const auto sign = [&](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(bench.signed_letter());
  };
  benchmark::RegisterBenchmark("draw", draw)->UseRealTime();
  benchmark::RegisterBenchmark("draw_two_threads", draw)->Threads(2)->UseRealTime();
  benchmark::RegisterBenchmark("draw_and_sign", sign)->UseRealTime();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
