#include "gateway/store/types.h"

#include <algorithm>
#include <array>
#include <utility>

namespace zp::gateway {
namespace {

constexpr std::array<std::pair<DossierState, std::string_view>, 10> kStates{{
    {DossierState::kChecking, "checking"},
    {DossierState::kReview, "review"},
    {DossierState::kWaiting, "waiting"},
    {DossierState::kComplete, "complete"},
    {DossierState::kDeciding, "deciding"},
    {DossierState::kApproval, "approval"},
    {DossierState::kAnswered, "answered"},
    {DossierState::kClosed, "closed"},
    {DossierState::kErasureProposed, "erasure-proposed"},
    {DossierState::kErased, "erased"},
}};

}  // namespace

std::string_view state_name(DossierState state) noexcept {
  const auto* found = std::ranges::find(kStates, state, &decltype(kStates)::value_type::first);
  ZP_CHECK(found != kStates.end());
  return found->second;
}

std::optional<DossierState> parse_state(std::string_view name) noexcept {
  const auto* found = std::ranges::find(kStates, name, &decltype(kStates)::value_type::second);
  if (found == kStates.end()) return std::nullopt;
  return found->first;
}

}  // namespace zp::gateway
