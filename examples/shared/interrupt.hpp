// Ctrl-C as a flag that a program checks between two steps, so that it deletes half-written files and keeps finished
// work.
#pragma once

#include <csignal>

namespace examples {

/// Thrown to stop a program after Ctrl-C.
struct Interrupted {
    /// The exit code that shells give a program ended by Ctrl-C.
    static constexpr int exit_code = 130;
};

namespace detail {
inline volatile std::sig_atomic_t interrupted = 0;
extern "C" inline void note_interrupt(int) { interrupted = 1; }
}  // namespace detail

/// From now on, Ctrl-C and requests to terminate only set a flag.
inline void note_interrupts() {
    std::signal(SIGINT, detail::note_interrupt);
    std::signal(SIGTERM, detail::note_interrupt);
}
inline bool was_interrupted() { return detail::interrupted != 0; }
/// @throws Interrupted after Ctrl-C
inline void stop_if_interrupted() {
    if (was_interrupted()) throw Interrupted();
}

}  // namespace examples
