// Properties as doctest assertions: RapidCheck draws the cases and shrinks failures, and doctest reports them. The seed
// is fixed, so that failures are reproducible; RC_PARAMS="seed=7 max_success=1000" tries other or more cases.
#pragma once

#include "suture/tensor/torch.hpp"

#include "doctest.hpp"

#include <rapidcheck.h>
#include <rapidcheck/detail/Configuration.h>

#include <cstdlib>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace laws {

/// Checks `property`, a function without arguments that draws its own values, for the given number of cases.
inline void for_all(const std::string& name, int cases, const std::function<void()>& property) {
    rc::detail::TestParams params;
    if (std::getenv("RC_PARAMS")) {
        params = rc::detail::configuration().testParams;
    } else {
        params.seed = 20240229;
        params.maxSuccess = cases;
    }
    const auto result = rc::detail::checkTestable(property, rc::detail::TestMetadata{name, name}, params);
    const bool holds = result.is<rc::detail::SuccessResult>();
    std::ostringstream report;
    if (result.is<rc::detail::FailureResult>()) {
        // The case as logged by the property. RapidCheck would list each drawn number separately.
        const auto& failure = result.get<rc::detail::FailureResult>();
        report << "fails after " << failure.numSuccess << " cases, seed " << params.seed << "\n" << failure.description;
    } else if (!holds) {
        rc::detail::printResultMessage(result, report);
    }
    CHECK_MESSAGE(holds, name << ": " << report.str());
}

/// An integer drawn uniformly from [low, high); shrinks to low.
inline std::int64_t draw(std::int64_t low, std::int64_t high) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::int64_t>(low, high));
}

/// Drawn: true with probability 1 / times; shrinks to false.
inline bool once_in(int times) { return draw(0, times) == times - 1; }

/// One of these, drawn; shrinks to the first.
template <class T>
T one_of(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(draw(0, static_cast<std::int64_t>(choices.size())))];
}

}  // namespace laws
