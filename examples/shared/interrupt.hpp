// Ctrl-C as a flag that a program checks between two steps, so that it deletes half-written files and keeps finished
// work. Needs POSIX.
#pragma once

#include <signal.h>

#include <csignal>
#include <iostream>
#include <string>

namespace examples {

namespace detail {
inline volatile std::sig_atomic_t interrupted = 0;
extern "C" inline void note_interrupt(int signal) { interrupted = signal; }
}  // namespace detail

/// Thrown to stop a program after Ctrl-C.
struct Interrupted {
    /// The exit code that shells give a program ended by this signal: 130 for Ctrl-C, 143 for a request to terminate.
    static int exit_code() { return 128 + detail::interrupted; }
};

/// From now on, Ctrl-C, requests to terminate and the end of the terminal set a flag. The second one ends the program at
/// once, for those who do not want to wait for the end of a step.
inline void note_interrupts() {
    struct sigaction action {};
    action.sa_handler = detail::note_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before {};
        ::sigaction(signal, nullptr, &before);
        const bool is_nohup = signal == SIGHUP && before.sa_handler == SIG_IGN;
        if (!is_nohup) ::sigaction(signal, &action, nullptr);
    }
}
inline bool was_interrupted() { return detail::interrupted != 0; }
/// @throws Interrupted after Ctrl-C
inline void stop_if_interrupted() {
    if (was_interrupted()) throw Interrupted();
}

/// Says that a program was interrupted before it changed a file. @returns its exit code
inline int end_interrupted(const std::string& program, const std::string& directory) {
    std::cerr << program << ": interrupted: "
              << (directory.empty() ? "not all was printed"
                                    : "no report was written, and nothing in " + directory + " changed")
              << "\n";
    return Interrupted::exit_code();
}

}  // namespace examples
