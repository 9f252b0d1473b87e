// Where a process stands among those that work together, as launchers say it in environment variables.
#pragma once

#include "shared/ids.hpp"

#include <suture/tensor/error.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace examples {

/// One process among `size`. They find one another at a store, a table that all of them read and write over TCP.
struct Place {
    int rank = 0, size = 1;
    std::string host;  ///< where the store is; empty for a process alone
    std::uint16_t port = 0;
    std::string prefix = "suture/";  ///< of the group's keys in the store
    bool under_torchrun = false;     ///< torchrun has the store then, and rank 0 otherwise

    bool hosts_store() const { return rank == 0 && !under_torchrun; }
    /// "rank 0 of 4"
    std::string store_host() const { return under_torchrun ? "torchrun" : fmt::format("rank 0 of {}", size); }
    /// "host:29500"
    std::string address() const { return fmt::format("{}:{}", host, port); }

    static Place from_environment();
};

namespace detail {

inline constexpr const char* set_all =
    "set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT for every process, or none of them for one alone";

inline std::string needed(const char* name) {
    const char* const given = std::getenv(name);
    if (!given) throw suture::ValueError(fmt::format("{} is not set: {}", name, set_all));
    return given;
}

inline int needed_number(const char* name, int low, int high, std::string_view remedy) {
    const suture::Index number = number_of(name, needed(name));
    if (number < low || number > high)
        throw suture::ValueError(fmt::format("{} {} is outside {} to {}: {}", name, number, low, high, remedy));
    return static_cast<int>(number);
}

inline bool any_is_set() {
    for (const char* name : {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"})
        if (std::getenv(name)) return true;
    return false;
}

/// torchrun's store outlives the processes, and sees them again where it starts them once more.
inline void follow_torchrun(Place& place) {
    const char* const hosts = std::getenv("TORCHELASTIC_USE_AGENT_STORE");
    if (!hosts || std::string_view(hosts) != "True") return;
    const char* const attempt = std::getenv("TORCHELASTIC_RESTART_COUNT");
    place.under_torchrun = true;
    place.prefix += fmt::format("attempt {}/", attempt ? attempt : "0");
}

}  // namespace detail

/// From RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, which torchrun sets; without them, alone. (For other launchers:
/// `srun sh -c 'RANK=$SLURM_PROCID WORLD_SIZE=$SLURM_NTASKS exec program'`.)
/// @see https://pytorch.org/docs/stable/elastic/run.html
/// @throws suture::ValueError naming the variable that is missing or malformed
inline Place Place::from_environment() {
    Place place;
    if (!detail::any_is_set()) return place;
    place.size = detail::needed_number("WORLD_SIZE", 1, 10'000, "it is the number of processes");
    place.rank = detail::needed_number("RANK", 0, place.size - 1, "give each process its own, below WORLD_SIZE");
    if (place.size == 1) return place;
    place.host = detail::needed("MASTER_ADDR");
    if (place.host.empty()) throw suture::ValueError("MASTER_ADDR is empty: give the name of the machine of rank 0");
    place.port = static_cast<std::uint16_t>(
        detail::needed_number("MASTER_PORT", 1, 65'535, "give a port that is free on the machine of rank 0"));
    detail::follow_torchrun(place);
    return place;
}

}  // namespace examples
