// Joins the processes that a launcher started together.
#pragma once

#include "group.hpp"
#include "place.hpp"

#ifdef SUTURE_HAS_C10D
#include "c10d_group.hpp"
#else
#include <suture/tensor/error.hpp>
#endif

#include <memory>

namespace distributed {

/// Whether this program was built with c10d's Gloo. Without it every process is alone.
#ifdef SUTURE_HAS_C10D
inline constexpr bool has_c10d = true;
#else
inline constexpr bool has_c10d = false;
#endif

/// The group that the environment describes (see `Place`), once all of its processes have joined.
/// @throws suture::ValueError if the environment is incomplete; suture::Error if a process does not join, if a rank
///         joins twice, or if the program was built without c10d
inline std::unique_ptr<Group> join_group(const Terms& terms) {
    const Place place = Place::from_environment();
    if (place.size == 1) return std::make_unique<Group>();
#ifdef SUTURE_HAS_C10D
    return C10dGroup::join(place, terms);
#else
    (void)terms;
    throw suture::Error(
        fmt::format("WORLD_SIZE is {}, but this program was built without c10d's Gloo: install "
                    "libgloo-dev and build again, or unset RANK and WORLD_SIZE",
                    place.size));
#endif
}

}  // namespace distributed
