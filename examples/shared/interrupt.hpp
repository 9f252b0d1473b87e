// Ctrl-C, as something that a program asks for between two steps: what is half written is then taken away, and finished
// work is kept.
#pragma once

#include <csignal>

namespace examples {

/// Thrown where a program stops because it was told to.
struct Interrupted {
    /// The exit code that shells give to a program that Ctrl-C ended.
    static constexpr int exit_code = 130;
};

namespace detail {
inline volatile std::sig_atomic_t interrupted = 0;
extern "C" inline void note_interrupt(int) { interrupted = 1; }
}  // namespace detail

/// From now on Ctrl-C, and a request to terminate, are noted and do nothing else.
inline void note_interrupts() {
    std::signal(SIGINT, detail::note_interrupt);
    std::signal(SIGTERM, detail::note_interrupt);
}
inline bool was_interrupted() { return detail::interrupted != 0; }
inline void stop_if_interrupted() {
    if (was_interrupted()) throw Interrupted();
}

}  // namespace examples
